"""What belongs to each loaded pair while it is loaded: its probe, the cached results, and long work on it.

Importing this file imports neither torch nor transformers.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from core.engine.engine import Engine, check_texts
from core.engine.untrained_head import require_head
from core.errors import NotFoundError
from core.results import Feature, FeatureKey, Selection
from core.tasks.once import Once
from core.tasks.progress import Progress, cancelled_when
from core.tasks.runner import TaskRunner
from core.tasks.task import Task

if TYPE_CHECKING:
    from torch import Tensor

    from core.engine.encoding import Encoded
    from core.engine.loader import LoadedPair
    from core.explain.probe import Probe

Result = TypeVar("Result")

#: Bytes of results, and of hidden states of texts, that are cached for each loaded pair. Attention maps have a
#: budget of their own, the setting `attention_budget_mb`.
RESULT_BYTES = 32 * 2**20
STATE_BYTES = 128 * 2**20
#: Characters of a token, about.
TOKEN_CHARACTERS = 4


@dataclass(eq=False)
class _Session:
    """What belongs to one loaded pair. `lock` is held by whoever uses the probe."""

    attention: Once
    results: Once = field(default_factory=lambda: Once(RESULT_BYTES))
    states: Once = field(default_factory=lambda: Once(STATE_BYTES))
    lock: threading.Lock = field(default_factory=threading.Lock)
    probe: Probe | None = None

    def results_of(self, feature: Feature) -> Once:
        """The cache of a feature's results."""
        return self.attention if feature is Feature.ATTENTION else self.results


class ProbeSessions:
    """Runs work on the probe of a pair, one piece at a time, and caches results. Thread safe.

    Different pairs do not wait for each other. Work is known by its feature, the text and the options. Methods that
    take a text raise `InputError` for an empty or over-long one, and `UntrainedHeadError`; all raise `AppError` for a
    pair that cannot be loaded.
    """

    def __init__(self, engine: Engine, tasks: TaskRunner) -> None:
        self._engine = engine
        self._tasks = tasks
        self._lock = threading.Lock()
        self._sessions: weakref.WeakKeyDictionary[LoadedPair, _Session] = weakref.WeakKeyDictionary()

    @property
    def attention_budget(self) -> int:
        """Bytes that attention maps may take."""
        return int(self._engine.settings.attention_budget_mb * 2**20)

    def cached_on_pair(self, selection: Selection, feature: Feature, work: Callable[[Probe], Result]) -> Result:
        """Quick work that needs no text; cached."""
        pair = self._engine.pair(selection)
        session = self._session(pair)
        return session.results.get(FeatureKey(feature), lambda: self._alone(pair, session, work))

    def cached_on_text(
        self,
        selection: Selection,
        text: str,
        feature: Feature,
        work: Callable[[Probe, Encoded], Result],
        *options: Hashable,
    ) -> Result:
        """Quick work on the encoded text; cached."""
        pair = self._pair(selection, text)
        session = self._session(pair)

        def compute() -> Result:
            return self._alone(pair, session, lambda probe: work(probe, probe.encode(text)), text)

        return session.results_of(feature).get(FeatureKey(feature, text, options), compute)

    def cached_on_states(
        self,
        selection: Selection,
        text: str,
        feature: Feature,
        work: Callable[[Probe, Tensor, Tensor], Result],
        *options: Hashable,
    ) -> Result:
        """Quick work on the states that the pooler sees, and the mask of those that it may take.

        The backbone runs once for all such work on a text.
        """
        pair = self._pair(selection, text)
        session = self._session(pair)

        def with_states(probe: Probe) -> Result:
            encoded = probe.encode(text)
            return work(probe, session.states.get(text, lambda: probe.states(encoded)), probe.read_mask(encoded))

        return session.results.get(
            FeatureKey(feature, text, options), lambda: self._alone(pair, session, with_states, text)
        )

    def cached(
        self, selection: Selection, text: str, feature: Feature, work: Callable[[], Result], *options: Hashable
    ) -> Result:
        """Work that needs no probe, and waits for nobody who uses it; cached."""
        session = self._session(self._pair(selection, text))
        return session.results_of(feature).get(FeatureKey(feature, text, options), work)

    def uncached(self, selection: Selection, text: str, work: Callable[[Probe, Encoded], Result]) -> Result:
        """As `cached_on_text`, but not cached: a slider asks for hundreds, which would push others out."""
        pair = self._pair(selection, text)
        return self._alone(pair, self._session(pair), lambda probe: work(probe, probe.encode(text)), text)

    def task(
        self,
        selection: Selection,
        text: str,
        feature: Feature,
        work: Callable[[Probe, Encoded, Progress], Result],
        *options: Hashable,
    ) -> Task[Result]:
        """Long work, on a probe of its own; it stops when the pair is unloaded."""
        pair = self._pair(selection, text)
        reference = weakref.ref(pair)

        def run(on_progress: Progress) -> Result:
            from core.explain.probe import make_probe

            pair = still_loaded(reference)
            with self._engine.holding(pair) as unloaded:
                probe = make_probe(pair)
                return work(probe, probe.encode(text), cancelled_when(unloaded, on_progress))

        return Task(self._tasks, FeatureKey(feature, text, options), run, owner=pair)

    def remembered(self, selection: Selection, text: str, feature: Feature) -> list[Any]:
        """Cached results for a text, quick or long, by whatever options, the latest last. Nothing is computed."""
        pair = self._pair(selection, text)
        cached = self._session(pair).results_of(feature).items() | self._tasks.results(pair)
        return [
            result
            for key, result in cached.items()
            if isinstance(key, FeatureKey) and (key.feature, key.subject) == (feature, text)
        ]

    # Inside

    def _pair(self, selection: Selection, text: str) -> LoadedPair:
        """The loaded pair behind a question about a text; the one gate in front of all of them."""
        check_texts([text], self._engine.settings.max_characters)
        pair = self._engine.pair(selection)
        require_head(pair.info, selection)
        return pair

    def _session(self, pair: LoadedPair) -> _Session:
        with self._lock:
            session = self._sessions.get(pair)
            if session is None:
                session = self._sessions[pair] = _Session(Once(self.attention_budget))
            return session

    def _alone(self, pair: LoadedPair, session: _Session, work: Callable[[Probe], Result], text: str = "") -> Result:
        """Work with the pair's probe, which is made when it is first needed; the pair stays in memory meanwhile."""
        with self._engine.holding(pair), session.lock:
            if session.probe is None:
                from core.explain.probe import make_probe

                session.probe = make_probe(pair)
            return pair.predictor.compute(partial(work, session.probe), len(text) // TOKEN_CHARACTERS)


def still_loaded(pair: weakref.ref[LoadedPair]) -> LoadedPair:
    """The pair behind a weak reference.

    Raises:
        NotFoundError: it was unloaded.
    """
    loaded = pair()
    if loaded is None:
        raise NotFoundError("The candidate was unloaded before this began.", fix="load it again.")
    return loaded
