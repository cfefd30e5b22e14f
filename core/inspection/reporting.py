"""A report's contents, gathered from the explainer: what is quick is computed, what is long is taken if there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.config.catalogue import adapter_of
from core.errors import AppError, NotFoundError
from core.inspection.origin import origin
from core.results import (
    Ablation,
    AttentionRollout,
    Attributions,
    Lens,
    MaskEffect,
    MinimalFlip,
    Origin,
    Report,
    ScaleCurve,
    Selection,
    TwoTexts,
)

if TYPE_CHECKING:
    from core.inspection.explainer import Explainer


def report(explainer: Explainer, selection: Selection, text: str, label: str) -> Report:
    """See `Explainer.report`."""
    reading = explainer.reading(selection, text)
    if label not in reading.prediction.labels:
        raise NotFoundError(f"The candidate has no class '{label}'.", fix="choose one of its classes.")
    others = [row.label for row in reading.prediction.ranked if row.label != label]
    lens, no_lens = _lens(explainer, selection, text)

    def latest(name: str, kind: type[Any]) -> Any:
        """The last result of that kind; of attributions one for this class, of comparisons one with another text."""
        held: list[Any] = [
            value for value in explainer.found(selection, text, name).values() if isinstance(value, kind)
        ]
        if kind is Attributions:
            held = [value for value in held if value.options.label == label]
        if kind is TwoTexts:
            held = [value for value in held if value.b.prediction.text != text]
        return held[-1] if held else None

    return Report(
        origin=_origin(explainer, selection),
        reading=reading,
        label=label,
        runner_up=others[0] if others else None,
        contributions=explainer.contributions(selection, text),
        pooling=explainer.pooling(selection, text),
        poolers=tuple(explainer.poolers(selection, text)),
        lens=lens,
        no_lens=no_lens,
        curve=latest("scale_curve", ScaleCurve),
        ablation=latest("ablate", Ablation),
        masks=latest("compare_masks", MaskEffect),
        rollout=latest("attention", AttentionRollout),
        attributions=latest("attributions", Attributions),
        flip=latest("flip", MinimalFlip),
        two_texts=latest("two_texts", TwoTexts),
    )


def _lens(explainer: Explainer, selection: Selection, text: str) -> tuple[Lens | None, str]:
    try:
        return explainer.lens(selection, text), ""
    except AppError as error:
        return None, error.problem


def _origin(explainer: Explainer, selection: Selection) -> Origin:
    engine = explainer.engine
    candidate = engine.candidate(selection.candidate)
    adapter = adapter_of(candidate, selection.adapter) if selection.adapter else None
    return origin(engine.pair(selection), candidate, adapter, engine.settings)
