"""From a candidate and an adapter to a predictor, in stages that a person can follow."""

from __future__ import annotations

import gc
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, PreTrainedTokenizerBase
from transformers.utils import logging as hf_logging

from core.config.candidate import AdapterEntry, CandidateConfig
from core.errors import CheckpointError
from core.inference import heap
from core.inference.encoding import Encoder
from core.inference.predictor import Predictor
from core.inference.sharing import SharedLock
from core.model.devices import choose_device, free_memory
from core.model.families import mask_of, most_tokens
from core.model.files import read_adapter_folder, read_model_folder
from core.model.hub import fetch, is_hub_id
from core.model.memory import adapter_parameters, backbone_parameters, catalogue_parameters, estimate, require_memory
from core.model.opening import OpenedClassifier, open_classifier
from core.model.pooled_config import parts_of
from core.results import Check, CheckStatus, HealthReport, LoadedModel, LoadStage, Requirements, Selection
from core.settings import Settings

Progress = Callable[[LoadStage, str], None]

DEFAULT_MAX_TOKENS = 4096


@dataclass(frozen=True, eq=False)
class LoadedPair:
    """A candidate-adapter pair in memory. `opened` keeps the shared base alive as long as a pair uses it."""

    info: LoadedModel
    predictor: Predictor
    opened: OpenedClassifier


class Loader:
    """Loads pairs; adapters of one candidate share its base weights. One load at a time (the engine sees to it)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._bases: weakref.WeakValueDictionary[str, OpenedClassifier] = weakref.WeakValueDictionary()
        hf_logging.set_verbosity_error()
        hf_logging.disable_progress_bar()
        heap.keep_freed_blocks()

    def load(self, candidate: CandidateConfig, adapter: AdapterEntry | None, progress: Progress) -> LoadedPair:
        """Every stage of a load.

        Raises:
            AppError: missing files, too little memory, an adapter that does not fit.
        """
        started = time.perf_counter()
        device = choose_device(self._settings.device)
        progress(LoadStage.FILES, candidate.base_model.pretrained_model_name_or_path)
        folder, adapter_folder = self._find(candidate, adapter, device)
        progress(LoadStage.MEMORY, "")
        needs = self._check_memory(candidate, folder, adapter_folder, device)
        progress(LoadStage.WEIGHTS, f"{needs.parameters:,} parameters in {needs.dtype}")
        opened = self._open(candidate, folder, device, needs)
        pair = self._assemble(Selection(candidate.id, adapter.id if adapter else None), candidate, opened,
                              adapter_folder, device, progress, started)  # fmt: skip
        _settle()
        return pair

    def _find(self, candidate: CandidateConfig, adapter: AdapterEntry | None, device: str) -> tuple[Path, Path | None]:
        name = candidate.base_model.pretrained_model_name_or_path
        cache = candidate.base_model.cache_dir or self._settings.cache_dir
        known = catalogue_parameters(candidate)
        if known and is_hub_id(name):  # refuse before fetching gigabytes
            require_memory(f"'{candidate.id}'", estimate(known, candidate.base_model.torch_dtype, device,
                                                         self._free(device)))  # fmt: skip
        folder = fetch(name, cache)
        return folder, fetch(adapter.path, cache) if adapter else None

    def _check_memory(
        self, candidate: CandidateConfig, folder: Path, adapter_folder: Path | None, device: str
    ) -> Requirements:
        model_folder = read_model_folder(folder)
        parameters = adapter_parameters(read_adapter_folder(adapter_folder)) if adapter_folder else 0
        if self._key(candidate, folder, device) not in self._bases:
            parameters += backbone_parameters(model_folder)
        needs = estimate(parameters, candidate.base_model.torch_dtype, device, self._free(device),
                         model_folder.stored_bytes)  # fmt: skip
        require_memory(f"'{candidate.id}'", needs)
        return needs

    def _free(self, device: str) -> int:
        budget = self._settings.memory_budget_gb
        free = free_memory(device)
        return free if budget is None else min(free, int(budget * 2**30))

    def _key(self, candidate: CandidateConfig, folder: Path, device: str) -> str:
        return f"{device}|{folder.resolve()}|{candidate.base_model.to_json()}"

    def _open(self, candidate: CandidateConfig, folder: Path, device: str, needs: Requirements) -> OpenedClassifier:
        key = self._key(candidate, folder, device)
        opened = self._bases.get(key)
        if opened is None:
            config = candidate.base_model.with_changes(pretrained_model_name_or_path=str(folder))
            opened = open_classifier(config, device_map=_placement(device, needs))
            self._bases[key] = opened
        return opened

    def _assemble(
        self, selection: Selection, candidate: CandidateConfig, opened: OpenedClassifier,
        adapter_folder: Path | None, device: str, progress: Progress, started: float,
    ) -> LoadedPair:  # fmt: skip
        model: torch.nn.Module = opened.model
        health, limit, labels = _own_head(opened), None, _labels(opened.model)
        if adapter_folder is not None:
            progress(LoadStage.ADAPTER, selection.adapter or "")
            from core.model.adapters import load_adapter

            attached = load_adapter(opened, adapter_folder)
            model, health, limit, labels = attached.model, attached.health, attached.max_tokens, attached.labels
        progress(LoadStage.HEALTH, "")
        config: Any = model.config
        longest = min(most_tokens(opened.model.backbone) or DEFAULT_MAX_TOKENS, DEFAULT_MAX_TOKENS)
        max_tokens = min(n for n in (candidate.max_tokens, limit, longest) if n)
        encoder = Encoder(_tokenizer(opened.folder.path), max_tokens)
        problem = config.problem_type or ("regression" if config.num_labels == 1 else "single_label_classification")
        predictor = Predictor(model, encoder, labels, problem, device, self._settings.tokens_per_batch,
                              self._settings.workers, SharedLock())  # fmt: skip
        pooler, head = parts_of(config)
        size = sum(p.numel() * p.element_size() for p in model.parameters())
        base = sum(p.numel() * p.element_size() for p in opened.model.backbone.parameters())
        info = LoadedModel(
            selection=selection, device=device, dtype=candidate.base_model.torch_dtype,
            parameters=sum(p.numel() for p in model.parameters()), bytes=size, own_bytes=size - base,
            labels=labels, problem_type=problem, pooler=pooler, head=head, mask=mask_of(config),
            max_tokens=max_tokens, load_seconds=time.perf_counter() - started, health=health,
        )  # fmt: skip
        return LoadedPair(info, predictor, opened)


def release() -> None:
    """Give memory back to the system after a pair was dropped."""
    gc.unfreeze()
    _settle()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    heap.give_back()


def _settle() -> None:
    """Freeze what is loaded out of later garbage collections: with torch imported a full one costs 0.25 s."""
    gc.collect()
    gc.freeze()


def _placement(device: str, needs: Requirements) -> str | dict[str, Any] | None:
    """One device, or spread over all GPUs when the model does not fit on the first."""
    if device == "cpu":
        return None
    if device == "cuda" and torch.cuda.device_count() > 1 and needs.peak > torch.cuda.mem_get_info(0)[0]:
        return "auto"
    return {"": device}


def _own_head(opened: OpenedClassifier) -> HealthReport:
    if opened.head_is_trained:
        return HealthReport((Check("Head", CheckStatus.PASSED, "The checkpoint brings its own trained head."),))
    foreign = any(name.startswith("classifier.") for name in opened.folder.tensors)
    seen = "its head ('classifier') is of another build and not used" if foreign else "it has no classification head"
    message = f"No adapter for this checkpoint, and {seen}: the head is random, and so are the verdicts."
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
