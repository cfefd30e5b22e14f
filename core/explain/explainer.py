"""The explainer: what is inside one prediction, for pages and the command line. Plain data in and out.

It stands beside the engine and asks it for the loaded pair. Everything runs on a probe of that pair (see
`core.explain.probe`), so other people's predictions go on untouched. Results are cached as long as the
pair is loaded. Importing this file imports neither torch nor transformers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from core.engine.engine import Engine, check_texts
from core.engine.untrained_head import require_head
from core.explain.sessions import ProbeSessions
from core.results import (
    Ablation,
    AtScale,
    AttentionCost,
    AttentionMaps,
    AttentionOverview,
    AttentionPart,
    AttentionRollout,
    AttributionCost,
    AttributionOptions,
    Attributions,
    By,
    Capabilities,
    Capability,
    ContributionOptions,
    Contributions,
    Deletions,
    Feature,
    FeatureKey,
    FlipCost,
    HeadGeometry,
    Lens,
    MaskEffect,
    MinimalFlip,
    PoolerVerdict,
    Pooling,
    PositionParts,
    QuantisationEffect,
    Reading,
    Report,
    ScaleCurve,
    Selection,
    TwoTexts,
    Unit,
)
from core.tasks.runner import TaskRunner
from core.tasks.task import Task

if TYPE_CHECKING:
    from torch import Tensor

    from core.engine.encoding import Encoded
    from core.explain.probe import Probe
    from core.tasks.progress import Progress


class Explainer:
    """Asks about one text at a time. Thread safe; one for a whole process.

    Every method takes the selection, then the text, and loads the pair when needed. Those that take a text raise
    `InputError` for an empty or over-long one, and `UntrainedHeadError`; all raise `AppError` for a pair that cannot be
    loaded. A `Task` of long work has not begun; it runs in `tasks`.
    """

    def __init__(self, engine: Engine, tasks: TaskRunner) -> None:
        self.engine = engine
        self._sessions = ProbeSessions(engine, tasks)
        self._tasks = tasks

    def capabilities(self, selection: Selection) -> Capabilities:
        """What can be asked about this pair, and why not where it cannot; no text is needed."""
        from core.explain.capabilities import capabilities

        return self._sessions.cached_on_pair(selection, Feature.CAPABILITIES, capabilities)

    def reading(self, selection: Selection, text: str) -> Reading:
        """The prediction, and the text cut into words and tokens.

        Raises:
            CheckpointError: logits that are not finite, which nothing explains.
        """
        from core.explain.finite import require_finite
        from core.explain.text_units import read

        def reading() -> Reading:
            return read(require_finite(self.engine.classify(selection, [text])[0]))

        return self._sessions.cached(selection, text, Feature.READING, reading)

    def pooling(self, selection: Selection, text: str) -> Pooling:
        """How much each token weighed."""
        from core.explain.pooling import pooling

        return self._sessions.cached_on_states(selection, text, Feature.POOLING, pooling)

    def poolers(self, selection: Selection, text: str) -> list[PoolerVerdict]:
        """Every pooler on the same hidden states."""
        from core.explain.pooling import compare_poolers

        return self._sessions.cached_on_states(selection, text, Feature.POOLERS, compare_poolers)

    def contributions(self, selection: Selection, text: str, options: ContributionOptions) -> Contributions:
        """What each input token adds to one output of one class, through the whole network.

        Raises:
            NotFoundError: no such class.
        """
        from core.explain.contributions.run import contributions, own_logits

        units = self._units(selection, text, options.by)

        def split(probe: Probe, states: Tensor, mask: Tensor) -> Contributions:
            return contributions(probe, probe.encode(text), units, options, own_logits(probe, states, mask))

        return self._sessions.cached_on_states(selection, text, Feature.CONTRIBUTIONS, split, options)

    def deletions(self, selection: Selection, text: str, options: ContributionOptions) -> Deletions:
        """The words with the largest contributions, deleted one at a time."""
        from core.explain.contributions.deletions import deletions

        result, units = self.contributions(selection, text, options), self._units(selection, text, options.by)

        def deleted(probe: Probe, encoded: Encoded) -> Deletions:
            return deletions(probe, encoded, units, result, options)

        return self._sessions.cached_on_text(selection, text, Feature.DELETIONS, deleted, options)

    def position_parts(self, selection: Selection, text: str) -> PositionParts:
        """Every class's logit, split over the positions that the pooler reads."""
        from core.explain.position_parts import position_parts

        return self._sessions.cached_on_states(selection, text, Feature.POSITION_PARTS, position_parts)

    def depth(self, selection: Selection, text: str) -> Lens:
        """What would be said at every depth.

        Raises:
            CheckpointError: an architecture without a plain final norm.
        """
        from core.explain.capabilities import require
        from core.explain.depth import trace

        def depth(probe: Probe, encoded: Encoded) -> Lens:
            require(probe, Capability.DEPTH)
            return trace(probe, encoded)

        return self._sessions.cached_on_text(selection, text, Feature.DEPTH, depth)

    def head_geometry(self, selection: Selection) -> HeadGeometry:
        """How the class vectors of the head lie to each other; no text is needed.

        Raises:
            UntrainedHeadError: its head is untrained, and the selection does not ask for it.
            CheckpointError: a head with one output.
        """
        from core.explain.head_geometry import head_geometry

        pair = self.engine.pair(selection)
        require_head(pair.info, selection)
        return head_geometry(pair)

    def attribution_cost(self, selection: Selection, text: str, options: AttributionOptions) -> AttributionCost:
        """What `attributions` will take, from one measured batch.

        Raises:
            InputError: a text of which the model reads special tokens only.
        """
        from core.explain.attributions.cost import attribution_cost, one_batch

        batch = self._sessions.cached_on_text(selection, text, Feature.BATCH_TIME, one_batch)
        return attribution_cost(self._units(selection, text, options.by), options, batch)

    def attributions(self, selection: Selection, text: str, options: AttributionOptions) -> Task[Attributions]:
        """All attribution methods for one class, and how faithful they are."""

        def attributions(probe: Probe, encoded: Encoded, on_progress: Progress) -> Attributions:
            from core.explain.attributions.cost import require_gradient_memory
            from core.explain.attributions.run import attribute
            from core.explain.capabilities import require

            require(probe, Capability.ATTRIBUTIONS)
            require_gradient_memory(probe, encoded, options, self.engine.free_bytes(probe.device))
            return attribute(probe, encoded, self._units(selection, text, options.by), options, on_progress)

        return self._sessions.task(selection, text, Feature.ATTRIBUTIONS, attributions, options)

    def attention_cost(self, selection: Selection, text: str) -> AttentionCost:
        """Memory for attention maps of this text; no more than a few tokens run."""

        def attention_cost(probe: Probe, encoded: Encoded) -> AttentionCost:
            from core.explain.attention import capture_cost
            from core.explain.capabilities import require

            require(probe, Capability.ATTENTION)
            return capture_cost(probe, encoded, self._sessions.attention_budget)

        return self._sessions.cached_on_text(selection, text, Feature.ATTENTION_COST, attention_cost)

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
            from core.explain.attention import capture
            from core.explain.capabilities import require

            require(probe, Capability.ATTENTION)
            return capture(probe, encoded, part, self._sessions.attention_budget)

        return self._sessions.cached_on_text(selection, text, Feature.ATTENTION, attention, part)

    def attention_task(self, selection: Selection, text: str, part: AttentionPart) -> Task[bool]:
        """`attention` as long work; its result True means that `attention` answers at once now."""

        def attention(probe: Probe, encoded: Encoded, on_progress: Progress) -> bool:
            from core.explain.attention import capture
            from core.explain.capabilities import require

            require(probe, Capability.ATTENTION)
            captured = capture(probe, encoded, part, self._sessions.attention_budget, on_progress)
            self._sessions.cached(selection, text, Feature.ATTENTION, lambda: captured, part)
            return True

        return self._sessions.task(selection, text, Feature.ATTENTION_CAPTURE, attention, part)

    def at_scale(self, selection: Selection, text: str, scale: float) -> AtScale:
        """What is said with the adapter's update at this scale, rounded to a thousandth; 0 is without, 1 as trained.

        Raises:
            AdapterError: no adapter, or one without an update to scale.
        """
        from core.explain.adapter_effect import lora_scale

        def at_scale(probe: Probe, encoded: Encoded) -> AtScale:
            return lora_scale.at_scale(probe, encoded, round(scale, 3))

        if scale in (0, 1):
            return self._sessions.cached_on_text(selection, text, Feature.ADAPTER_AT_SCALE, at_scale, scale)
        return self._sessions.uncached(selection, text, at_scale)

    def scale_curve(self, selection: Selection, text: str) -> Task[ScaleCurve]:
        """The classes over the scale, and where the verdict flips."""

        def scales(probe: Probe, encoded: Encoded, on_progress: Progress) -> ScaleCurve:
            from core.explain.adapter_effect.lora_scale import scale_curve

            return scale_curve(probe, encoded, on_progress)

        return self._sessions.task(selection, text, Feature.ADAPTER_SCALES, scales)

    def ablation(self, selection: Selection, text: str) -> Task[Ablation]:
        """Which parts of the adapter carry the decision."""

        def ablation(probe: Probe, encoded: Encoded, on_progress: Progress) -> Ablation:
            from core.explain.adapter_effect.ablation import ablate

            return ablate(probe, encoded, on_progress)

        return self._sessions.task(selection, text, Feature.ADAPTER_ABLATION, ablation)

    def attention_mask(self, selection: Selection, text: str) -> MaskEffect:
        """The text read causally and in both directions.

        Raises:
            CheckpointError: an architecture whose mask cannot be exchanged.
        """
        from core.explain.attention_mask import compare_masks
        from core.explain.capabilities import require

        def attention_mask(probe: Probe, encoded: Encoded) -> MaskEffect:
            require(probe, Capability.ATTENTION_MASK)
            return compare_masks(probe, encoded)

        return self._sessions.cached_on_text(selection, text, Feature.ATTENTION_MASK, attention_mask)

    def quantisation_effect(self, selection: Selection, text: str) -> Task[QuantisationEffect]:
        """What holding the base in few bits did to the text, against its whole weights.

        Raises:
            ConfigError: a base that is not quantised when it is loaded.
        """
        from core.explain.quantisation_effect import quantisation_effect, unquantised

        check_texts([text], self.engine.settings.max_characters)
        require_head(self.engine.pair(selection).info, selection)
        unquantised(self.engine, selection)

        def work(on_progress: Progress) -> QuantisationEffect:
            return quantisation_effect(self.engine, selection, text, on_progress)

        key = FeatureKey(Feature.QUANTISATION_EFFECT, text, (selection,))
        return Task(self._tasks, key, work, owner=self.engine.pair(selection))

    def two_texts(self, selection: Selection, text: str, other: str) -> TwoTexts:
        """Text A and text B: what was edited, and what that did to every class."""
        from core.explain.two_texts import compare

        a, b = self.reading(selection, text), self.reading(selection, other)
        return self._sessions.cached(selection, text, Feature.TWO_TEXTS, lambda: compare(a, b), other)

    def flip_cost(self, selection: Selection, text: str, budget: int) -> FlipCost:
        """What `minimal_flip` takes at most, from one measured batch."""
        from core.explain.attributions.cost import one_batch

        batch = self._sessions.cached_on_text(selection, text, Feature.BATCH_TIME, one_batch)
        return FlipCost(budget, budget * batch.seconds / batch.rows)

    def minimal_flip(self, selection: Selection, text: str, budget: int) -> Task[MinimalFlip]:
        """The fewest words whose removal changes the verdict, in at most `budget` texts."""

        def flip(probe: Probe, encoded: Encoded, on_progress: Progress) -> MinimalFlip:
            from core.explain.minimal_flip import find

            reading = self.reading(selection, text)
            options = ContributionOptions(reading.prediction.top.label, "logit")
            shares = self.contributions(selection, text, options).values
            return find(probe, encoded, reading.words, shares, budget, on_progress)

        return self._sessions.task(selection, text, Feature.MINIMAL_FLIP, flip, budget)

    def report(self, selection: Selection, text: str, label: str) -> Report:
        """All that is quick about one class of a text, and of what takes long whatever was computed before.

        Raises:
            NotFoundError: no such class.
        """
        from core.explain.report import report

        return report(self, selection, text, label)

    def remembered(self, selection: Selection, text: str, feature: Feature) -> list[Any]:
        """Cached results for a text, by whatever options, the latest last; nothing is computed."""
        return self._sessions.remembered(selection, text, feature)

    def _units(self, selection: Selection, text: str, by: By) -> tuple[Unit, ...]:
        reading = self.reading(selection, text)
        return reading.words if by == "words" else reading.pieces
