"""The engine: the one place that holds loaded candidates, and the narrow interface to them.

Plain data in and out. Pages and command line never see a module or a tensor; importing this file imports
neither torch nor transformers, which come with the first load.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.config.candidate import CandidateConfig
from core.engine.candidates import Candidates
from core.engine.load_job import OnLoadState
from core.engine.loaded_pairs import LoadedPairs
from core.engine.micro_batcher import BatcherClosedError
from core.engine.requirements import budget_of
from core.engine.untrained_head import require_head
from core.errors import AppError, InputError
from core.model.devices import free_memory
from core.results import CandidateSummary, LoadedModel, LoadState, Prediction, Requirements, Selection
from core.settings import Settings, settings

if TYPE_CHECKING:
    from core.engine.loader import LoadedPair


class Engine:
    """Loads, holds, unloads and asks candidates. Thread safe; one for a whole process.

    At most `max_loaded` pairs stay in memory, within `memory_budget_gb`; the least recently used goes for a new one. A
    pair that somebody uses (`using`; a prediction does so by itself) is not dropped for others: where those alone reach
    the limit, one more is loaded beside them.
    """

    def __init__(self, installation: Settings | None = None) -> None:
        self.settings = installation or settings()
        self._pairs = LoadedPairs(self.settings, lambda selection: self._candidates.pair(selection))
        self._candidates = Candidates(self.settings, self._pairs.candidates_in_use)

    # The catalogue

    def candidates(self) -> list[CandidateSummary]:
        """What the catalogue offers now; files are read anew, so that an added YAML shows up."""
        return self._candidates.summaries()

    def problems(self) -> list[AppError]:
        """Catalogue files that could not be read."""
        return self._candidates.problems()

    def add_candidate(
        self,
        source: str,
        *,
        title: str = "",
        adapter: str = "",
        model_type: str = "",
        pooler_type: str | None = None,
        quantisation: str = "none",
    ) -> CandidateSummary:
        """Add a folder or Hub id, with an adapter folder or Hub id, to the user's own catalogue.

        Raises:
            AppError: files that cannot be used; nothing is written then.
        """
        return self._candidates.add(source, title, adapter, model_type, pooler_type, quantisation)

    def add_quantised(self, candidate_id: str, quantisation: str) -> CandidateSummary:
        """Add a candidate once more, with its adapters and its base held in few bits, to the user's own catalogue.

        Raises:
            NotFoundError: no such candidate.
            ConfigError: no such quantisation, or the one that the candidate has.
        """
        return self._candidates.add_quantised(candidate_id, quantisation)

    def remove_candidate(self, candidate_id: str) -> None:
        """Remove a candidate of the user's own from the catalogue and from memory; its files stay.

        Raises:
            NotFoundError: no such candidate, or one that came with the app.
        """
        self._candidates.own_file(candidate_id)
        for model in self.loaded():
            if model.selection.candidate == candidate_id:
                self.unload(model.selection)
        self._candidates.remove(candidate_id)

    def candidate(self, candidate_id: str) -> CandidateConfig:
        """The config behind an id.

        Raises:
            NotFoundError: with the nearest id.
        """
        return self._candidates.get(candidate_id)

    def resolve(self, candidate: str, adapter: str | None = None) -> Selection:
        """A selection from what a person types: an id, a YAML file, a folder or a Hub id; an adapter id or folder.

        Raises:
            NotFoundError: nothing of that name, with the nearest id.
        """
        return self._candidates.resolve(candidate, adapter)

    def quantised(self, selection: Selection, quantisation: str) -> Selection:
        """The same candidate and adapter with its base held otherwise, by a short name (`nf4`, `none` ...).

        Raises:
            NotFoundError: no such candidate.
            ConfigError: no such quantisation, or a candidate that cannot be held so.
        """
        return self._candidates.quantised(selection, quantisation)

    def requirements(self, selection: Selection, keep: Collection[Selection] = ()) -> Requirements:
        """What loading would add now, from headers or architecture numbers; nothing is loaded.

        A base that is in memory is shared and costs nothing; what dropping unused pairs gives back, but for `keep`,
        counts as available.

        Raises:
            AppError: files that are not there or cannot be used.
        """
        return self._pairs.requirements(selection, keep)

    def require_room(self, *selections: Selection) -> None:
        """Refuse what needs more pairs in memory at once than may be there.

        Raises:
            MemoryBudgetError: with both numbers.
        """
        self._pairs.require_room(selections)

    def free_bytes(self, device: str) -> int:
        """Bytes that may be taken on a device now: what is free there, and what loaded pairs leave of the budget."""
        return self._pairs.residency.free(free_memory(device), budget_of(self.settings))

    # Loading

    def start_load(
        self, selection: Selection, on_progress: OnLoadState | None = None, keep: Collection[Selection] = ()
    ) -> LoadState:
        """Begin a load and return at once; whoever asks for the same pair meanwhile joins it.

        A pair in memory counts as used now. Pairs in `keep` are not dropped for it: it is refused if it does not fit
        beside them. `on_progress` gets each state, from the loading thread; one that raises is called no more.

        Raises:
            NotFoundError: no such candidate or adapter.
        """
        return self._pairs.start(selection, on_progress, keep)

    def stop_load(self, selection: Selection) -> None:
        """End a load where it next looks, a tensor later at most, for all who follow it; nothing where there is none.

        What has been fetched stays: the next load goes on from there. Its state then says that it was stopped.
        """
        self._pairs.stop(selection)

    def load_state(self, selection: Selection, wait: float = 0.0) -> LoadState | None:
        """Where a load stands; None when it was never asked for or the pair was unloaded since.

        `wait` is in seconds: one under way is given so long to end before its state is returned.

        Raises:
            UnexpectedError: a bug ended it; its text holds the traceback of the loading thread.
        """
        return self._pairs.state(selection, wait)

    def load(self, selection: Selection, on_progress: OnLoadState | None = None) -> LoadedModel:
        """Load and wait.

        Raises:
            AppError: why it cannot be loaded; what was loaded before stays.
            UnexpectedError: a bug, with the traceback of the loading thread.
        """
        with self._pairs.using((selection,), on_progress) as (entry,):
            return entry.pair.info

    def unload(self, selection: Selection) -> None:
        """Drop a pair and give its memory back, at the end of the work that uses it; nothing when it is not loaded."""
        self._pairs.unload(selection)

    def recalibrate(self, selection: Selection) -> None:
        """State probabilities as the adapter's folder says now, of every pair in memory that has this adapter.

        What was computed of such a pair before is not shown again; work that is under way ends with what it began with.

        Raises:
            AppError: a calibration there that cannot be read.
        """
        self._pairs.recalibrate(selection)

    def loaded(self) -> list[LoadedModel]:
        """What is in memory, most recently used first."""
        return [resident.content.pair.info for resident in reversed(self._pairs.residency.residents())]

    def loaded_model(self, selection: Selection) -> LoadedModel | None:
        """A pair that is in memory, or None."""
        resident = self._pairs.residency.get(selection)
        return resident.content.pair.info if resident else None

    # Asking

    def classify(self, selection: Selection, texts: Sequence[str]) -> list[Prediction]:
        """Predictions in the order of the texts; loads the pair when needed. Callers at one time share passes.

        Raises:
            InputError: an empty or over-long text, by its place.
            UntrainedHeadError: its head is untrained, and the selection does not ask for it.
            AppError: the pair cannot be loaded.
        """
        check_texts(texts, self.settings.max_characters)
        while texts:
            with self._pairs.using((selection,)) as (entry,):
                require_head(entry.pair.info, selection)
                try:
                    return entry.batcher.submit(list(texts))
                except BatcherClosedError:  # it went meanwhile: a new one is taken
                    continue
        return []

    @contextmanager
    def using(self, *selections: Selection) -> Iterator[tuple[LoadedPair, ...]]:
        """The loaded pairs of these selections, in memory as long as this is entered.

        For work that begins and ends here, and for several pairs at once. Work that begins later, on a pair that it
        knows by a weak reference, takes `holding`.

        Raises:
            MemoryBudgetError: more of them than may be in memory at once, or they do not fit together.
            AppError: a pair cannot be loaded.
        """
        with self._pairs.using(selections) as entries:
            pairs = tuple(entry.pair for entry in entries)
            del entries
            yield pairs

    @contextmanager
    def holding(self, pair: LoadedPair) -> Iterator[Callable[[], bool]]:
        """This very pair stays in memory while this is entered; yields a function that says whether it was unloaded.

        For long work on a pair that somebody loaded before: `using` would load the selection anew if it had gone. A
        pair that is unloaded meanwhile stays in memory until its last use ends; long work asks, and ends early.
        """
        with self._pairs.holding(pair) as unloaded:
            yield unloaded

    def pair(self, selection: Selection) -> LoadedPair:
        """The loaded pair itself, for a short look or a weak reference; it may be dropped right after.

        Work that takes time enters `using`, or `holding` with this pair.
        """
        with self._pairs.using((selection,)) as (entry,):
            return entry.pair

    @contextmanager
    def loading_alone(self) -> Iterator[None]:
        """No load begins while this is entered: transformers changes global state when it opens a checkpoint."""
        with self._pairs.opening:
            yield


def check_texts(texts: Sequence[str], max_characters: int) -> None:
    """Refuse what no tokenizer should be given.

    Raises:
        InputError: with the place of the text, counted from 1.
    """
    for place, text in enumerate(texts, 1):
        which = "The text" if len(texts) == 1 else f"Text {place} of {len(texts)}"
        if not text.strip():
            raise InputError(f"{which} is empty.", fix="write something to classify.")
        if len(text) > max_characters:
            raise InputError(
                f"{which} has {len(text):,} characters; the limit is {max_characters:,}.",
                fix="shorten it, or raise HEADLIGHT_MAX_CHARACTERS.",
            )
