"""From a candidate and an adapter to a pair in memory: what is fetched, whether it fits, what goes for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.config.candidate import AdapterEntry, CandidateConfig
from core.engine.downloads import Downloads
from core.engine.entry import Entry, close, dropped
from core.engine.load_job import LoadJob
from core.engine.micro_batcher import MicroBatcher
from core.engine.requirements import (
    PairFolders,
    PairSize,
    budget_of,
    device_of,
    folders_here,
    pair_size,
    requirements,
)
from core.engine.residency import Footprint, Residency
from core.files.hub import OnBytes, is_hub_id
from core.files.locate import cache_of, fetch_adapter, fetch_candidate
from core.model.devices import free_memory
from core.model.memory import catalogue_parameters, require_memory
from core.results import LoadStage, Requirements, Selection
from core.settings import Settings

if TYPE_CHECKING:
    from core.engine.loader import LoadedPair
    from core.model.open import OpenedClassifier

Admit = Callable[[LoadJob[Entry], Entry, Footprint], None]


class PairLoader:
    """Loads one pair at a time, and downloads for several. `opening` is held while a checkpoint is opened."""

    def __init__(self, settings: Settings, residency: Residency[Entry]) -> None:
        self._settings = settings
        self._residency = residency
        self._downloads = Downloads()
        self.opening = threading.Lock()

    def requirements(
        self, candidate: CandidateConfig, folders: PairFolders, keep: Collection[Selection]
    ) -> Requirements:
        """As `Engine.requirements`, for files in these folders."""
        size = pair_size(candidate, folders, device_of(self._settings.device))
        return requirements(size, self._residency, free_memory(size.device), budget_of(self._settings), keep)

    def load(self, job: LoadJob[Entry], candidate: CandidateConfig, adapter: AdapterEntry | None, admit: Admit) -> None:
        """Every stage; files are fetched before anybody has to wait for this load. `admit` enters it into the ledger.

        Raises:
            AppError: missing files, too little memory, an adapter that does not fit.
        """
        name = candidate.base_model.pretrained_model_name_or_path
        job.progress(LoadStage.FILES, name)
        here = folders_here(candidate, adapter, self._settings)
        if here.base is None and is_hub_id(name) and catalogue_parameters(candidate):
            # Refused before gigabytes are fetched.
            require_memory(f"'{candidate.id}'", self.requirements(candidate, here, job.keep))
        folders = self._fetched(candidate, adapter, job.on_bytes)
        size = pair_size(candidate, folders, device_of(self._settings.device))
        from core.engine.loader import Loader

        job.require_going_on()
        with self.opening:
            job.progress(LoadStage.MEMORY)
            needs, opened = self._make_room(f"'{candidate.id}'", size, job.keep)
            template = job.selection.chat_template
            pair = Loader(self._settings).load(candidate, adapter, folders, needs, opened, job.progress, template)
            job.require_going_on()
            admit(job, entry_of(pair), _footprint(pair, size))

    def _fetched(self, candidate: CandidateConfig, adapter: AdapterEntry | None, on_bytes: OnBytes) -> PairFolders:
        """The folders of a pair, fetched as far as they are not here; one download of a snapshot at a time."""
        settings = self._settings
        cache = cache_of(candidate, settings)
        name = candidate.base_model.pretrained_model_name_or_path
        key: tuple[object, ...] = (name, candidate.revision, cache)
        base = self._downloads.folder(key, lambda told: fetch_candidate(candidate, settings, told), on_bytes)
        if adapter is None:
            return PairFolders(base, None)
        key = (adapter.path, adapter.revision, cache)
        own = self._downloads.folder(key, lambda told: fetch_adapter(candidate, adapter, settings, told), on_bytes)
        return PairFolders(base, own)

    def _make_room(
        self, name: str, size: PairSize, keep: Collection[Selection]
    ) -> tuple[Requirements, OpenedClassifier | None]:
        """Drop as few unused pairs as it takes, none when it would not do; with the base, where it is in memory."""
        on_device = free_memory(size.device)
        with self._residency.lock:
            needs = requirements(size, self._residency, on_device, budget_of(self._settings), keep)
            require_memory(name, needs)
            sharing = self._residency.sharing(size.base)
            opened = sharing.content.pair.opened if sharing else None
            del sharing
            gone = dropped(self._residency, self._residency.victims(needs.peak - needs.free, size.base, keep))
        close(gone)
        return needs, opened


def entry_of(pair: LoadedPair) -> Entry:
    """A pair at work. Its passes are small for the most part, in its own thread."""
    from core.engine.torch_threads import use_one_thread

    begin = {"begin": use_one_thread} if pair.predictor.device == "cpu" else {}
    return Entry(pair, MicroBatcher(pair.predictor.predict, str(pair.info.selection), **begin))


def calibrated_entry(pair: LoadedPair, folder: Path) -> Entry:
    """The same weights at work, with the calibration that this folder states now.

    Whatever was computed of the pair before is of another one.
    """
    from core.engine.calibrating import calibrated

    predictor = calibrated(pair.predictor, folder)
    return entry_of(replace(pair, predictor=predictor, info=replace(pair.info, calibration=predictor.calibration)))


def _footprint(pair: LoadedPair, size: PairSize) -> Footprint:
    assert size.base is not None
    return Footprint(size.base, pair.info.bytes - pair.info.own_bytes, pair.info.own_bytes)
