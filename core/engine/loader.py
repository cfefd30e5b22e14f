"""From a candidate and an adapter to a predictor, in stages that a person can follow."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from transformers.utils import logging as hf_logging

from core.config.candidate import AdapterEntry, CandidateConfig
from core.engine import malloc, untrained_head
from core.engine.calibrating import calibrated
from core.engine.encoding import Encoder
from core.engine.pair_tokenizer import pair_tokenizer, token_limit
from core.engine.predictor import Predictor
from core.engine.requirements import PairFolders
from core.engine.rw_lock import ReadWriteLock
from core.engine.tokenizer_checks import tokenizer_checks
from core.engine.vocabulary import embedding_rows, rows_check
from core.model.devices import placement
from core.model.families import mask_of
from core.model.folder_checks import folder_checks
from core.model.layers import look_between_layers
from core.model.open import OpenedClassifier, open_classifier
from core.model.pooled_config import parts_of
from core.model.quantised import depends_on_company, held_bytes, parameter_count
from core.model.quantised_checks import quantisation_checks, quantisation_name
from core.model.read_progress import tensors_read
from core.model.share import shared_copy
from core.results import ChatTemplate, Check, CheckStatus, HealthReport, LoadedModel, LoadStage, Requirements, Selection
from core.settings import Settings
from core.tasks.stopping import stop_if_asked

#: Called with the stage of a load, what is loaded, and the share of the stage that is done.
OnStage = Callable[[LoadStage, str, float], None]


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
        chat_template: ChatTemplate | None = None,
    ) -> LoadedPair:
        """Every stage from the weights on. `opened` is the base, where it is in memory.

        `chat_template` is what a person chose; None leaves it to the candidate.

        Raises:
            AppError: damaged files, an adapter that does not fit.
        """
        started = time.perf_counter()
        assert folders.base is not None
        read = partial(on_progress, LoadStage.WEIGHTS, f"{needs.parameters:,} parameters in {needs.dtype}")
        read(0.0)
        if opened is None:
            config = candidate.base_model.with_changes(pretrained_model_name_or_path=str(folders.base))
            counted = tensors_read(lambda done, total: read(done / total))
            with malloc.weights_on_their_own(), counted:
                opened = open_classifier(config, device_map=placement(needs.device, needs.peak))
            look_between_layers(opened.model.backbone, stop_if_asked)
        elif adapter is None:  # modules of its own, as an adapter has them: some kinds write into theirs at each pass
            opened = replace(opened, model=shared_copy(opened.model))
        selection = Selection(candidate.id, adapter.id if adapter else None, chat_template)
        with malloc.weights_on_their_own():
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
        health, limit, labels = _own_head(opened), None, tuple(dict(opened.model.config.id2label or {}).values())
        untrained = untrained_head.of_base(opened)
        if adapter_folder is not None:
            on_progress(LoadStage.ADAPTER, selection.adapter or "", 0.0)
            from core.model.adapters.attach import load_adapter

            attached = load_adapter(opened, adapter_folder)
            model, health, limit, labels = attached.model, attached.health, attached.max_tokens, attached.labels
            untrained = untrained_head.of_adapter(attached.untrained)
        on_progress(LoadStage.HEALTH, "", 0.0)
        reading = pair_tokenizer(opened.folder, adapter_folder)
        template = selection.chat_template or candidate.chat_template
        health = HealthReport((*health.checks, *tokenizer_checks(reading, template, model)))
        limit = token_limit(candidate, opened, limit, reading.tokenizer)
        predictor = Predictor(
            model,
            Encoder(reading.tokenizer, limit, template or "none"),
            labels,
            _problem_type(model),
            device,
            1 if depends_on_company(model) else self._settings.tokens_per_batch,
            self._settings.workers,
            ReadWriteLock(),
            embedding_rows(model),
            untrained_head=bool(untrained),
        )
        predictor = calibrated(predictor, adapter_folder or opened.folder.path)
        beyond = rows_check(predictor.encoder, predictor.embedding_rows)
        health = HealthReport((*health.checks, *folder_checks(opened, adapter_folder), *beyond))
        dtype, seconds = candidate.base_model.torch_dtype, time.perf_counter() - started
        info = _loaded_model(selection, predictor, opened, dtype, health, seconds)
        return LoadedPair(replace(info, untrained_head=untrained), predictor, opened)


def release() -> None:
    """Give memory back to the system after a pair was dropped."""
    gc.unfreeze()
    _settle()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _settle() -> None:
    """Freeze what is loaded out of later garbage collections (with torch imported a full one costs 0.25 s)."""
    gc.collect()
    gc.freeze()
    malloc.give_back()


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
    size, base = held_bytes(predictor.model), held_bytes(opened.model.backbone)
    return LoadedModel(
        selection=selection,
        device=predictor.device,
        dtype=dtype,
        parameters=parameter_count(predictor.model),
        bytes=size,
        own_bytes=size - base,
        labels=predictor.labels,
        problem_type=predictor.problem_type,
        pooler=pooler,
        head=head,
        mask=mask_of(config, opened.causal),
        max_tokens=predictor.encoder.max_tokens,
        load_seconds=seconds,
        health=HealthReport((*health.checks, *quantisation_checks(opened.model))),
        quantisation=quantisation_name(opened.model),
        chat_template=predictor.encoder.chat_template,
        calibration=predictor.calibration,
    )


def _own_head(opened: OpenedClassifier) -> HealthReport:
    if opened.head_is_trained:
        return HealthReport((Check("Head", CheckStatus.PASSED, "The checkpoint brings its own trained head."),))
    message = f"No adapter, and {untrained_head.of_base(opened)}: the head is random, and so are the verdicts."
    return HealthReport((Check("Head", CheckStatus.WARNING, message, "choose an adapter, or train one."),))
