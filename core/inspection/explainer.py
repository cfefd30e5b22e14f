"""The explainer: what is inside one prediction, for pages and the command line. Plain data in and out.

It stands beside the engine and asks it for the loaded pair. Everything runs on a probe of that pair (see
`core.inspection.probe`), so other people's predictions go on untouched. Results are remembered as long as the
pair is loaded. Importing this file imports neither torch nor transformers.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, Literal, overload

from core.inference.engine import Engine
from core.inspection.shelves import Shelves
from core.results import (
    AtScale,
    AttentionCost,
    AttentionMaps,
    AttentionOverview,
    AttentionPart,
    AttentionRollout,
    AttributionCost,
    AttributionOptions,
    Attributions,
    Contributions,
    FlipCost,
    HeadGeometry,
    JobState,
    Lens,
    MaskEffect,
    MinimalFlip,
    PoolerVerdict,
    Pooling,
    Reading,
    Report,
    Selection,
    TwoTexts,
    Unit,
)

if TYPE_CHECKING:
    from core.inference.encoding import Encoded
    from core.inspection.jobs import Progress
    from core.inspection.probe import Probe


class Explainer:
    """Asks about one text at a time. Thread safe; one for a whole process.

    Every method takes the selection and the text first and loads the pair when needed. All raise `InputError` for an
    empty or over-long text, and `AppError` for a pair that cannot be loaded.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._shelves = Shelves(engine)

    def reading(self, selection: Selection, text: str) -> Reading:
        """The prediction, and the text cut into words and tokens."""
        from core.inspection.units import read

        def reading() -> Reading:
            return read(self.engine.classify(selection, [text])[0])

        return self._shelves.without_probe(selection, text, "reading", reading)

    def pooling(self, selection: Selection, text: str) -> Pooling:
        """How much each token weighed."""
        from core.inspection.pooling import pooling

        return self._shelves.of_states(selection, text, pooling)

    def poolers(self, selection: Selection, text: str) -> list[PoolerVerdict]:
        """Every pooler on the same hidden states."""
        from core.inspection.pooling import compare_poolers

        return self._shelves.of_states(selection, text, compare_poolers)

    def contributions(self, selection: Selection, text: str) -> Contributions:
        """Every class's logit, split over the tokens."""
        from core.inspection.contributions import contributions

        return self._shelves.of_states(selection, text, contributions)

    def lens(self, selection: Selection, text: str) -> Lens:
        """What would be said at every depth.

        Raises:
            CheckpointError: an architecture without a plain final norm.
        """
        from core.inspection.lens import trace

        return self._shelves.of_text(selection, text, trace)

    def head_geometry(self, selection: Selection) -> HeadGeometry:
        """How the class vectors of the head lie to each other; no text is needed.

        Raises:
            CheckpointError: a head with one output.
        """
        from core.inspection.head_geometry import head_geometry

        return head_geometry(self.engine.pair(selection))

    def attribution_cost(self, selection: Selection, text: str, options: AttributionOptions) -> AttributionCost:
        """What `attributions` will take, from one measured batch.

        Raises:
            InputError: a text of which the model reads special tokens only.
        """
        from core.inspection.costing import cost, one_batch

        return cost(self._units(selection, text, options), options, self._shelves.of_text(selection, text, one_batch))

    def attributions(
        self,
        selection: Selection,
        text: str,
        options: AttributionOptions,
        *,
        start: bool = False,
        stop: bool = False,
        wait: float = 0.0,
    ) -> JobState | None:
        """All attribution methods for one class, and how faithful they are: long work, result `Attributions`."""

        def attributions(probe: Probe, encoded: Encoded, progress: Progress) -> Attributions:
            from core.inspection.attribution import attribute

            return attribute(probe, encoded, self._units(selection, text, options), options, progress)

        return self._shelves.job(selection, text, attributions, options, start=start, stop=stop, wait=wait)

    def attention_cost(self, selection: Selection, text: str) -> AttentionCost:
        """Memory for attention maps; nothing runs."""

        def attention_cost(probe: Probe, encoded: Encoded) -> AttentionCost:
            from core.inspection.attention import cost

            return cost(probe, encoded, self._shelves.attention_budget)

        return self._shelves.of_text(selection, text, attention_cost)

    @overload
    def attention(self, selection: Selection, text: str, part: Literal["overview"]) -> AttentionOverview: ...
    @overload
    def attention(self, selection: Selection, text: str, part: Literal["rollout"]) -> AttentionRollout: ...
    @overload
    def attention(self, selection: Selection, text: str, part: int) -> AttentionMaps: ...
    def attention(self, selection: Selection, text: str, part: AttentionPart) -> Any:
        """All heads in numbers, the rollout, or the maps of one layer.

        Raises:
            NotFoundError: no such layer.
            MemoryBudgetError: above the setting `attention_budget_mb`.
            CheckpointError: an architecture that hands out no maps.
        """

        def attention(probe: Probe, encoded: Encoded) -> Any:
            from core.inspection.attention import take

            return take(probe, encoded, part, self._shelves.attention_budget)

        return self._shelves.of_text(selection, text, attention, part)

    def attention_job(
        self,
        selection: Selection,
        text: str,
        part: AttentionPart,
        *,
        start: bool = False,
        stop: bool = False,
        wait: float = 0.0,
    ) -> JobState | None:
        """`attention` as long work, result True: then `attention` answers at once."""

        def attention(probe: Probe, encoded: Encoded, progress: Progress) -> bool:
            from core.inspection.attention import take

            found = take(probe, encoded, part, self._shelves.attention_budget, progress)
            self._shelves.without_probe(selection, text, "attention", lambda: found, part)
            return True

        return self._shelves.job(selection, text, attention, part, start=start, stop=stop, wait=wait)

    def at_scale(self, selection: Selection, text: str, scale: float) -> AtScale:
        """What is said with the adapter's update at this scale, rounded to a thousandth; 0 is without, 1 as trained.

        Raises:
            AdapterError: no adapter, or one without an update to scale.
        """
        from core.inspection import scaling

        def at_scale(probe: Probe, encoded: Encoded) -> AtScale:
            return scaling.at_scale(probe, encoded, round(scale, 3))

        if scale in (0, 1):
            return self._shelves.of_text(selection, text, at_scale, scale)
        return self._shelves.unremembered(selection, text, at_scale)

    def scale_curve(
        self, selection: Selection, text: str, *, start: bool = False, stop: bool = False, wait: float = 0.0
    ) -> JobState | None:
        """The classes over the scale, and where the verdict flips: long work, result `ScaleCurve`."""
        from core.inspection.scaling import scale_curve

        return self._shelves.job(selection, text, scale_curve, start=start, stop=stop, wait=wait)

    def ablation(
        self, selection: Selection, text: str, *, start: bool = False, stop: bool = False, wait: float = 0.0
    ) -> JobState | None:
        """Which parts of the adapter carry the decision: long work, result `Ablation`."""
        from core.inspection.ablation import ablate

        return self._shelves.job(selection, text, ablate, start=start, stop=stop, wait=wait)

    def masks(self, selection: Selection, text: str) -> MaskEffect:
        """The text read causally and in both directions.

        Raises:
            CheckpointError: an architecture whose mask cannot be exchanged.
        """
        from core.inspection.mask import compare_masks

        return self._shelves.of_text(selection, text, compare_masks)

    def two_texts(self, selection: Selection, text: str, other: str) -> TwoTexts:
        """Text A and text B: what was edited, and what that did to every class."""
        from core.inspection.two_texts import compare

        a, b = self.reading(selection, text), self.reading(selection, other)
        return self._shelves.without_probe(selection, text, "two_texts", lambda: compare(a, b), other)

    def flip_cost(self, selection: Selection, text: str, budget: int) -> FlipCost:
        """What `flip` takes at most, from one measured batch."""
        from core.inspection.costing import one_batch

        rows, seconds = self._shelves.of_text(selection, text, one_batch)
        return FlipCost(budget, budget * seconds / rows)

    def flip(
        self,
        selection: Selection,
        text: str,
        budget: int,
        *,
        start: bool = False,
        stop: bool = False,
        wait: float = 0.0,
    ) -> JobState | None:
        """The fewest words whose removal changes the verdict, in at most `budget` texts: result `MinimalFlip`."""

        def flip(probe: Probe, encoded: Encoded, progress: Progress) -> MinimalFlip:
            from core.inspection.flipping import find

            return find(probe, encoded, self.reading(selection, text).words, budget, progress)

        return self._shelves.job(selection, text, flip, budget, start=start, stop=stop, wait=wait)

    def report(self, selection: Selection, text: str, label: str) -> Report:
        """All that is quick about one class of a text, and of what takes long whatever was found before.

        Raises:
            NotFoundError: no such class.
        """
        from core.inspection.reporting import report

        return report(self, selection, text, label)

    def found(self, selection: Selection, text: str, name: str) -> dict[tuple[Hashable, ...], Any]:
        """What is remembered of a text under the name of one of these methods, by its options, the latest last.

        Nothing is computed.
        """
        return self._shelves.found(selection, text, name)

    def _units(self, selection: Selection, text: str, options: AttributionOptions) -> tuple[Unit, ...]:
        reading = self.reading(selection, text)
        return reading.words if options.by == "words" else reading.pieces
