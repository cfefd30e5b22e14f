"""The engine: the one place that holds loaded candidates, and the narrow interface to them.

Plain data in and out. Pages and command line never see a module or a tensor; importing this file imports
neither torch nor transformers, which come with the first load.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.config.candidate import AdapterEntry, CandidateConfig
from core.config.catalogue import Catalogue, adapter_of, write_candidate
from core.errors import AppError, InputError, NotFoundError
from core.files.locate import is_place
from core.inference import offering
from core.inference.queueing import MicroBatcher
from core.results import CandidateSummary, LoadedModel, LoadStage, LoadState, Prediction, Requirements, Selection
from core.settings import Settings, settings

if TYPE_CHECKING:
    from core.inference.loading import LoadedPair, Loader

Listener = Callable[[LoadState], None]


@dataclass
class _Load:
    """A load under way or just ended. `failure` is what it raised."""

    state: LoadState
    done: threading.Event = field(default_factory=threading.Event)
    failure: BaseException | None = None
    listeners: list[Listener] = field(default_factory=list)


@dataclass(frozen=True)
class _Entry:
    pair: LoadedPair
    batcher: MicroBatcher


class Engine:
    """Loads, holds, unloads and asks candidates. Thread safe; one for a whole process."""

    def __init__(self, installation: Settings | None = None) -> None:
        self.settings = installation or settings()
        self._lock = threading.RLock()
        self._loading = threading.Lock()
        self._loads: dict[Selection, _Load] = {}
        self._entries: OrderedDict[Selection, _Entry] = OrderedDict()
        self._extra: dict[str, CandidateConfig] = {}
        self._loader: Loader | None = None

    # The catalogue

    def candidates(self) -> list[CandidateSummary]:
        """What the catalogue offers now; files are read anew, so that an added YAML shows up."""
        return [offering.summarise(c, self.settings) for c in self._catalogue().candidates]

    def problems(self) -> list[AppError]:
        """Catalogue files that could not be read."""
        return list(self._catalogue().problems)

    def add_candidate(
        self, source: str, *, title: str = "", adapter: str = "", model_type: str = "", pooler_type: str | None = None
    ) -> CandidateSummary:
        """Add a folder or Hub id, with an adapter folder or Hub id, to the user's own catalogue.

        Raises:
            AppError: files that cannot be used; nothing is written then.
        """
        made = offering.describe(source, title, adapter, model_type, pooler_type, self._catalogue().ids)
        write_candidate(made, self.settings.user_catalogue)
        return offering.summarise(made, self.settings)

    def remove_candidate(self, candidate_id: str) -> None:
        """Remove a candidate of the user's own from the catalogue and from memory; its files stay.

        Raises:
            NotFoundError: no such candidate, or one that came with the app.
        """
        path = self.settings.user_catalogue / f"{self.candidate(candidate_id).id}.yaml"
        if not path.is_file():
            raise NotFoundError(f"'{candidate_id}' came with the app.", fix="remove only candidates that you added.")
        for model in self.loaded():
            if model.selection.candidate == candidate_id:
                self.unload(model.selection)
        path.unlink()

    def candidate(self, candidate_id: str) -> CandidateConfig:
        """The config behind an id.

        Raises:
            NotFoundError: with the nearest id.
        """
        return self._extra.get(candidate_id) or self._catalogue().get(candidate_id)

    def resolve(self, candidate: str, adapter: str | None = None) -> Selection:
        """A selection from what a person types: an id, a YAML file, a folder or a Hub id; an adapter id or folder.

        Raises:
            NotFoundError: nothing of that name, with the nearest id.
        """
        config = offering.find(candidate, self._catalogue(), self._extra)
        if adapter is not None and adapter not in [a.id for a in config.adapters] and is_place(adapter):
            config = offering.with_adapter(config, adapter)
            self._extra[config.id] = config
            return Selection(config.id, config.adapters[-1].id)
        if config.id not in self._catalogue().ids:
            self._extra[config.id] = config
        if adapter is not None:
            adapter_of(config, adapter)
        return Selection(config.id, adapter)

    def requirements(self, selection: Selection) -> Requirements:
        """What loading would need, from headers or architecture numbers; nothing is loaded.

        Raises:
            AppError: files that are not there or cannot be used.
        """
        candidate, adapter = self._pair(selection)
        return offering.requirements(candidate, adapter, self.settings)

    # Loading

    def start_load(self, selection: Selection, listener: Listener | None = None) -> LoadState:
        """Begin a load and return at once; whoever asks for the same pair meanwhile joins it.

        Raises:
            NotFoundError: no such candidate or adapter.
        """
        candidate, adapter = self._pair(selection)
        with self._lock:
            load = self._loads.get(selection)
            if load is not None and not load.done.is_set():
                if listener:
                    load.listeners.append(listener)
                return load.state
            if selection in self._entries:
                return _state(selection, LoadStage.READY)
            begun = _state(selection, LoadStage.QUEUED)
            load = self._loads[selection] = _Load(begun)
            if listener:
                load.listeners.append(listener)
        threading.Thread(
            target=self._run, args=(load, candidate, adapter), name=f"load {selection}", daemon=True
        ).start()
        return begun

    def load_state(self, selection: Selection, wait: float = 0.0) -> LoadState | None:
        """Where a load stands; None when it was never asked for or the pair was unloaded since.

        `wait` is in seconds: one under way is given so long to end before its state is told.

        Raises:
            Exception: what a bug raised in the loading thread, with its traceback.
        """
        load = self._loads.get(selection)
        if load is not None and wait:
            load.done.wait(wait)
        with self._lock:
            if selection in self._entries:
                return _state(selection, LoadStage.READY)
            load = self._loads.get(selection)
        if load is None or load.state.stage is LoadStage.READY:
            return None
        if load.failure is not None and not isinstance(load.failure, AppError):
            raise load.failure
        return load.state

    def load(self, selection: Selection, on_progress: Listener | None = None) -> LoadedModel:
        """Load and wait.

        Raises:
            AppError: why it cannot be loaded; what was loaded before stays.
        """
        return self._entry(selection, on_progress).pair.info

    def unload(self, selection: Selection) -> None:
        """Drop a pair and give its memory back; nothing happens when it is not loaded."""
        with self._lock:
            entry = self._entries.pop(selection, None)
            self._loads.pop(selection, None) if entry else None
        if entry is None:
            return
        entry.batcher.close()
        del entry
        from core.inference.loading import release

        release()

    def loaded(self) -> list[LoadedModel]:
        """What is in memory, most recently used first."""
        with self._lock:
            return [entry.pair.info for entry in reversed(self._entries.values())]

    def loaded_model(self, selection: Selection) -> LoadedModel | None:
        """A pair that is in memory, or None."""
        with self._lock:
            entry = self._entries.get(selection)
        return entry.pair.info if entry else None

    # Asking

    def classify(self, selection: Selection, texts: Sequence[str]) -> list[Prediction]:
        """Predictions in the order of the texts; loads the pair when needed. Callers at one time share passes.

        Raises:
            InputError: an empty or over-long text, by its place.
            AppError: the pair cannot be loaded.
        """
        check_texts(texts, self.settings.max_characters)
        return self._entry(selection).batcher.submit(list(texts)) if texts else []

    def pair(self, selection: Selection) -> LoadedPair:
        """The loaded pair itself, for code in `core.inspection` that holds its lock; never for pages."""
        return self._entry(selection).pair

    @contextmanager
    def loading_alone(self) -> Iterator[None]:
        """No load begins while this is entered: transformers changes global state when it opens a checkpoint."""
        with self._loading:
            yield

    # Inside

    def _catalogue(self) -> Catalogue:
        return Catalogue.read(self.settings.catalogue, self.settings.user_catalogue)

    def _pair(self, selection: Selection) -> tuple[CandidateConfig, AdapterEntry | None]:
        candidate = self.candidate(selection.candidate)
        return candidate, adapter_of(candidate, selection.adapter) if selection.adapter else None

    def _entry(self, selection: Selection, listener: Listener | None = None) -> _Entry:
        while True:
            with self._lock:
                entry = self._entries.get(selection)
                if entry is not None:
                    self._entries.move_to_end(selection)
                    return entry
            self.start_load(selection, listener)
            with self._lock:
                load = self._loads.get(selection)
            if load is not None:
                load.done.wait()
                if load.failure is not None:
                    raise load.failure

    def _run(self, load: _Load, candidate: CandidateConfig, adapter: AdapterEntry | None) -> None:
        selection = load.state.selection

        def progress(stage: LoadStage, detail: str) -> None:
            load.state = _state(selection, stage, detail)
            for listener in list(load.listeners):
                listener(load.state)

        try:
            with self._loading:
                from core.inference.loading import Loader

                self._loader = self._loader or Loader(self.settings)
                pair = self._loader.load(candidate, adapter, progress)
            with self._lock:
                self._entries[selection] = _Entry(pair, MicroBatcher(pair.predictor.predict, str(selection)))
            self._evict()
            progress(LoadStage.READY, "")
        except BaseException as error:
            load.failure = error
            problem, fix = (error.problem, error.fix) if isinstance(error, AppError) else (repr(error), "")
            load.state = LoadState(selection, load.state.stage, load.state.fraction, error=problem, fix=fix)
        finally:
            load.done.set()

    def _evict(self) -> None:
        """Drop the least recently used pairs beyond the limit."""
        while True:
            with self._lock:
                if len(self._entries) <= self.settings.max_loaded:
                    return
                oldest = next(iter(self._entries))
            self.unload(oldest)


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


_FRACTIONS = dict(zip(LoadStage, (0.0, 0.05, 0.15, 0.25, 0.75, 0.9, 1.0), strict=True))


def _state(selection: Selection, stage: LoadStage, detail: str = "") -> LoadState:
    return LoadState(selection, stage, _FRACTIONS[stage], detail)
