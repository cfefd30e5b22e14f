"""The training file in words: what the model card says of it, what was brought, how far it is read."""

from __future__ import annotations

from collections.abc import Sequence

from core.results.dataset import DatasetRequest, DatasetSummary, LabelMatch
from core.results.training_rows import TrainingFile
from core.words.dataset import about, count

#: Over the ways to bring the file.
BRING = "Bring the file it was trained on"


def named(file: TrainingFile | None) -> str:
    """What a model card says of the training file."""
    if file is None:
        return "The model card names no training file."
    if file.path is None:
        return f"It was trained on '{file.name}', which is not beside the model. Bring it, if you have it."
    return f"It was trained on '{file.name}', which is here."


def brought(summary: DatasetSummary, request: DatasetRequest, matches: Sequence[LabelMatch]) -> str:
    """Which file it is, in a line, and how many of its labels are classes of the model."""
    said = f"Trained on {about(summary, request).removesuffix('.')}"
    if request.label_column is None:
        return f"{said}."
    known = sum(match.class_name is not None for match in matches)
    return f"{said}, {known:,} of {len(matches):,} of them classes of this model."


def begin(done: int, total: int) -> str:
    """On the button that begins reading."""
    if done:
        return f"Go on: {done:,} of {count(total, 'training row')} were read before"
    return f"Read {count(total, 'training row')}"
