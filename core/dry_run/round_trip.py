"""Save and load: written to a temporary folder, opened with our own loader, and asked the same texts again.

An adapter goes back onto the base that is in memory already, whose weights it shares, so only its own are copied. A
candidate without one is written whole, where disk and memory allow it: a small one is loaded a second time, a large one
compared with its files (`saved_tensors`).
"""

from __future__ import annotations

import gc
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from peft import PeftModel
from safetensors import SafetensorError
from torch import nn

from core.dry_run.memory import SECOND_COPY, stage_bytes
from core.dry_run.saved_tensors import compared_with_files
from core.dry_run.stage import StageKind
from core.dry_run.subject import UNIT, Subject
from core.errors import AppError
from core.model.adapters.attach import load_adapter
from core.model.adapters.save import card_for, save_adapter
from core.model.open import open_classifier
from core.results import Stage
from core.tasks.progress import Progress, ignore_progress
from core.words.numbers import two_digits
from core.words.sizes import gibibytes, size

SAVED = StageKind("Save and load", "Saved to a folder, loaded from it, and asked the same texts.")
FIX = (
    "do not rely on the saved files: they are not what is in memory. Look for weights or fields that saving leaves out."
)


@dataclass(frozen=True, eq=False)
class _Loaded:
    """What came back."""

    model: nn.Module
    labels: tuple[str, ...]
    problem_type: str | None


def save_and_load(subject: Subject, on_progress: Progress = ignore_progress) -> Stage:
    """Logits, labels and kind of task after a round trip; of a large model without an adapter every tensor instead."""
    has_adapter = isinstance(subject.probe.model, PeftModel)
    with tempfile.TemporaryDirectory(prefix="headlight-") as name:
        lacking = _lacking(subject, Path(name))
        if lacking:
            return SAVED.left_out(lacking)
        try:
            if not has_adapter and subject.pair.info.bytes > SECOND_COPY:
                return compared_with_files(subject, Path(name), SAVED, FIX, on_progress)
            loaded = _with_adapter(subject, Path(name)) if has_adapter else _whole(subject, Path(name))
        except AppError as error:
            return SAVED.judged(False, f"what was saved cannot be loaded: {error.problem}", error.fix)
        except (OSError, SafetensorError) as error:  # a full disk, or files of the base that have gone
            return SAVED.left_out(f"a file could not be written or read: {' '.join(str(error).split())[:200]}")
        stored = sum(file.stat().st_size for file in Path(name).iterdir())
        stage = _compared(subject, loaded, f"{'adapter' if has_adapter else 'model'} of {size(stored)}")
        del loaded  # before the folder goes, from which its weights may be mapped
    gc.collect()
    return stage


def _lacking(subject: Subject, folder: Path) -> str:
    """Why it cannot be done here, in words and both numbers; empty where it can. An adapter's copy shares the base."""
    needs, free, disk = stage_bytes(subject), subject.free(), shutil.disk_usage(folder).free
    if needs.saving > free:
        device = subject.pair.info.device
        return f"it takes {gibibytes(needs.saving)} on {device}, and {gibibytes(free)} are free"
    if needs.disk > disk:
        return f"it takes {gibibytes(needs.disk)} of disk, and {gibibytes(disk)} are free in '{folder.parent}'"
    return ""


def _with_adapter(subject: Subject, folder: Path) -> _Loaded:
    opened, probe = subject.pair.opened, subject.probe
    card = card_for(opened, probe.classifier, probe.labels, max_tokens=probe.encoder.max_tokens)
    save_adapter(cast(PeftModel, probe.model), folder, card)
    with subject.loading_alone(), subject.kept_random():
        attached = load_adapter(opened, folder)
    config: Any = attached.model.get_base_model().config
    return _Loaded(attached.model, attached.labels, config.problem_type)


def _whole(subject: Subject, folder: Path) -> _Loaded:
    device = subject.probe.device
    subject.probe.classifier.save_pretrained(folder)
    # Layers that were removed or started anew are saved as they are now: that is not done twice.
    config = subject.base.with_changes(
        pretrained_model_name_or_path=str(folder),
        num_layers_to_remove=None,
        reinitialize_n_layers_of_backbone=0,
        quantisation="none",  # of a quantised one the codes are saved
    )
    with subject.loading_alone(), subject.kept_random():
        model = open_classifier(config, device_map=None if device == "cpu" else {"": device}).model
    named: dict[Any, str] = model.config.id2label or {}
    return _Loaded(model, tuple(str(named[i]) for i in range(len(named))), model.config.problem_type)


def _compared(subject: Subject, loaded: _Loaded, what: str) -> Stage:
    again = replace(subject.probe, model=loaded.model)
    difference = subject.difference(replace(subject, probe=again).each_alone(subject.rows), subject.alone)
    labels, task = subject.probe.labels, subject.probe.classifier.config.problem_type
    retained = sum(a == b for a, b in zip(labels, loaded.labels, strict=False))
    same = loaded.labels == labels and loaded.problem_type == task
    detail = (
        f"{what}: logits differ by {two_digits(difference)} {UNIT}, bound {subject.tolerance:.0e}; "
        f"{retained} of {len(labels)} labels kept"
    )
    if loaded.problem_type != task:
        detail += f"; the task was {task}, and is {loaded.problem_type}"
    ok = difference <= subject.tolerance and same
    return SAVED.judged(ok, detail, FIX, difference, subject.tolerance, UNIT)
