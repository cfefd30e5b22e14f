"""A report on a fake prediction, with nothing in it that takes long."""

from __future__ import annotations

import numpy as np

from core.errors import NotFoundError
from core.results import ContributionOptions, LoadedModel, Origin, Reading, Report, WeightFile
from tests.fakes import explanations
from tests.fakes.explanations import words_of


def report(model: LoadedModel, reading: Reading, label: str) -> Report:
    """All that is quick about one class.

    Raises:
        NotFoundError: no such class.
    """
    prediction = reading.prediction
    if label not in prediction.labels:
        raise NotFoundError(f"The candidate has no class '{label}'.", fix="choose one of its classes.")
    words = words_of(prediction)
    others = [row.label for row in prediction.ranked if row.label != label]
    options = ContributionOptions(label)
    lead = ContributionOptions(label, "lead", others[0]) if others else None
    return Report(
        origin=_origin(model),
        reading=reading,
        label=label,
        runner_up=others[0] if others else None,
        contributions=explanations.contributions(prediction, options),
        lead=None if lead is None else explanations.contributions(prediction, lead),
        deletions=explanations.deletions(model, reading, options),
        position_parts=explanations.position_parts(prediction.labels, words, np.array(prediction.logits)),
        pooling=explanations.pooling(model.pooler, words),
        poolers=tuple(explanations.poolers(model, prediction)),
        lens=explanations.depth(model, prediction),
        no_lens="",
    )


def _origin(model: LoadedModel) -> Origin:
    file = WeightFile("base", "model.safetensors", model.bytes, "SHA-256", "0" * 64)
    base = model.selection.candidate
    return Origin("2026-01-01T00:00:00+00:00", model, base, (file,), {"headlight": "0.1.0"}, {"Device": model.device})
