"""Merges by selection, as a page and a command ask for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.engine.engine import Engine
from core.errors import AdapterError, InputError
from core.merge.service import MergeService
from core.results import Selection
from core.tasks.runner import TaskRunner
from tests.engine.conftest import catalogue, engine

__all__ = ["catalogue", "engine"]


@pytest.fixture
def service(engine: Engine) -> MergeService:
    return MergeService(engine, TaskRunner(1))


def test_the_merged_folder_is_a_candidate_with_the_same_verdicts(
    engine: Engine, service: MergeService, tmp_path: Path
) -> None:
    for adapter in ("one", "two"):
        output, selection = tmp_path / adapter, Selection("tiny", adapter)
        assert service.merge_cost(selection, str(output)).fits
        result = service.merge(selection, str(output)).result()
        assert (result.base, result.adapter, result.folder) == ("tiny", adapter, str(output))
        mine = engine.classify(engine.resolve(str(output)), ["one two three"])[0]
        theirs = engine.classify(selection, ["one two three"])[0]
        assert mine.logits == pytest.approx(theirs.logits, abs=1e-5)
        assert mine.labels == theirs.labels
        engine.unload(selection)


def test_what_can_be_said_at_once_is_said_before_anything_begins(service: MergeService, tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match="nothing to merge"):
        service.merge(Selection("tiny"), str(tmp_path / "out"))
    with pytest.raises(InputError, match="No folder is given"):
        service.merge(Selection("tiny", "one"), " ")
    with pytest.raises(InputError, match="nothing is written over"):
        service.merge(Selection("tiny", "one"), str(tmp_path.parent))


def test_a_merge_that_was_done_can_be_done_again(service: MergeService, tmp_path: Path) -> None:
    task = service.merge(Selection("tiny", "one"), str(tmp_path / "out"))
    task.result()
    for file in (tmp_path / "out").iterdir():
        file.unlink()
    task.restart()
    task.state(60)
    assert task.result().files == 1
    assert (tmp_path / "out" / "config.json").is_file()
