"""A model against the files that it was saved to, tensor by tensor: a second copy of it is never in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor
from transformers.core_model_loading import revert_weight_conversion

from core.dry_run.memory import FILE_BYTES
from core.dry_run.stage import StageKind
from core.dry_run.subject import Subject
from core.files.folders import read_model_folder, weight_files
from core.model.classifier import PooledClassifier
from core.model.families import mask_of
from core.model.hf_config import built_config
from core.model.pooled_config import parts_of
from core.model.written_later import AsWritten, state_as_written
from core.results import Stage
from core.tasks.progress import Progress, ignore_progress, within
from core.words.sizes import size


def compared_with_files(
    subject: Subject, folder: Path, kind: StageKind, fix: str, on_progress: Progress = ignore_progress
) -> Stage:
    """Save the classifier to a folder; every tensor bit for bit, then what config.json says of it.

    Raises:
        AppError: a folder that our own reader refuses.
    """
    classifier = subject.probe.classifier
    saving = _told(classifier, within(on_progress, 0.0, 0.5), f"{kind.name}, writing")
    state = state_as_written(classifier, saving)
    classifier.save_pretrained(folder, max_shard_size=FILE_BYTES, state_dict=state)
    reading = _told(classifier, within(on_progress, 0.5, 1.0), f"{kind.name}, comparing")
    total, wrong = _tensors(classifier, folder, reading)
    changed = _changed(subject, folder)
    stored = sum(file.stat().st_size for file in folder.iterdir())
    detail = f"model of {size(stored)}: {total - len(wrong):,} of {total:,} tensors are equal bit for bit"
    detail += "; a second copy was not loaded"
    if wrong:
        detail += f"; '{wrong[0]}' is not" + (f", and {len(wrong) - 1:,} more" if len(wrong) > 1 else "")
    if changed:
        detail += f"; what config.json says of its {' and '.join(changed)} is not what is in memory"
    return kind.judged(not wrong and not changed, detail, fix, len(wrong), 0, "tensors that differ")


def _told(classifier: PooledClassifier, on_progress: Progress, stage: str) -> AsWritten:
    """Says how far it is at each tensor, which stays as it is."""
    total, done = sum(tensor.nbytes for tensor in classifier.state_dict().values()), 0

    def told(tensor: Tensor) -> Tensor:
        nonlocal done
        on_progress(min(done / total, 1.0), f"{stage} {size(done)} of {size(total)}")
        done += tensor.nbytes
        return tensor.detach()

    return told


def _tensors(classifier: PooledClassifier, folder: Path, told: AsWritten = Tensor.detach) -> tuple[int, list[str]]:
    """Tensors in memory, and the names of those that are not in the files as they are; one is read at a time."""
    expected = _as_saved(classifier)
    stored: dict[str, Path] = {}
    for file in weight_files(folder):
        with safe_open(file, framework="pt") as opened:
            stored.update(dict.fromkeys(opened.keys(), file))
    wrong = [
        name for name in stored if name in expected and not _equal(told(expected[name]), _read(stored[name], name))
    ]
    renamed = [name for name in stored if name not in expected]
    absent = _untied({name: expected[name] for name in expected if name not in stored}, expected, stored)
    return len(expected), wrong + sorted(_unpaired(absent, expected, {name: stored[name] for name in renamed}))


def _as_saved(classifier: PooledClassifier) -> Mapping[str, Tensor]:
    """State under the names of files: transformers renames and splits some tensors when it saves."""
    state: dict[str, Any] = classifier.state_dict()
    return {name: tensor for name, tensor in revert_weight_conversion(classifier, state).items() if tensor.numel()}


def _untied(absent: Mapping[str, Tensor], expected: Mapping[str, Tensor], stored: Mapping[str, Path]) -> list[str]:
    """Names that are in no file, less those whose memory is saved under another name."""
    saved = {expected[name].data_ptr() for name in stored if name in expected}
    return [name for name, tensor in absent.items() if tensor.data_ptr() not in saved]


def _unpaired(absent: list[str], expected: Mapping[str, Tensor], renamed: Mapping[str, Path]) -> Iterator[str]:
    """What has no equal among tensors that were saved under names of another class."""
    left = dict(renamed)
    for name in absent:
        same = next((other for other, file in left.items() if _equal(expected[name], _read(file, other))), None)
        if same is None:
            yield name
        else:
            del left[same]
    yield from left


def _read(file: Path, name: str) -> Tensor:
    with safe_open(file, framework="pt") as opened:
        tensor: Tensor = opened.get_tensor(name)
        return tensor


def _equal(one: Tensor, other: Tensor) -> bool:
    """Bit for bit, NaN included."""
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    return torch.equal(one.detach().cpu().contiguous().view(torch.uint8), other.contiguous().view(torch.uint8))


def _changed(subject: Subject, folder: Path) -> list[str]:
    """What our own reader makes of the folder's config.json that is otherwise in memory."""
    base = subject.base.with_changes(
        pretrained_model_name_or_path=str(folder),
        num_layers_to_remove=None,
        reinitialize_n_layers_of_backbone=0,
        quantisation="none",
    )
    read, held = built_config(base, read_model_folder(folder)), subject.probe.classifier.config
    named: Any = read.id2label
    pairs = {
        "labels": (tuple(str(named[i]) for i in range(len(named))), subject.probe.labels),
        "task": (read.problem_type, held.problem_type),
        "pooler and head": (parts_of(read), parts_of(held)),
        "mask": (mask_of(read), mask_of(held)),
        "layers": (read.get_text_config().num_hidden_layers, held.get_text_config().num_hidden_layers),
    }
    return [name for name, (one, other) in pairs.items() if one != other]
