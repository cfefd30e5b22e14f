"""The pairs in memory: loaded once for all who ask, held while somebody uses them, dropped when room is needed.

Importing this file imports neither torch nor transformers, which come with the first load.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.config.candidate import AdapterEntry, CandidateConfig
from core.engine.entry import Entry, close, dropped, release_after
from core.engine.load_job import LoadJob, OnLoadState, load_state
from core.engine.pair_loader import PairLoader, calibrated_entry
from core.engine.requirements import folders_here
from core.engine.residency import Footprint, Residency, Resident
from core.errors import MemoryBudgetError
from core.results import LoadStage, LoadState, Problem, Requirements, Selection
from core.settings import Settings

if TYPE_CHECKING:
    from core.engine.loader import LoadedPair

#: Loads that failed and whose words are remembered.
FAILED = 64

Lookup = Callable[[Selection], tuple[CandidateConfig, AdapterEntry | None]]


class LoadedPairs:
    """Loads, holds and drops. Thread safe. `lookup` gives the configs behind a selection."""

    def __init__(self, settings: Settings, lookup: Lookup) -> None:
        self._settings = settings
        self._lookup = lookup
        self.residency: Residency[Entry] = Residency()
        self._lock = self.residency.lock
        self._loads: OrderedDict[Selection, LoadJob[Entry]] = OrderedDict()  # under way, or failed
        self._loader = PairLoader(settings, self.residency)

    def candidates_in_use(self) -> set[str]:
        """Ids of what is loaded or being loaded."""
        with self._lock:
            under_way = [selection for selection, job in self._loads.items() if not job.done.is_set()]
            return {s.candidate for s in (*under_way, *(r.selection for r in self.residency.residents()))}

    def requirements(self, selection: Selection, keep: Collection[Selection] = ()) -> Requirements:
        """As `Engine.requirements`."""
        candidate, adapter = self._lookup(selection)
        return self._loader.requirements(candidate, folders_here(candidate, adapter, self._settings), keep)

    @property
    def opening(self) -> threading.Lock:
        """Held while a checkpoint is opened: transformers changes global state meanwhile."""
        return self._loader.opening

    def require_room(self, selections: Collection[Selection]) -> None:
        """As `Engine.require_room`."""
        count, limit = len(set(selections)), self._settings.max_loaded
        if count > limit:
            raise MemoryBudgetError(
                f"This needs {count} loaded at once, and HEADLIGHT_MAX_LOADED is {limit}.",
                fix=f"raise HEADLIGHT_MAX_LOADED to {count} or more.",
            )

    def start(self, selection: Selection, on_progress: OnLoadState | None, keep: Collection[Selection]) -> LoadState:
        """As `Engine.start_load`."""
        candidate, adapter = self._lookup(selection)
        with self._lock:
            if self.residency.touch(selection):
                return load_state(selection, LoadStage.READY)
            begins = self._under_way(selection) is None
            job = self._join(selection, candidate, adapter, on_progress, keep)
            # A new load may have failed already; whoever began it is told that it began, and looks again.
            return load_state(selection, LoadStage.QUEUED) if begins else job.state

    def stop(self, selection: Selection) -> None:
        """As `Engine.stop_load`."""
        with self._lock:
            job = self._under_way(selection)
            if job is not None:
                job.stop()

    def state(self, selection: Selection, wait: float) -> LoadState | None:
        """As `Engine.load_state`."""
        job = self._loads.get(selection)
        if job is not None and wait:
            job.done.wait(wait)
        with self._lock:
            if self.residency.get(selection):
                return load_state(selection, LoadStage.READY)
            job = self._loads.get(selection)
        if job is None:
            return None
        if job.problem is not None and job.problem.is_bug:
            job.problem.raise_()
        return job.state

    @contextmanager
    def using(
        self, selections: Sequence[Selection], on_progress: OnLoadState | None = None
    ) -> Iterator[tuple[Entry, ...]]:
        """Entries that are not dropped meanwhile; what is in memory is pinned before the rest is loaded.

        Raises:
            MemoryBudgetError: more of them than may be in memory at once, or they do not fit together.
            AppError: a pair cannot be loaded.
        """
        self.require_room(selections)
        pinned: dict[Selection, Resident[Entry]] = {}
        try:
            for selection in sorted(set(selections), key=lambda s: self.residency.get(s) is None):
                pinned[selection] = self._pinned(selection, on_progress, tuple(pinned))
            yield tuple(pinned[selection].content for selection in selections)
        finally:
            self._unpin(list(pinned.values()))

    @contextmanager
    def holding(self, pair: LoadedPair) -> Iterator[Callable[[], bool]]:
        """As `Engine.holding`."""
        resident = self.residency.pin_content(lambda entry: entry.pair is pair)
        try:
            yield lambda: resident is None or resident.dropped
        finally:
            if resident is not None:
                self._unpin([resident])

    def unload(self, selection: Selection) -> None:
        """As `Engine.unload`."""
        close(dropped(self.residency, [selection]))

    def recalibrate(self, selection: Selection) -> None:
        """As `Engine.recalibrate`."""
        candidate, adapter = self._lookup(selection)
        folders = folders_here(candidate, adapter, self._settings)
        folder = folders.adapter if adapter is not None else folders.base
        with self._lock:
            same = [r for r in self.residency.residents() if _same_adapter(r.selection, selection)]
            changed = [(r, calibrated_entry(r.content.pair, folder)) for r in same if folder is not None]
            gone = dropped(self.residency, [r.selection for r, _ in changed])
            for before, entry in changed:
                self.residency.add(Resident(before.selection, before.footprint, entry))
        same.clear()
        changed.clear()
        close(gone)

    # Inside

    def _pinned(
        self, selection: Selection, on_progress: OnLoadState | None, keep: Collection[Selection]
    ) -> Resident[Entry]:
        """The pair, pinned once; loaded when it is not in memory."""
        if resident := self.residency.pin(selection):
            return resident
        candidate, adapter = self._lookup(selection)
        with self._lock:
            if resident := self.residency.pin(selection):
                return resident
            job = self._join(selection, candidate, adapter, on_progress, keep)
            job.waiting += 1
        job.done.wait()
        if job.problem is not None:
            job.problem.raise_()
        with self._lock:
            return job.take()

    def _unpin(self, residents: list[Resident[Entry]]) -> None:
        """End a use: what was unloaded meanwhile goes, and so does what is too many."""
        gone = [resident.content for resident in residents if self.residency.unpin(resident)]
        residents.clear()
        close(gone)
        # Beside work that fills the limit one more stays, or it would be loaded anew for each prediction.
        latest = self.residency.latest_idle()
        self._drop_surplus(() if latest is None else (latest,))

    def _under_way(self, selection: Selection) -> LoadJob[Entry] | None:
        job = self._loads.get(selection)
        return None if job is None or job.done.is_set() else job

    def _join(
        self,
        selection: Selection,
        candidate: CandidateConfig,
        adapter: AdapterEntry | None,
        on_progress: OnLoadState | None,
        keep: Collection[Selection],
    ) -> LoadJob[Entry]:
        """The load that is under way, or a new one; called under the lock."""
        job = self._under_way(selection)
        if job is not None:
            job.join(on_progress, keep)
            return job
        job = LoadJob(load_state(selection, LoadStage.QUEUED))
        job.join(on_progress, keep)
        arguments = (job, candidate, adapter)
        threading.Thread(target=self._run, args=arguments, name=f"load {selection}", daemon=True).start()
        self._loads[selection] = job
        return job

    def _run(self, job: LoadJob[Entry], candidate: CandidateConfig, adapter: AdapterEntry | None) -> None:
        """The thread of a load: afterwards it is in memory, or words say why not and all that was read is let go."""
        try:
            try:
                self._loader.load(job, candidate, adapter, self._admit)
            except BaseException as error:
                self._fail(job, Problem.of(error))
            if job.problem is not None:
                release_after(job.state.stage)
                return
            self._drop_surplus({job.selection, *job.keep})
            job.progress(LoadStage.READY)
        finally:
            job.done.set()

    def _admit(self, job: LoadJob[Entry], entry: Entry, footprint: Footprint) -> None:
        """Enter it into the ledger, pinned for everybody who waits."""
        with self._lock:
            resident = Resident(job.selection, footprint, entry, pins=job.waiting)
            self.residency.add(resident)
            job.loaded = resident if job.waiting else None
            del self._loads[job.selection]

    def _fail(self, job: LoadJob[Entry], problem: Problem) -> None:
        """Remember the words of the latest that failed."""
        job.fail(problem)
        with self._lock:
            ended = [s for s, other in self._loads.items() if other.problem is not None]
            for selection in ended[: max(0, len(ended) - FAILED)]:
                del self._loads[selection]

    def _drop_surplus(self, keep: Collection[Selection] = ()) -> None:
        with self._lock:
            gone = dropped(self.residency, self.residency.surplus(self._settings.max_loaded, keep))
        close(gone)


def _same_adapter(one: Selection, other: Selection) -> bool:
    return (one.candidate, one.adapter) == (other.candidate, other.adapter)
