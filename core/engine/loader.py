"""From a candidate and an adapter to a predictor, in stages that a person can follow."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, PreTrainedTokenizerBase
from transformers.utils import logging as hf_logging

from core.config.candidate import AdapterEntry, CandidateConfig
from core.engine import malloc, untrained_head
from core.engine.encoding import Encoder
from core.engine.predictor import Predictor
from core.engine.requirements import PairFolders
from core.engine.rw_lock import ReadWriteLock
from core.errors import CheckpointError
from core.model.families import mask_of, most_tokens
from core.model.open import OpenedClassifier, open_classifier
from core.model.pooled_config import parts_of
from core.results import Check, CheckStatus, HealthReport, LoadedModel, LoadStage, Requirements, Selection
from core.settings import Settings

#: Called with the stage of a load that begins, and what is loaded.
OnStage = Callable[[LoadStage, str], None]

DEFAULT_MAX_TOKENS = 4096


@dataclass(frozen=True, eq=False)
class LoadedPair:
    """A candidate-adapter pair in memory. `opened` keeps the shared base alive as long as a pair uses it."""

    info: LoadedModel
    predictor: Predictor
    opened: OpenedClassifier


class Loader:
    """Opens pairs from folders on this machine. One at a time (the engine sees to it)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        hf_logging.set_verbosity_error()
        hf_logging.disable_progress_bar()
        malloc.keep_freed_blocks()

    def load(
        self,
        candidate: CandidateConfig,
        adapter: AdapterEntry | None,
        folders: PairFolders,
        needs: Requirements,
        opened: OpenedClassifier | None,
        on_progress: OnStage,
    ) -> LoadedPair:
        """Every stage from the weights on. `opened` is the base, where it is in memory.

        Raises:
            AppError: damaged files, an adapter that does not fit.
        """
        started = time.perf_counter()
        assert folders.base is not None
        on_progress(LoadStage.WEIGHTS, f"{needs.parameters:,} parameters in {needs.dtype}")
        if opened is None:
            config = candidate.base_model.with_changes(pretrained_model_name_or_path=str(folders.base))
            opened = open_classifier(config, device_map=_placement(needs))
        selection = Selection(candidate.id, adapter.id if adapter else None)
        pair = self._assemble(selection, candidate, opened, folders.adapter, needs.device, on_progress, started)
        _settle()
        return pair

    def _assemble(
        self,
        selection: Selection,
        candidate: CandidateConfig,
        opened: OpenedClassifier,
        adapter_folder: Path | None,
        device: str,
        on_progress: OnStage,
        started: float,
    ) -> LoadedPair:
        model: torch.nn.Module = opened.model
        health, limit, labels = _own_head(opened), None, _labels(opened.model)
        untrained = untrained_head.of_base(opened)
        if adapter_folder is not None:
            on_progress(LoadStage.ADAPTER, selection.adapter or "")
            from core.model.adapters.attach import load_adapter

            attached = load_adapter(opened, adapter_folder)
            model, health, limit, labels = attached.model, attached.health, attached.max_tokens, attached.labels
            untrained = untrained_head.of_adapter(attached.untrained)
        on_progress(LoadStage.HEALTH, "")
        predictor = Predictor(
            model,
            Encoder(_tokenizer(opened.folder.path), _max_tokens(candidate, opened, limit)),
            labels,
            _problem_type(model),
            device,
            self._settings.tokens_per_batch,
            self._settings.workers,
            ReadWriteLock(),
            untrained_head=bool(untrained),
        )
        dtype, seconds = candidate.base_model.torch_dtype, time.perf_counter() - started
        info = _loaded_model(selection, predictor, opened, dtype, health, seconds)
        return LoadedPair(replace(info, untrained_head=untrained), predictor, opened)


def release() -> None:
    """Give memory back to the system after a pair was dropped."""
    gc.unfreeze()
    _settle()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    malloc.give_back()


def _settle() -> None:
    """Freeze what is loaded out of later garbage collections: with torch imported a full one costs 0.25 s."""
    gc.collect()
    gc.freeze()


def _placement(needs: Requirements) -> str | dict[str, Any] | None:
    """One device, or spread over all GPUs when the model does not fit on the first."""
    if needs.device == "cpu":
        return None
    if needs.device == "cuda" and torch.cuda.device_count() > 1 and needs.peak > torch.cuda.mem_get_info(0)[0]:
        return "auto"
    return {"": needs.device}


def _max_tokens(candidate: CandidateConfig, opened: OpenedClassifier, trained_with: int | None) -> int:
    """The smallest of what the candidate says, what the adapter was trained with, and what the model can take."""
    longest = min(most_tokens(opened.model.backbone) or DEFAULT_MAX_TOKENS, DEFAULT_MAX_TOKENS)
    return min(n for n in (candidate.max_tokens, trained_with, longest) if n)


def _problem_type(model: Any) -> str:
    """As its config says; where it does not, one output is a regression and more are classes."""
    default = "regression" if model.config.num_labels == 1 else "single_label_classification"
    return model.config.problem_type or default


def _loaded_model(
    selection: Selection,
    predictor: Predictor,
    opened: OpenedClassifier,
    dtype: str,
    health: HealthReport,
    seconds: float,
) -> LoadedModel:
    """What is said of a pair in memory. Its own bytes are those that it does not share with others of its base."""
    config: Any = predictor.model.config
    pooler, head = parts_of(config)
    size = sum(p.numel() * p.element_size() for p in predictor.model.parameters())
    base = sum(p.numel() * p.element_size() for p in opened.model.backbone.parameters())
    return LoadedModel(
        selection=selection,
        device=predictor.device,
        dtype=dtype,
        parameters=sum(p.numel() for p in predictor.model.parameters()),
        bytes=size,
        own_bytes=size - base,
        labels=predictor.labels,
        problem_type=predictor.problem_type,
        pooler=pooler,
        head=head,
        mask=mask_of(config),
        max_tokens=predictor.encoder.max_tokens,
        load_seconds=seconds,
        health=health,
    )


def _own_head(opened: OpenedClassifier) -> HealthReport:
    if opened.head_is_trained:
        return HealthReport((Check("Head", CheckStatus.PASSED, "The checkpoint brings its own trained head."),))
    message = f"No adapter, and {untrained_head.of_base(opened)}: the head is random, and so are the verdicts."
    return HealthReport((Check("Head", CheckStatus.WARNING, message, "choose an adapter, or train one."),))


def _labels(model: Any) -> tuple[str, ...]:
    return tuple(str(model.config.id2label[i]) for i in range(model.config.num_labels))


def _tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # the library raises many kinds for a missing or damaged tokenizer
        seen = " ".join(str(error).split())[:200]
        raise CheckpointError(
            f"The tokenizer in '{folder}' cannot be read: {seen}", fix="put the model's tokenizer.json there."
        ) from error
