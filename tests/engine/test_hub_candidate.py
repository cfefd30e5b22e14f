"""Models of the Hub as candidates of one's own: asked about when they are added, fetched with progress, stopped."""

from __future__ import annotations

from pathlib import Path

import pytest
from transformers import AutoModel

from core.engine.engine import Engine
from core.engine.hub_candidate import architecture_numbers
from core.errors import CheckpointError, NotFoundError, StoppedError
from core.files.config_numbers import config_numbers
from core.model.memory import catalogue_parameters
from core.results import Availability, LoadStage, LoadState, Selection
from core.settings import Settings
from tests.fake_hub import FakeHub, Repository, hub

__all__ = ["hub"]


@pytest.fixture
def engine(hub: FakeHub, tiny_folders: dict[str, Path], tmp_path: Path) -> Engine:
    hub.models["org/model"] = Repository.of(tiny_folders["gemma2"])
    hub.models["org/gated"] = Repository.of(tiny_folders["gemma2"], licence="gemma", gated=True)
    return Engine(Settings(catalogue=tmp_path / "no", user_catalogue=tmp_path / "own", cache_dir=tmp_path / "cache"))


def test_what_is_known_before_a_load_is_what_a_load_finds(engine: Engine, hub: FakeHub) -> None:
    added = engine.add_candidate("org/model")
    size = sum(len(data) for data in hub.models["org/model"].files.values())
    assert (added.availability, added.download, added.model_type) == (Availability.ON_HUB, size, "gemma2")
    selection, stages = Selection("model"), list[LoadState]()
    before = engine.requirements(selection)
    engine.load(selection)  # nobody listens
    engine.unload(selection)
    after = next(c for c in engine.candidates() if c.id == "model")
    assert (after.availability, after.download) == (Availability.READY, None)
    assert (after.parameters, after.layers) == (added.parameters, added.layers) == (before.parameters, 2)
    assert not stages


def test_a_gate_is_told_before_the_click(engine: Engine) -> None:
    added = engine.add_candidate("org/gated")
    assert added.gated
    assert "Its licence (gemma) has to be accepted on the Hub first." in added.message
    with pytest.raises(CheckpointError, match="is gated on the Hub"):
        engine.load(Selection("gated"))


def test_what_the_hub_does_not_have_is_not_added(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="The Hub has no model 'org/none'"):
        engine.add_candidate("org/none")
    with pytest.raises(CheckpointError, match="'org/gated' is no adapter"):
        engine.add_candidate("org/model", adapter="org/gated")
    assert not list((tmp_path / "own").glob("*"))


def test_a_load_tells_how_much_has_come_and_can_be_stopped(engine: Engine, hub: FakeHub) -> None:
    engine.add_candidate("org/model")
    selection, seen = Selection("model"), list[LoadState]()
    hub.go.clear()

    def listen(state: LoadState) -> None:
        seen.append(state)
        if state.stage is LoadStage.DOWNLOAD and state.fraction > 0.2:
            engine.stop_load(selection)
        hub.go.set()

    with pytest.raises(StoppedError, match="The download of 'model' was stopped"):
        engine.load(selection, listen)
    downloads = [state for state in seen if state.stage is LoadStage.DOWNLOAD]
    assert downloads
    assert all(0 <= state.fraction <= 1 and " of " in state.detail for state in downloads)
    state = engine.load_state(selection)
    assert state is not None
    assert "stopped" in state.error
    assert engine.load(selection).selection == selection
    engine.unload(selection)


@pytest.mark.parametrize("family", ["llama", "gemma2", "mistral"])
def test_numbers_of_a_config_count_as_transformers_does(tiny_folders: dict[str, Path], family: str) -> None:
    from core.config import BaseModelConfig, CandidateConfig

    numbers = architecture_numbers(config_numbers(tiny_folders[family]))
    base = BaseModelConfig(pretrained_model_name_or_path="org/model", model_type=family)
    counted = catalogue_parameters(CandidateConfig(id="a", base_model=base, architecture=numbers))
    assert counted == sum(p.numel() for p in AutoModel.from_pretrained(tiny_folders[family]).parameters())


def test_numbers_that_would_not_tell_all_are_left_out(tiny_folders: dict[str, Path]) -> None:
    config = dict(config_numbers(tiny_folders["llama"]))
    assert architecture_numbers({**config, "attention_bias": True}) is None
    assert architecture_numbers({**config, "hidden_size": "wide"}) is None
    assert architecture_numbers(config_numbers(tiny_folders["bert"])) is None
