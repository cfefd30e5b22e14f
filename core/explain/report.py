"""A report's contents, gathered from the explainer: what is quick is computed, what is long is taken if there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from core.config.catalogue import adapter_of
from core.errors import AppError, NotFoundError
from core.explain.provenance import origin
from core.results import (
    METHODS,
    Ablation,
    AtScale,
    AttentionRollout,
    Attributions,
    ContributionOptions,
    Contributions,
    Deletions,
    Feature,
    Lens,
    MaskEffect,
    MinimalFlip,
    Origin,
    PoolerVerdict,
    Pooling,
    PositionParts,
    Reading,
    Report,
    ScaleCurve,
    Selection,
    TwoTexts,
)

if TYPE_CHECKING:
    from core.engine.engine import Engine

Result = TypeVar("Result")


class Views(Protocol):
    """What a report asks of the explainer, each as it says there."""

    @property
    def engine(self) -> Engine:
        """Where the pair is loaded."""

    def reading(self, selection: Selection, text: str) -> Reading:
        """The prediction, and its text in words and tokens."""

    def contributions(self, selection: Selection, text: str, options: ContributionOptions) -> Contributions:
        """What each input token adds."""

    def deletions(self, selection: Selection, text: str, options: ContributionOptions) -> Deletions:
        """The words with the largest contributions, deleted."""

    def position_parts(self, selection: Selection, text: str) -> PositionParts:
        """Every logit, split over the tokens."""

    def pooling(self, selection: Selection, text: str) -> Pooling:
        """How much each token weighs."""

    def poolers(self, selection: Selection, text: str) -> list[PoolerVerdict]:
        """What every pooler would say."""

    def depth(self, selection: Selection, text: str) -> Lens:
        """The verdict after each layer."""

    def at_scale(self, selection: Selection, text: str, scale: float) -> AtScale:
        """The text read at that scale of the adapter's update."""

    def remembered(self, selection: Selection, text: str, feature: Feature) -> list[Any]:
        """Cached results, the latest last."""


def report(explainer: Views, selection: Selection, text: str, label: str) -> Report:
    """See `Explainer.report`."""
    reading = explainer.reading(selection, text)
    if label not in reading.prediction.labels:
        raise NotFoundError(f"The candidate has no class '{label}'.", fix="choose one of its classes.")
    others = [row.label for row in reading.prediction.ranked if row.label != label]
    options = ContributionOptions(label)
    lead = ContributionOptions(label, "lead", others[0]) if others else None
    lens, no_lens = _lens(explainer, selection, text)

    def latest(feature: Feature, kind: type[Result]) -> Result | None:
        """The last result of that kind that belongs into the report."""
        results = explainer.remembered(selection, text, feature)
        return next((r for r in reversed(results) if isinstance(r, kind) and _belongs(r, text, label)), None)

    return Report(
        origin=_origin(explainer, selection),
        reading=reading,
        label=label,
        runner_up=others[0] if others else None,
        contributions=explainer.contributions(selection, text, options),
        lead=None if lead is None else explainer.contributions(selection, text, lead),
        deletions=explainer.deletions(selection, text, options),
        position_parts=explainer.position_parts(selection, text),
        pooling=explainer.pooling(selection, text),
        poolers=tuple(explainer.poolers(selection, text)),
        lens=lens,
        no_lens=no_lens,
        adapter=_adapter(explainer, selection, text),
        curve=latest(Feature.ADAPTER_SCALES, ScaleCurve),
        ablation=latest(Feature.ADAPTER_ABLATION, Ablation),
        masks=latest(Feature.ATTENTION_MASK, MaskEffect),
        rollout=latest(Feature.ATTENTION, AttentionRollout),
        attributions=latest(Feature.ATTRIBUTIONS, Attributions),
        flip=latest(Feature.MINIMAL_FLIP, MinimalFlip),
        two_texts=latest(Feature.TWO_TEXTS, TwoTexts),
    )


def _belongs(result: object, text: str, label: str) -> bool:
    """Attributions are all methods for this class, comparisons with another text."""
    if isinstance(result, Attributions):
        return result.options.label == label and result.options.methods == METHODS
    return not isinstance(result, TwoTexts) or result.b.prediction.text != text


def _adapter(explainer: Views, selection: Selection, text: str) -> tuple[AtScale, AtScale] | None:
    if selection.adapter is None:
        return None
    try:
        return explainer.at_scale(selection, text, 0.0), explainer.at_scale(selection, text, 1.0)
    except AppError:  # one that cannot be scaled: whole modules alone
        return None


def _lens(explainer: Views, selection: Selection, text: str) -> tuple[Lens | None, str]:
    try:
        return explainer.depth(selection, text), ""
    except AppError as error:
        return None, error.problem


def _origin(explainer: Views, selection: Selection) -> Origin:
    engine = explainer.engine
    candidate = engine.candidate(selection.candidate)
    adapter = adapter_of(candidate, selection.adapter) if selection.adapter else None
    return origin(engine.pair(selection), candidate, adapter, engine.settings)
