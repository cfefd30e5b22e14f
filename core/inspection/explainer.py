"""The explainer: what is inside one prediction, for pages and the command line. Plain data in and out.

It stands beside the engine and asks it for the loaded pair. Everything runs on a probe of that pair (see
`core.inspection.probe`), so other people's predictions go on untouched. Results are remembered as long as the
pair is loaded. Importing this file imports neither torch nor transformers.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeGuard, TypeVar, cast, overload

from core.inference.engine import Engine, check_texts
from core.inspection.jobs import Jobs, Progress
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
    from torch import Tensor

    from core.inference.encoding import Encoded
    from core.inference.loading import LoadedPair
    from core.inspection.probe import Probe

Result = TypeVar("Result")

#: Results, and hidden states of texts, that are remembered for each loaded pair.
REMEMBERED = 48
STATES = 4


@dataclass(eq=False)
class _Shelf:
    """What belongs to one loaded pair: its probe, who may use it now, and what was found."""

    probe: Probe
    number: int
    lock: threading.Lock = field(default_factory=threading.Lock)
    found: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    states: OrderedDict[str, Any] = field(default_factory=OrderedDict)


class Explainer:
    """Asks about one text at a time. Thread safe; one for a whole process.

    Every method takes the selection and the text first and loads the pair when needed. All raise `InputError` for an
    empty or over-long text, and `AppError` for a pair that cannot be loaded.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._jobs = Jobs()
        self._lock = threading.Lock()
        self._shelves: weakref.WeakKeyDictionary[LoadedPair, _Shelf] = weakref.WeakKeyDictionary()
        self._numbers = itertools.count()

    def reading(self, selection: Selection, text: str) -> Reading:
        """The prediction, and the text cut into words and tokens."""
        from core.inspection.units import read

        check_texts([text], self.engine.settings.max_characters)
        return self._remember(selection, ("reading", text), lambda _: read(self.engine.classify(selection, [text])[0]))

    def pooling(self, selection: Selection, text: str) -> Pooling:
        """How much each token weighed."""
        from core.inspection.pooling import pooling

        return self._of_states(selection, text, pooling)

    def poolers(self, selection: Selection, text: str) -> list[PoolerVerdict]:
        """All four poolers on the same hidden states."""
        from core.inspection.pooling import compare_poolers

        return self._of_states(selection, text, compare_poolers)

    def contributions(self, selection: Selection, text: str) -> Contributions:
        """Every class's logit, split over the tokens."""
        from core.inspection.contributions import contributions

        return self._of_states(selection, text, contributions)

    def lens(self, selection: Selection, text: str) -> Lens:
        """What would be said at every depth.

        Raises:
            CheckpointError: an architecture without a plain final norm.
        """
        from core.inspection.lens import trace

        return self._of_text(selection, text, trace)

    def attribution_cost(self, selection: Selection, text: str, options: AttributionOptions) -> AttributionCost:
        """What `attributions` will take, from one measured batch.

        Raises:
            InputError: a text of which the model reads special tokens only.
        """
        from core.inspection.costing import cost, one_batch

        return cost(self._units(selection, text, options), options, self._of_text(selection, text, one_batch))

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

        return self._job(selection, text, attributions, options, start=start, stop=stop, wait=wait)

    def attention_cost(self, selection: Selection, text: str) -> AttentionCost:
        """Memory for attention maps; nothing runs."""

        def attention_cost(probe: Probe, encoded: Encoded) -> AttentionCost:
            from core.inspection.attention import cost

            return cost(probe, encoded, self._attention_budget)

        return self._of_text(selection, text, attention_cost)

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

            return take(probe, encoded, part, self._attention_budget)

        return self._of_text(selection, text, attention, part)

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

            found = take(probe, encoded, part, self._attention_budget, progress)
            self._remember(selection, ("attention", text, part), lambda _: found)
            return True

        return self._job(selection, text, attention, part, start=start, stop=stop, wait=wait)

    def at_scale(self, selection: Selection, text: str, scale: float) -> AtScale:
        """What is said with the adapter's update at this scale, rounded to a thousandth; 0 is without, 1 as trained.

        Raises:
            AdapterError: no adapter, or one without an update to scale.
        """
        from core.inspection import scaling

        def at_scale(probe: Probe, encoded: Encoded) -> AtScale:
            return scaling.at_scale(probe, encoded, round(scale, 3))

        if scale in (0, 1):
            return self._of_text(selection, text, at_scale, scale)
        check_texts([text], self.engine.settings.max_characters)
        shelf = self._shelf(selection)
        with shelf.lock:  # a slider asks for hundreds: remembering them would push everything else out
            return at_scale(shelf.probe, shelf.probe.encode(text))

    def scale_curve(
        self, selection: Selection, text: str, *, start: bool = False, stop: bool = False, wait: float = 0.0
    ) -> JobState | None:
        """The classes over the scale, and where the verdict flips: long work, result `ScaleCurve`."""
        from core.inspection.scaling import scale_curve

        return self._job(selection, text, scale_curve, start=start, stop=stop, wait=wait)

    def ablation(
        self, selection: Selection, text: str, *, start: bool = False, stop: bool = False, wait: float = 0.0
    ) -> JobState | None:
        """Which parts of the adapter carry the decision: long work, result `Ablation`."""
        from core.inspection.ablation import ablate

        return self._job(selection, text, ablate, start=start, stop=stop, wait=wait)

    def masks(self, selection: Selection, text: str) -> MaskEffect:
        """The text read causally and in both directions.

        Raises:
            CheckpointError: an architecture whose mask cannot be exchanged.
        """
        from core.inspection.mask import compare_masks

        return self._of_text(selection, text, compare_masks)

    def two_texts(self, selection: Selection, text: str, other: str) -> TwoTexts:
        """Text A and text B: what was edited, and what that did to every class."""
        from core.inspection.two_texts import compare

        a, b = self.reading(selection, text), self.reading(selection, other)
        return self._remember(selection, ("two_texts", text, other), lambda _: compare(a, b))

    def flip_cost(self, selection: Selection, text: str, budget: int) -> FlipCost:
        """What `flip` takes at most, from one measured batch."""
        from core.inspection.costing import one_batch

        rows, seconds = self._of_text(selection, text, one_batch)
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

        return self._job(selection, text, flip, budget, start=start, stop=stop, wait=wait)

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
        shelf = self._shelf(selection)
        with shelf.lock:
            quick = {key[2:]: value for key, value in shelf.found.items() if _begins(key, name, text)}
        long = self._jobs.results(shelf.number, name, text)
        return quick | {cast(tuple[Hashable, ...], key)[3:]: value for key, value in long.items()}

    # Inside

    @property
    def _attention_budget(self) -> int:
        return int(self.engine.settings.attention_budget_mb * 2**20)

    def _units(self, selection: Selection, text: str, options: AttributionOptions) -> tuple[Unit, ...]:
        reading = self.reading(selection, text)
        return reading.words if options.by == "words" else reading.pieces

    def _of_text(
        self, selection: Selection, text: str, work: Callable[[Probe, Encoded], Result], *options: Hashable
    ) -> Result:
        """Quick work on the encoded text, alone with the pair's probe; remembered by its name and the options."""
        check_texts([text], self.engine.settings.max_characters)
        key = (work.__name__, text, *options)
        return self._remember(selection, key, lambda shelf: work(shelf.probe, shelf.probe.encode(text)))

    def _of_states(self, selection: Selection, text: str, work: Callable[[Probe, Tensor], Result]) -> Result:
        """Quick work on the states that the pooler sees; the backbone runs once for all such work on a text."""

        def worked(shelf: _Shelf) -> Result:
            if text not in shelf.states:
                _keep(shelf.states, text, shelf.probe.states(shelf.probe.encode(text)), STATES)
            return work(shelf.probe, shelf.states[text])

        check_texts([text], self.engine.settings.max_characters)
        return self._remember(selection, (work.__name__, text), worked)

    def _job(
        self,
        selection: Selection,
        text: str,
        work: Callable[[Probe, Encoded, Progress], Any],
        *options: Hashable,
        start: bool,
        stop: bool = False,
        wait: float = 0.0,
    ) -> JobState | None:
        """Long work, in a thread and on a probe of its own: begun when `start`, else only looked at.

        `wait` gives it that many seconds to end before the answer, so that short work shows no progress bar;
        `stop` asks it to end at its next step. `work.__name__`, the text and the options tell jobs apart.
        """
        check_texts([text], self.engine.settings.max_characters)
        key = (self._shelf(selection).number, work.__name__, text, *options)
        if stop:
            self._jobs.cancel(key)
        if not start:
            return self._jobs.state(key, wait)

        def worked(progress: Progress) -> Any:
            from core.inspection.probe import make_probe

            probe = make_probe(self.engine.pair(selection))
            return work(probe, probe.encode(text), progress)

        state = self._jobs.start(key, worked)
        return self._jobs.state(key, wait) if wait else state

    def _remember(self, selection: Selection, key: Hashable, work: Callable[[_Shelf], Result]) -> Result:
        """The result from before, or the work, alone with the pair's probe."""
        shelf = self._shelf(selection)
        with shelf.lock:
            if key not in shelf.found:
                _keep(shelf.found, key, work(shelf), REMEMBERED)
                _lighten(shelf.found, self._attention_budget)
            shelf.found.move_to_end(key)
            return cast(Result, shelf.found[key])

    def _shelf(self, selection: Selection) -> _Shelf:
        pair = self.engine.pair(selection)
        with self._lock:
            if pair not in self._shelves:
                from core.inspection.probe import make_probe

                self._shelves[pair] = _Shelf(make_probe(pair), next(self._numbers))
            return self._shelves[pair]


def _begins(key: Hashable, *beginning: Hashable) -> TypeGuard[tuple[Hashable, ...]]:
    return isinstance(key, tuple) and key[: len(beginning)] == beginning


def _keep(shelf: OrderedDict[Any, Any], key: Hashable, value: Any, most: int) -> None:
    """Add, and drop the oldest beyond the limit."""
    shelf[key] = value
    while len(shelf) > most:
        shelf.popitem(last=False)


def _lighten(shelf: OrderedDict[Hashable, Any], most: int) -> None:
    """Drop the oldest attention maps until they hold no more bytes than that."""
    heavy = [key for key, value in shelf.items() if isinstance(value, (AttentionMaps, AttentionRollout))]
    total = sum(shelf[key].nbytes for key in heavy)
    for key in heavy[:-1]:
        if total > most:
            total -= shelf.pop(key).nbytes
