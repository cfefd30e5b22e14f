"""Base and adapter to one checkpoint: PEFT's own merge, weight by weight while the files are written.

The base is mapped from its files, and each weight is read, merged into a copy, written and let go: the adapter, one
weight file and one update are all that it takes. A base that is read out of codes is held as numbers, once. The folder
appears under its name when it is whole.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from peft.utils import ModulesToSaveWrapper
from torch import Tensor
from transformers.models.auto.modeling_auto import MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES
from transformers.utils import logging as hf_logging

from core.engine import malloc
from core.engine.pair_tokenizer import pair_tokenizer
from core.errors import CheckpointError
from core.files.output_folder import appearing, require_empty
from core.merge.card import card
from core.merge.cost import FILE_BYTES, merge_cost, require_cost, stored_dtype
from core.merge.request import MergeRequest, require_whole
from core.merge.updates import Updates
from core.model.adapters.attach import AttachedAdapter, load_adapter
from core.model.classifier import PooledClassifier
from core.model.dequantise import dequantise
from core.model.mapped import is_mapped, let_go
from core.model.open import open_classifier, quiet_transformers
from core.model.quantised_checks import quantisation_name
from core.model.read_progress import tensors_read
from core.model.save import save_classifier
from core.model.written_later import AsWritten
from core.results import Merge
from core.tasks.progress import Progress, ignore_progress, within
from core.words.sizes import size


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
    hf_logging.disable_progress_bar()
    part = within(on_progress, 0.0, 0.1)
    part(0.0, "reading the base")
    read = tensors_read(lambda done, total: part(done / total, f"reading the base, {done:,} of {total:,} tensors"))
    with loading_alone(), malloc.weights_on_their_own(), read:
        attached, codes = _attached(request)
    with appearing(request.output) as folder:
        return _written(request, attached, codes, folder, within(on_progress, 0.1, 1.0))


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
    whole = tuple(
        n.rsplit(".", 1)[-1] for n, m in attached.model.named_modules() if isinstance(m, ModulesToSaveWrapper)
    )
    updates = Updates(attached.model, at_once=bool(codes))
    model = updates.unload(attached.model)
    model.train(False)
    with quiet_transformers():
        save_classifier(model, folder, max_shard_size=FILE_BYTES, as_written=_as_written(model, updates, on_progress))
        _write_tokenizer(request, attached.max_tokens, folder)
    files = list(folder.glob("*.safetensors"))
    result = Merge(
        folder=str(request.output),
        base=request.base_name,
        adapter=request.adapter_name,
        dtype=str(model.dtype).removeprefix("torch."),
        parameters=sum(p.numel() for p in model.parameters()),
        modules=updates.count,
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


def _as_written(model: PooledClassifier, updates: Updates, on_progress: Progress) -> AsWritten:
    """Each weight with its update, a copy of what is mapped, and everything else as it is held."""
    total = sum(tensor.nbytes for tensor in model.state_dict().values())
    done = 0

    def written(held: Tensor) -> Tensor:
        nonlocal done
        on_progress(min(done / total, 1.0), f"merging and writing, {size(done)} of {size(total)}")
        done += held.nbytes
        made = updates.merged(held) if held in updates else held.detach()
        if is_mapped(made):
            made = made.clone()
        let_go(held)
        if made.is_floating_point() and not made.isfinite().all():
            raise CheckpointError(
                "Some of the merged weights are not finite.",
                fix="see `check` and `weights` of the base and of the adapter.",
            )
        return made

    return written


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
