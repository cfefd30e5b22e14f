"""The catalogue, a person's own candidates and typed ones, behind one door; nothing is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.engine.candidates import Candidates
from core.engine.engine import Engine
from core.errors import ConfigError, InputError, NotFoundError
from core.results import Selection
from tests.engine.conftest import catalogue, engine, installation

__all__ = ["catalogue", "engine"]


@pytest.fixture
def candidates(catalogue: Path, tmp_path: Path) -> Candidates:
    return Candidates(installation(catalogue, tmp_path), set)


def test_the_configs_behind_a_selection(candidates: Candidates) -> None:
    candidate, adapter = candidates.pair(Selection("tiny", "two"))
    assert (candidate.id, adapter.id if adapter else None) == ("tiny", "two")
    assert candidates.pair(Selection("tiny"))[1] is None
    with pytest.raises(NotFoundError, match="did you mean 'two'"):
        candidates.pair(Selection("tiny", "tow"))


def test_own_ones_are_written_and_removed_and_others_are_not(
    candidates: Candidates, tiny_folders: dict[str, Path]
) -> None:
    candidates.add(str(tiny_folders["llama"]), "Mine", "", "", None)
    path = candidates.own_file("mine")
    assert path.is_file()
    candidates.remove("mine")
    assert not path.exists()
    with pytest.raises(NotFoundError, match="'tiny' came with the app"):
        candidates.remove("tiny")
    with pytest.raises(InputError, match="No model is given"):
        candidates.add(" ", "", "", "", None)
    assert [c.id for c in candidates.summaries()] == ["absent", "tiny"]


def test_a_typed_adapter_is_found_again_by_its_place(candidates: Candidates, catalogue: Path) -> None:
    folder = str(catalogue / "adapters" / "one")
    selection = candidates.resolve(str(catalogue / "tiny.yaml"), folder)
    assert candidates.resolve(str(catalogue / "tiny.yaml"), folder) == selection
    assert candidates.pair(selection)[1] is not None
    assert candidates.resolve("tiny", None) == Selection("tiny")


def test_a_candidate_in_fewer_bits_is_written_once_with_its_adapters(engine: Engine) -> None:
    added = engine.add_quantised("tiny", "nf4")
    assert (added.id, added.role) == ("tiny-nf4", "own")
    assert [a.id for a in added.adapters] == ["one", "two"]
    assert engine.add_quantised("tiny", "nf4").id == "tiny-nf4"
    assert engine.candidate("tiny-nf4").base_model.quantisation.name == "nf4"
    assert engine.load(Selection("tiny-nf4", "one")).quantisation == "nf4"
    for name, words in (("none", "held as 'none' already"), ("nf", "no quantisation 'nf'")):
        with pytest.raises(ConfigError, match=words):
            engine.add_quantised("tiny", name)
    engine.remove_candidate("tiny-nf4")
    assert "tiny-nf4" not in [c.id for c in engine.candidates()]
