"""What pages ask for: where weights are, and a report that is made once for each state of the files."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from core.checkpoints.service import CheckpointService
from core.engine.engine import Engine
from core.errors import NotFoundError
from core.results import Selection, TensorStatus
from core.settings import settings
from core.tasks.runner import TaskRunner
from tests.engine.conftest import catalogue, engine

__all__ = ["catalogue", "engine"]


@pytest.fixture
def checkpoints() -> CheckpointService:
    return CheckpointService(Engine(settings()), TaskRunner(1))


def test_a_second_look_meets_the_same_report_until_a_file_changes(
    checkpoints: CheckpointService, tmp_path: Path
) -> None:
    path = tmp_path / "t.safetensors"
    save_file({"w": torch.ones(3)}, path)
    assert checkpoints.statistics(str(path)).state() is None
    first = checkpoints.statistics(str(path)).result()
    assert first.tensors[0].mean == 1
    assert checkpoints.statistics(str(path)).result() is first
    save_file({"w": torch.zeros(4)}, path)
    assert checkpoints.statistics(str(path)).state() is None
    assert checkpoints.statistics(str(path)).result().tensors[0].mean == 0


def test_a_comparison_is_made_once_for_each_state_of_both_files(checkpoints: CheckpointService, tmp_path: Path) -> None:
    paths = [tmp_path / "a.safetensors", tmp_path / "b.safetensors"]
    for path in paths:
        save_file({"w": torch.ones(3)}, path)
    one, two = map(str, paths)
    assert checkpoints.diff(one, two).state() is None
    first = checkpoints.diff(one, two).result()
    assert first.counts == {TensorStatus.EQUAL: 1}
    assert checkpoints.diff(one, two).result() is first
    assert checkpoints.diff(two, one).state() is None
    save_file({"w": torch.zeros(3)}, paths[1])
    assert checkpoints.diff(one, two).state() is None
    assert checkpoints.diff(one, two).result().counts == {TensorStatus.CHANGED: 1}


def test_folders(checkpoints: CheckpointService) -> None:
    base = checkpoints.folder(Selection("demo-llama", "banking77"), adapter=False)
    assert Path(base, "model.safetensors").is_file()
    adapter = checkpoints.folder(Selection("demo-llama", "banking77"), adapter=True)
    assert Path(adapter, "adapter_model.safetensors").is_file()
    with pytest.raises(NotFoundError, match="No adapter is chosen"):
        checkpoints.folder(Selection("demo-llama"), adapter=True)
    with pytest.raises(NotFoundError, match="are not on this machine"):
        checkpoints.folder(Selection("llama3-8b-it"), adapter=False)
