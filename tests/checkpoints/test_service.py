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
def library() -> CheckpointService:
    return CheckpointService(Engine(settings()), TaskRunner(1))


def test_a_second_look_meets_the_same_report_until_a_file_changes(library: CheckpointService, tmp_path: Path) -> None:
    path = tmp_path / "t.safetensors"
    save_file({"w": torch.ones(3)}, path)
    assert library.statistics(str(path)).state() is None
    first = library.statistics(str(path)).result()
    assert first.tensors[0].mean == 1
    assert library.statistics(str(path)).result() is first
    save_file({"w": torch.zeros(4)}, path)
    assert library.statistics(str(path)).state() is None
    assert library.statistics(str(path)).result().tensors[0].mean == 0


def test_a_comparison_is_made_once_for_each_state_of_both_files(library: CheckpointService, tmp_path: Path) -> None:
    paths = [tmp_path / "a.safetensors", tmp_path / "b.safetensors"]
    for path in paths:
        save_file({"w": torch.ones(3)}, path)
    one, two = map(str, paths)
    assert library.diff(one, two).state() is None
    first = library.diff(one, two).result()
    assert first.counts == {TensorStatus.EQUAL: 1}
    assert library.diff(one, two).result() is first
    assert library.diff(two, one).state() is None
    save_file({"w": torch.zeros(3)}, paths[1])
    assert library.diff(one, two).state() is None
    assert library.diff(one, two).result().counts == {TensorStatus.CHANGED: 1}


def test_places(library: CheckpointService) -> None:
    base = library.place(Selection("demo-llama", "banking77"), adapter=False)
    assert Path(base, "model.safetensors").is_file()
    adapter = library.place(Selection("demo-llama", "banking77"), adapter=True)
    assert Path(adapter, "adapter_model.safetensors").is_file()
    with pytest.raises(NotFoundError, match="No adapter is chosen"):
        library.place(Selection("demo-llama"), adapter=True)
    with pytest.raises(NotFoundError, match="are not on this machine"):
        library.place(Selection("llama3-8b-it"), adapter=False)
