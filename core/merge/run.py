"""Base and adapter to one checkpoint: PEFT's own merge on a base that nobody else holds, written file by file.

The base is read in the type of its files, and each layer is changed in place, so that the memory of one base, of one
update and of one weight file is all that it takes. The folder appears under its name when it is whole.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, cast

import torch
from peft import PeftModel
from peft.tuners.lora import LoraLayer
from peft.utils import ModulesToSaveWrapper
from transformers.models.auto.modeling_auto import MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES
from transformers.utils import logging as hf_logging

from core.engine.pair_tokenizer import pair_tokenizer
from core.errors import CheckpointError
from core.files.output_folder import appearing, require_empty
from core.merge.card import card
from core.merge.cost import FILE_BYTES, merge_cost, require_cost, stored_dtype
from core.merge.request import MergeRequest, require_whole
from core.model.adapters.attach import AttachedAdapter, load_adapter
from core.model.classifier import PooledClassifier
from core.model.dequantise import dequantise
from core.model.open import open_classifier, quiet_transformers
from core.model.quantised_checks import quantisation_name
from core.model.save import save_classifier
from core.results import Merge
from core.tasks.progress import Progress, ignore_progress


def merge(
    request: MergeRequest,
    *,
    free: Callable[[], int],
    loading_alone: Callable[[], AbstractContextManager[None]],
    on_progress: Progress = ignore_progress,
) -> Merge:
    """Write the merged checkpoint.

    Raises:
        InputError: the output is there.
        CheckpointError: a quantised base that is not to be dequantised; too little disk.
        MemoryBudgetError: too little memory, with both numbers.
        AdapterError: an adapter that does not fit.
    """
    require_empty(request.output)
    require_whole(request)
    require_cost(merge_cost(request, free()), request.output)
    on_progress(0.05, "reading the base")
    with loading_alone():
        attached, codes = _attached(request)
    on_progress(0.5, "merging")
    with appearing(request.output) as folder:
        return _written(request, attached, codes, folder, on_progress)


def _attached(request: MergeRequest) -> tuple[AttachedAdapter, str]:
    """The adapter on a base of its own, its factors in float32 as PEFT has them, and the codes that were read out."""
    config = request.base.with_changes(
        pretrained_model_name_or_path=str(request.folder.path),
        torch_dtype=stored_dtype(request.folder, request.base),
    )
    opened = open_classifier(config)
    codes = quantisation_name(opened.model)
    if codes != "none":
        dequantise(opened.model)
    attached = load_adapter(opened, request.adapter.path, is_trainable=True)
    return attached, "" if codes == "none" else codes


def _written(
    request: MergeRequest, attached: AttachedAdapter, codes: str, folder: Path, on_progress: Progress
) -> Merge:
    modules = sum(isinstance(m, LoraLayer) for m in attached.model.modules())
    whole = tuple(
        n.rsplit(".", 1)[-1] for n, m in attached.model.named_modules() if isinstance(m, ModulesToSaveWrapper)
    )
    model = _merged(attached.model)
    on_progress(0.7, "writing")
    hf_logging.disable_progress_bar()
    with quiet_transformers():
        save_classifier(model, folder, max_shard_size=FILE_BYTES)
        _write_tokenizer(request, attached.max_tokens, folder)
    files = list(folder.glob("*.safetensors"))
    result = Merge(
        folder=str(request.output),
        base=request.base_name,
        adapter=request.adapter_name,
        dtype=str(model.dtype).removeprefix("torch."),
        parameters=sum(p.numel() for p in model.parameters()),
        modules=modules,
        whole=whole,
        labels=attached.labels,
        dequantised=codes,
        max_tokens=attached.max_tokens,
        stock_class=_stock_class(folder),
        files=len(files),
        bytes=sum(file.stat().st_size for file in folder.iterdir()),
    )
    (folder / "README.md").write_text(card(result), encoding="utf-8")
    return result


def _merged(model: PeftModel) -> PooledClassifier:
    """The classifier with the update in its weights, whose storage is this merge's own."""
    outer: Any = model
    with torch.no_grad():
        merged = cast(PooledClassifier, outer.merge_and_unload(progressbar=False))
    if any(not p.isfinite().all() for p in merged.parameters()):
        raise CheckpointError(
            "Some of the merged weights are not finite.",
            fix="see `check` and `weights` of the base and of the adapter.",
        )
    merged.train(False)
    return merged


def _write_tokenizer(request: MergeRequest, max_tokens: int | None, folder: Path) -> None:
    """The pair's own, with the length that was trained."""
    tokenizer = pair_tokenizer(request.folder, request.adapter.path).tokenizer
    if max_tokens is not None:
        tokenizer.model_max_length = max_tokens
    tokenizer.save_pretrained(folder)


def _stock_class(folder: Path) -> str:
    """The class of transformers that config.json names, where the folder is written as its; else nothing."""
    stated = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    name = next(iter(stated.get("architectures") or ()), "")
    return name if name in MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES.values() else ""
