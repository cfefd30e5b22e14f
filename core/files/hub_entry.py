"""What the Hub says of a model before a byte of it is fetched: that it is there, its size, its licence and its gate.

The Hub's own client is asked, which knows mirrors (`HF_ENDPOINT`), tokens, and whether this installation is offline.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.config.hub_name import HubName
from core.errors import CheckpointError, NotFoundError
from core.files.contents import ADAPTER_CONFIG, ADAPTER_WEIGHTS, CONFIG, READ, read_table
from core.files.unusable import PICKLES
from core.files.weight_files import first_name, weight_entry

#: Seconds that a person waits for the Hub's answer.
TIMEOUT = 10.0


@dataclass(frozen=True)
class HubEntry:
    """A model or adapter of the Hub, at one of its revisions.

    Attributes:
        files: names with their sizes in bytes: those that would be fetched.
        config: the fields of its config.json; where that is not handed out, those that the Hub repeats.
        licence: as its card states it, else empty.
        gated: its licence has to be accepted before files are handed out.
        parameters: numbers in its safetensors files, a language-model head included; None where that is not counted.
    """

    name: HubName
    files: Mapping[str, int]
    config: Mapping[str, Any] = field(default_factory=dict)
    licence: str = ""
    gated: bool = False
    parameters: int | None = None

    @property
    def bytes(self) -> int:
        """What a load would fetch."""
        return sum(self.files.values())

    @property
    def url(self) -> str:
        """The page of its model card."""
        return f"https://huggingface.co/{self.name.id}"


def look_up(name: HubName) -> HubEntry | None:
    """What the Hub says of a model; None where it cannot be asked (no network, offline, a Hub that is down).

    Raises:
        NotFoundError: no such model or revision that this account can see.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

    try:
        info = HfApi().model_info(name.id, revision=name.revision, files_metadata=True, timeout=TIMEOUT)
    except RepositoryNotFoundError:
        raise no_such_model(name) from None
    except RevisionNotFoundError:
        raise no_such_revision(name) from None
    except Exception:  # a network fails in many classes, and a Hub that answers nonsense in more
        return None
    files = {f.rfilename: f.size or 0 for f in info.siblings or () if f.rfilename.endswith(READ)}
    card = info.card_data
    licence = getattr(card, "license", None) if card is not None else None
    counted = getattr(info.safetensors, "total", None)
    config = _config(name, info.sha) if CONFIG in files else {}
    return HubEntry(
        name,
        files,
        config or (info.config if isinstance(info.config, dict) else {}),
        licence if isinstance(licence, str) else "",
        bool(info.gated),
        counted if isinstance(counted, int) and counted > 0 else None,
    )


def _config(name: HubName, commit: str | None) -> dict[str, Any]:
    """The fields of its config.json; none where it is not handed out before its licence is accepted."""
    from huggingface_hub import hf_hub_download

    with tempfile.TemporaryDirectory(prefix="headlight-") as folder:
        try:
            return read_table(Path(hf_hub_download(name.id, CONFIG, revision=commit, local_dir=folder)))
        except Exception:  # as at `look_up`; what is not known of it is told by a load
            return {}


def require_model(entry: HubEntry) -> None:
    """Refuse what could not be loaded once it is here.

    Raises:
        CheckpointError: an adapter, or weights that are not safetensors.
    """
    if CONFIG not in entry.files and ADAPTER_CONFIG in entry.files:
        raise CheckpointError(
            f"'{entry.name}' is an adapter, not a base model.", fix="give it as the adapter, and its base as model."
        )
    if CONFIG not in entry.files:
        raise CheckpointError(f"'{entry.name}' has no {CONFIG} on the Hub.", fix="name a model of transformers.")
    if weight_entry(entry.files.keys(), entry.config) is None:
        raise CheckpointError(
            f"'{entry.name}' has no weights of a name that is read ({first_name(entry.config)}) on the Hub; pickles "
            f"({', '.join(PICKLES[:2])}) are never opened.",
            fix="name a revision or another model with safetensors.",
        )


def require_adapter(entry: HubEntry) -> None:
    """As `require_model`, of an adapter.

    Raises:
        CheckpointError: something else than a PEFT adapter with safetensors.
    """
    lacking = next((name for name in (ADAPTER_CONFIG, ADAPTER_WEIGHTS) if name not in entry.files), None)
    if lacking is not None:
        raise CheckpointError(
            f"'{entry.name}' is no adapter that can be read: it has no {lacking} on the Hub.",
            fix="name an adapter that PEFT saved as safetensors.",
        )


def no_such_model(name: HubName) -> NotFoundError:
    """The error for an id that the Hub does not know, or not for this account."""
    return NotFoundError(
        f"The Hub has no model '{name.id}' that this account can see.", fix="check the spelling, or sign in."
    )


def no_such_revision(name: HubName) -> NotFoundError:
    """The error for a revision that a model does not have."""
    return NotFoundError(
        f"'{name.id}' has no revision '{name.revision}' on the Hub.", fix="name one of its branches, tags or commits."
    )
