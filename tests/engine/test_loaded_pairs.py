"""What is in memory: loaded beside downloads, held while it is used, dropped for others, let go when refused."""

from __future__ import annotations

import shutil
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file

from core.checkpoints.adapter_update.service import AdapterUpdateService
from core.config import CandidateConfig
from core.engine import loader, pair_loader
from core.engine.engine import Engine
from core.engine.loader import LoadedPair, Loader
from core.engine.micro_batcher import MicroBatcher
from core.errors import AdapterError, AppError, CheckpointError, MemoryBudgetError, StoppedError, UnexpectedError
from core.files.hub import OnBytes
from core.files.locate import fetch_candidate
from core.model.adapters import attach
from core.model.memory import OVERHEAD_BYTES
from core.model.open import open_classifier
from core.results import LoadStage, LoadState, Requirements, Selection
from core.settings import Settings
from core.tasks.runner import TaskRunner
from tests.engine.conftest import installation, let_go

ONE, TWO, BASE = Selection("tiny", "one"), Selection("tiny", "two"), Selection("tiny")
TEXT = "My card has not arrived yet."
GIB = 2**30


@pytest.fixture
def narrow(catalogue: Path, tmp_path: Path) -> Engine:
    """Room for one pair."""
    return Engine(installation(catalogue, tmp_path, max_loaded=1))


@pytest.fixture
def stranger(catalogue: Path, tmp_path: Path) -> Path:
    """The adapter `one`, with keys of layers that its base does not have."""
    folder = Path(shutil.copytree(catalogue / "adapters" / "one", tmp_path / "stranger"))
    tensors = load_file(folder / "adapter_model.safetensors")
    save_file({k.replace("layers.0", "layers.7"): v for k, v in tensors.items()}, folder / "adapter_model.safetensors")
    return folder


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[weakref.ref[Any]]:
    """Every base that is read from disk."""
    models: list[weakref.ref[Any]] = []
    real = open_classifier

    def watched(*args: Any, **options: Any) -> Any:
        result = real(*args, **options)
        models.append(weakref.ref(result.model))
        return result

    monkeypatch.setattr(loader, "open_classifier", watched)
    return models


# A refused load


def test_a_refused_adapter_leaves_no_base_in_memory(
    engine: Engine, stranger: Path, opened: list[weakref.ref[Any]]
) -> None:
    selection = engine.resolve("tiny", str(stranger))
    with pytest.raises(AdapterError):
        engine.load(selection)
    assert [model() for model in opened] == [None], "the refused load holds the base it opened"
    state = engine.load_state(selection)
    assert state is not None
    assert state.error
    with pytest.raises(AdapterError):
        engine.load(selection)


def test_a_bug_leaves_no_base_in_memory_and_its_traceback_as_text(
    engine: Engine, opened: list[weakref.ref[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(attach, "load_adapter", broken)
    with pytest.raises(UnexpectedError, match=r"(?s)Traceback.*in broken.*ZeroDivisionError: a bug"):
        engine.load(ONE)
    assert [model() for model in opened] == [None]
    with pytest.raises(UnexpectedError, match="in broken"):
        engine.load_state(ONE)


def test_a_refused_adapter_leaves_the_base_that_another_uses(
    engine: Engine, stranger: Path, opened: list[weakref.ref[Any]]
) -> None:
    engine.load(ONE)
    with pytest.raises(AdapterError):
        engine.load(engine.resolve("tiny", str(stranger)))
    engine.load(TWO)
    assert len(opened) == 1
    assert opened[0]() is not None


@pytest.mark.parametrize("stage", [LoadStage.WEIGHTS, LoadStage.ADAPTER, LoadStage.HEALTH])
def test_a_load_that_is_stopped_leaves_nothing_in_memory(
    engine: Engine, opened: list[weakref.ref[Any]], stage: LoadStage
) -> None:
    seen: list[LoadStage] = []

    def listen(state: LoadState) -> None:
        seen.append(state.stage)
        if state.stage is stage:
            engine.stop_load(ONE)

    with pytest.raises(StoppedError, match="The load of 'tiny' was stopped"):
        engine.load(ONE, listen)
    assert LoadStage.READY not in seen
    assert all(model() is None for model in opened)
    assert engine.loaded() == []
    state = engine.load_state(ONE)
    assert state is not None
    assert "stopped" in state.error
    assert engine.load(ONE).selection == ONE


def test_failures_that_are_remembered_are_bounded(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.engine.loaded_pairs.FAILED", 2)
    ids = [Selection("absent"), Selection("absent", "one"), Selection("absent", "two")]
    for selection in ids:
        with pytest.raises(CheckpointError):
            engine.load(selection)
    assert [engine.load_state(selection) is None for selection in ids] == [True, False, False]


# Several at once


def test_a_download_stops_no_other_load(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go, real = threading.Event(), threading.Event(), fetch_candidate

    def slow(candidate: CandidateConfig, settings: Settings, on_bytes: OnBytes) -> Path:
        if candidate.id == "absent":
            begun.set()
            assert go.wait(60)
            raise CheckpointError("no network", fix="connect")
        return real(candidate, settings, on_bytes)

    monkeypatch.setattr(pair_loader, "fetch_candidate", slow)
    engine.start_load(Selection("absent"))
    assert begun.wait(60)
    assert engine.load(ONE).selection == ONE
    go.set()
    state = engine.load_state(Selection("absent"), wait=60)
    assert state is not None
    assert state.error == "no network"


def test_a_listener_that_raises_spoils_the_load_for_nobody(engine: Engine) -> None:
    def broken(state: LoadState) -> None:
        raise BrokenPipeError

    assert engine.load(ONE, broken).selection == ONE
    assert engine.loaded_model(ONE) is not None


def test_whoever_meets_a_closed_batcher_takes_a_new_entry(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.load(ONE)
    real, met = MicroBatcher.submit, list[MicroBatcher]()

    def unloaded_meanwhile(self: MicroBatcher, texts: Any) -> Any:
        met.append(self)
        if len(met) == 1:
            engine.unload(ONE)
            self.close()
        return real(self, texts)

    monkeypatch.setattr(MicroBatcher, "submit", unloaded_meanwhile)
    assert engine.classify(ONE, [TEXT])[0].text == TEXT
    assert len(met) == 2
    assert met[0] is not met[1]


# Pairs in use


def test_more_than_may_be_loaded_at_once_is_refused_with_the_numbers(narrow: Engine) -> None:
    refused = pytest.raises(MemoryBudgetError, match="needs 2 loaded at once, and HEADLIGHT_MAX_LOADED is 1")
    with refused, narrow.using(ONE, TWO):
        pytest.fail("two were given")
    assert narrow.loaded() == [], "nothing was loaded for it"
    with pytest.raises(MemoryBudgetError, match="raise HEADLIGHT_MAX_LOADED to 2"):
        AdapterUpdateService(narrow, TaskRunner(1)).two_adapters(ONE, TWO)
    with narrow.using(ONE, ONE) as (first, second):
        assert first is second


def test_a_pair_in_use_is_not_dropped_for_another(narrow: Engine) -> None:
    with narrow.using(ONE) as (pair,):
        narrow.load(TWO)
        assert [model.selection for model in narrow.loaded()] == [TWO, ONE]
        assert narrow.pair(ONE) is pair
        second = narrow.pair(TWO)
        narrow.classify(TWO, [TEXT])
        assert narrow.pair(TWO) is second, "beside long work on one pair another is not loaded for each prediction"
        narrow.load(BASE)
        assert [model.selection for model in narrow.loaded()] == [BASE, ONE]
    assert [model.selection for model in narrow.loaded()] == [BASE]


def test_two_who_ask_two_pairs_in_turn_are_both_answered_where_one_fits(narrow: Engine) -> None:
    def ask(selection: Selection) -> list[str]:
        return [narrow.classify(selection, [f"{i}"])[0].text for i in range(6)]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(ask, [ONE, TWO])) == [[f"{i}" for i in range(6)]] * 2
    assert len(narrow.loaded()) == 1


def test_a_pair_unloaded_in_use_goes_when_its_use_ends(engine: Engine) -> None:
    with engine.using(ONE) as (pair,):
        gone = weakref.ref(pair)
        engine.unload(ONE)
        assert engine.loaded() == []
        assert pair.predictor.predict([TEXT])[0].label
        with engine.using(TWO) as (other,):
            assert other.opened is pair.opened, "its base is still there to share"
        del pair, other
    engine.unload(TWO)
    assert gone() is None


def test_long_work_holds_the_very_pair_it_began_with(narrow: Engine) -> None:
    pair = narrow.pair(ONE)
    with narrow.holding(pair):
        narrow.load(TWO)
        assert {model.selection for model in narrow.loaded()} == {ONE, TWO}
        narrow.unload(ONE)
        assert narrow.load(ONE) is not pair.info, "unloaded by a person, it is loaded anew"
    assert len(narrow.loaded()) == 1
    with narrow.holding(pair):
        assert pair.predictor.predict([TEXT])[0].label


def test_unloading_frees_a_pair_that_was_asked(engine: Engine) -> None:
    engine.classify(ONE, [TEXT])
    gone = weakref.ref(engine.pair(ONE))
    engine.unload(ONE)
    assert gone() is None


# Bytes


@pytest.fixture
def needs(monkeypatch: pytest.MonkeyPatch) -> list[Requirements]:
    """What the loader went by."""
    seen: list[Requirements] = []
    real = Loader.load

    def watched(self: Loader, *args: Any) -> LoadedPair:
        seen.append(next(a for a in args if isinstance(a, Requirements)))
        return real(self, *args)

    monkeypatch.setattr(Loader, "load", watched)
    return seen


@pytest.fixture
def tight(catalogue: Path, tmp_path: Path, tiny_folders: dict[str, Path]) -> Iterator[tuple[Engine, Selection]]:
    """A budget for one base with its adapters and no second base; and a candidate with another base."""
    probe = Engine(installation(catalogue, tmp_path))
    other = str(tiny_folders["mistral"])
    largest = max(probe.requirements(s).peak for s in (ONE, TWO, probe.resolve(other)))
    assert probe.requirements(ONE).weights > 2**14
    engine = Engine(installation(catalogue, tmp_path, memory_budget_gb=(largest + 2**14) / GIB))
    yield engine, engine.resolve(other)
    let_go(engine)


def test_the_page_and_the_loader_go_by_the_same_numbers(engine: Engine, needs: list[Requirements]) -> None:
    told = []
    for selection in (ONE, TWO, BASE):
        told.append(engine.requirements(selection))
        engine.load(selection)
    assert [n.parameters for n in told] == [n.parameters for n in needs]
    assert told[0].parameters > told[1].parameters > told[2].parameters == 0, "a base in memory is not counted"
    own = engine.loaded_model(TWO)
    assert own is not None
    assert told[1].weights <= own.own_bytes


def test_room_is_made_before_a_load_and_no_more_than_it_takes(tight: tuple[Engine, Selection]) -> None:
    engine, other = tight
    engine.load(ONE)
    assert engine.requirements(TWO).fits, "only the adapter would be added"
    engine.load(TWO)
    assert {m.selection for m in engine.loaded()} == {ONE, TWO}
    needs = engine.requirements(other)
    assert needs.peak > needs.free
    assert needs.fits, "what is not in use can go"
    engine.load(other)
    assert [m.selection for m in engine.loaded()] == [other]


def test_what_would_not_fit_even_then_is_refused_and_nothing_is_dropped(tight: tuple[Engine, Selection]) -> None:
    engine, other = tight
    with engine.using(ONE):
        needs = engine.requirements(other)
        assert not needs.fits
        with pytest.raises(MemoryBudgetError, match=r"needs 128 MiB on cpu .* and 12\d MiB are free"):
            engine.load(other)
        with pytest.raises(MemoryBudgetError), engine.using(ONE, other):
            pytest.fail("both were given")
    assert [m.selection for m in engine.loaded()] == [ONE]


def test_what_a_load_shall_keep_is_not_dropped_for_it(tight: tuple[Engine, Selection]) -> None:
    engine, other = tight
    engine.load(ONE)
    assert engine.requirements(other).fits
    assert not engine.requirements(other, keep=[ONE]).fits
    engine.start_load(other, keep=[ONE])
    state = engine.load_state(other, wait=60)
    assert state is not None
    assert "are free" in state.error
    assert [m.selection for m in engine.loaded()] == [ONE]


def test_the_last_pair_of_a_base_goes_for_another_adapter_and_the_base_stays(
    catalogue: Path, tmp_path: Path, opened: list[weakref.ref[Any]]
) -> None:
    probe = Engine(installation(catalogue, tmp_path))
    whole, own = probe.requirements(ONE), 0
    probe.load(ONE)
    own = probe.requirements(TWO).peak - OVERHEAD_BYTES
    size = probe.loaded()[0].bytes
    probe.unload(ONE)
    # Beside ONE there is a little less room than TWO needs, but ONE's own bytes are enough.
    engine = Engine(installation(catalogue, tmp_path, memory_budget_gb=(size + OVERHEAD_BYTES + own - 64) / GIB))
    assert engine.requirements(ONE).peak == whole.peak
    if not engine.requirements(ONE).fits:
        pytest.skip("the overhead of a whole load is more than that")
    engine.load(ONE)
    engine.load(TWO)
    assert [m.selection for m in engine.loaded()] == [TWO]
    assert len(opened) == 2, "the base was read again"


def test_the_budget_is_for_all_that_is_loaded(catalogue: Path, tmp_path: Path) -> None:
    engine = Engine(installation(catalogue, tmp_path, memory_budget_gb=1.0))
    assert engine.free_bytes("cpu") == GIB
    model = engine.load(ONE)
    assert engine.free_bytes("cpu") == GIB - model.bytes
    second = engine.load(TWO)
    assert engine.free_bytes("cpu") == GIB - model.bytes - second.own_bytes
    for selection in (ONE, TWO):
        engine.unload(selection)
    assert engine.free_bytes("cpu") == GIB


# Typed candidates


def test_an_adapter_typed_twice_is_one_and_another_persons_stays(engine: Engine, stranger: Path) -> None:
    folder = shutil.copytree(stranger, stranger.parent / "second" / "stranger")
    first = engine.resolve("tiny", str(stranger))
    assert engine.resolve("tiny", str(stranger)) == first
    assert engine.resolve("tiny", str(folder)) == Selection("tiny", "stranger-2")
    assert engine.candidate("tiny").adapters[-2].path == str(stranger)
    assert engine.resolve("tiny", "stranger") == first


def test_two_folders_of_one_name_do_not_answer_for_each_other(
    engine: Engine, tiny_folders: dict[str, Path], tmp_path: Path
) -> None:
    places = [shutil.copytree(tiny_folders[kind], tmp_path / kind / "model") for kind in ("llama", "mistral")]
    first, second = (engine.resolve(str(place)) for place in places)
    assert first != second
    masks = [engine.load(selection).mask for selection in (first, second)]
    assert masks == ["causal", "causal, sliding window 8"]
    with pytest.raises(AppError):
        engine.resolve("nothing-of-that-name")
