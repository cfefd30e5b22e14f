"""The order of a load: what is refused before anything is fetched, what holds the lock, what is entered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.config import AdapterEntry, BaseModelConfig, CandidateConfig
from core.engine import pair_loader as module
from core.engine.entry import Entry
from core.engine.load_job import LoadJob, load_state
from core.engine.loader import Loader
from core.engine.pair_loader import PairLoader
from core.engine.requirements import PairFolders
from core.engine.residency import Footprint, Residency, Resident
from core.errors import CheckpointError, MemoryBudgetError
from core.results import LoadStage, Selection
from core.settings import Settings
from tests.engine.conftest import installation

ONE = Selection("tiny", "one")


class House:
    """A loader with its ledger, and everything that was entered."""

    def __init__(self, settings: Settings) -> None:
        self.residency: Residency[Entry] = Residency()
        self.loader = PairLoader(settings, self.residency)
        self.admitted: list[tuple[LoadJob[Entry], Entry, Footprint]] = []

    def load(self, candidate: CandidateConfig, adapter: AdapterEntry | None = None) -> list[LoadStage]:
        """The stages that were told."""
        stages: list[LoadStage] = []
        selection = Selection(candidate.id, adapter.id if adapter else None)
        job: LoadJob[Entry] = LoadJob(load_state(selection, LoadStage.QUEUED))
        job.join(lambda state: None if state.stage in stages else stages.append(state.stage))
        self.loader.load(job, candidate, adapter, self.admit)
        return stages

    def admit(self, job: LoadJob[Entry], entry: Entry, footprint: Footprint) -> None:
        self.admitted.append((job, entry, footprint))
        self.residency.add(Resident(job.selection, footprint, entry))

    def close(self) -> None:
        for _, entry, _ in self.admitted:
            entry.batcher.close()


@pytest.fixture
def candidate(tiny_folders: dict[str, Path], catalogue: Path) -> CandidateConfig:
    base = BaseModelConfig(pretrained_model_name_or_path=str(tiny_folders["llama"]), model_type="llama")
    adapters = tuple(AdapterEntry(id=a, path=str(catalogue / "adapters" / a)) for a in ("one", "two"))
    return CandidateConfig(id="tiny", base_model=base, adapters=adapters)


@pytest.fixture
def make(catalogue: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., House]:
    def made(**fields: object) -> House:
        house = House(installation(catalogue, tmp_path, **fields))
        request.addfinalizer(house.close)
        return house

    return made


def remote(**fields: object) -> CandidateConfig:
    base = BaseModelConfig(pretrained_model_name_or_path="org/model", model_type="llama")
    return CandidateConfig(id="far", base_model=base, **fields)


def test_a_pair_is_entered_with_its_bytes(make: Callable[..., House], candidate: CandidateConfig) -> None:
    house = make()
    stages = house.load(candidate, candidate.adapters[0])
    assert stages == [LoadStage.FILES, LoadStage.MEMORY, LoadStage.WEIGHTS, LoadStage.ADAPTER, LoadStage.HEALTH]
    ((job, entry, footprint),) = house.admitted
    info = entry.pair.info
    assert (job.selection, info.selection) == (ONE, ONE)
    assert footprint.own_bytes == info.own_bytes
    assert footprint.base_bytes + footprint.own_bytes == info.bytes == house.residency.used
    assert entry.batcher.submit(["card"])[0].text == "card"


def test_a_second_adapter_shares_the_base_and_adds_its_own_bytes_only(
    make: Callable[..., House], candidate: CandidateConfig
) -> None:
    house = make()
    for adapter in candidate.adapters:
        house.load(candidate, adapter)
    (_, one, first), (_, two, second) = house.admitted
    assert one.pair.opened is two.pair.opened
    assert (first.base, first.base_bytes) == (second.base, second.base_bytes)
    assert house.residency.used == first.base_bytes + first.own_bytes + second.own_bytes


def test_gigabytes_that_will_not_fit_are_not_fetched(
    make: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "fetch_candidate", lambda *_: pytest.fail("it was fetched"))
    with pytest.raises(MemoryBudgetError, match=r"Loading 'far' needs .* \(1,000,000,000 parameters in float32\)"):
        make(memory_budget_gb=1).load(remote(parameters=10**9))


def test_what_is_not_known_before_is_fetched_first_and_without_the_lock(
    make: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, held = make(memory_budget_gb=1), list[bool]()

    def fetch(*_: object) -> Path:
        held.append(house.loader.opening.locked())
        raise CheckpointError("no network", fix="connect")

    monkeypatch.setattr(module, "fetch_candidate", fetch)
    with pytest.raises(CheckpointError, match="no network"):
        house.load(remote())
    assert held == [False]
    assert house.admitted == []


def test_the_lock_is_held_while_a_checkpoint_is_opened_and_let_go_after_an_error(
    make: Callable[..., House], candidate: CandidateConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, held = make(), list[bool]()

    def broken(*_: object) -> None:
        held.append(house.loader.opening.locked())
        raise ZeroDivisionError

    monkeypatch.setattr(Loader, "load", broken)
    with pytest.raises(ZeroDivisionError):
        house.load(candidate)
    assert held == [True]
    assert not house.loader.opening.locked()
    assert house.admitted == []


def other(candidate: CandidateConfig, name: str, **changes: object) -> CandidateConfig:
    """The same files under another base key: nothing is shared."""
    base = candidate.base_model.with_changes(num_labels=3, **changes)
    return candidate.model_copy(update={"id": name, "base_model": base})


def test_room_is_made_only_where_it_helps(make: Callable[..., House], candidate: CandidateConfig) -> None:
    """A budget for one base: a second drops the first, one that would not fit even then drops nothing."""
    roomy = make()
    roomy.load(candidate)
    peak = roomy.loader.requirements(other(candidate, "b"), folders(candidate), ()).peak
    house = make(memory_budget_gb=(peak + roomy.residency.used // 2) / 2**30)
    house.load(candidate)
    with pytest.raises(MemoryBudgetError, match="Loading 'wide' needs"):
        house.load(other(candidate, "wide", torch_dtype="float64"))
    assert [r.selection.candidate for r in house.residency.residents()] == ["tiny"]
    house.load(other(candidate, "b"))
    assert [r.selection.candidate for r in house.residency.residents()] == ["b"]


def test_a_pair_that_is_kept_is_not_dropped(make: Callable[..., House], candidate: CandidateConfig) -> None:
    roomy = make()
    roomy.load(candidate)
    peak = roomy.loader.requirements(other(candidate, "b"), folders(candidate), ()).peak
    house = make(memory_budget_gb=(peak + roomy.residency.used // 2) / 2**30)
    house.load(candidate)
    job: LoadJob[Entry] = LoadJob(load_state(Selection("b"), LoadStage.QUEUED), keep={Selection("tiny")})
    with pytest.raises(MemoryBudgetError, match="Loading 'b' needs"):
        house.loader.load(job, other(candidate, "b"), None, house.admit)
    assert [r.selection.candidate for r in house.residency.residents()] == ["tiny"]


def folders(candidate: CandidateConfig) -> PairFolders:
    return PairFolders(Path(candidate.base_model.pretrained_model_name_or_path), None)
