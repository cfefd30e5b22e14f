"""Whether a candidate, and each of its adapters on it, can be loaded: known from configs, headers and file names alone.

Asked at each look at the catalogue, so that nobody learns it after a load: an answer is kept as long as the files are
as they were. Importing this file imports neither torch nor transformers.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from core.config.candidate import CandidateConfig
from core.config.families import PREFIX, ModelType, architecture_of, family_named, lifts_mask
from core.errors import AppError, CheckpointError, ConfigError
from core.files.contents import READ
from core.files.folders import ModelFolder, read_adapter_folder, read_model_folder
from core.files.tokenizer_files import has_tokenizer, lacks_tokenizer
from core.files.unusable import TOKENIZER_FILES, require_usable
from core.model.adapters.card import read_card
from core.model.adapters.header_checks import header_checks
from core.model.adapters.outcomes import require_none_refused
from core.results import Problem

#: Name, size and time of each file that is read.
Stamps = tuple[tuple[str, int, int], ...]


def problem_of(candidate: CandidateConfig, base: Path | None, adapter: Path | None = None) -> Problem | None:
    """Why a load of these folders would be refused; None where nothing speaks against it, or files are not here."""
    if base is None:
        return None
    stamps = _stamps(base), () if adapter is None else _stamps(adapter)
    kind, removed = candidate.base_model.model_type, candidate.base_model.num_layers_to_remove or 0
    return _problem(kind, removed, str(base), None if adapter is None else str(adapter), stamps)


def require_fit(candidate: CandidateConfig, base: Path | None, adapter: Path | None = None) -> None:
    """As `problem_of`.

    Raises:
        AppError: with that reason.
    """
    if (problem := problem_of(candidate, base, adapter)) is not None:
        problem.raise_()


@lru_cache(maxsize=512)
def _problem(
    kind: ModelType, removed: int, base: str, adapter: str | None, _stamps: tuple[Stamps, Stamps]
) -> Problem | None:
    try:
        _check(kind, removed, Path(base), None if adapter is None else Path(adapter))
    except AppError as error:
        return Problem.of(error)
    except OSError as error:  # a file that went this moment, or may not be read
        return Problem.of(CheckpointError(f"'{base}' cannot be read: {error.strerror or error}.", fix="try again."))
    return None


def _check(kind: ModelType, removed: int, base: Path, adapter: Path | None) -> None:
    folder = read_model_folder(base)
    _check_family(kind, folder)
    require_usable(base, TOKENIZER_FILES)
    if adapter is not None:
        stored = read_adapter_folder(adapter)
        lifted = architecture_of(kind).bidirectional or lifts_mask(folder.config)
        checks = header_checks(folder, stored, read_card(adapter), bidirectional=lifted, removed_layers=removed)
        require_none_refused(checks, adapter, base)
    if lacks_tokenizer(base, folder.config) and not (adapter is not None and has_tokenizer(adapter)):
        raise CheckpointError(
            f"'{base}' has no tokenizer: no text can be read.", fix="put the model's tokenizer.json there."
        )


def _check_family(kind: ModelType, folder: ModelFolder) -> None:
    """The architecture that the candidate names is that of the files, as `core.model.hf_config` wants it."""
    stored = str(folder.config.get("model_type", "")).removeprefix(PREFIX)
    family = architecture_of(kind).family
    if family not in ("vanilla", stored):
        raise ConfigError(
            f"model_type '{kind}' means the {family} architecture, and '{folder.path}' holds a "
            f"'{stored or 'not stated'}' model.",
            fix=f"set model_type to '{family_named(stored)}'.",
        )


def _stamps(folder: Path) -> Stamps:
    """The state of the files that are looked at."""
    try:
        with os.scandir(folder) as entries:
            files = [(entry.name, entry.stat()) for entry in entries if entry.name.endswith(READ) and entry.is_file()]
    except OSError:
        return ()
    return tuple(sorted((name, status.st_size, status.st_mtime_ns) for name, status in files))
