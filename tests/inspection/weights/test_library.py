"""What pages ask for: where weights are, and a report that is made once for each state of the files."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from core.errors import NotFoundError
from core.inference.engine import Engine
from core.inspection.weights.library import WeightLibrary
from core.results import Selection, TensorStatus
from core.settings import settings


@pytest.fixture
def library() -> WeightLibrary:
    return WeightLibrary(Engine(settings()))


def test_a_second_look_meets_the_same_report_until_a_file_changes(library: WeightLibrary, tmp_path: Path) -> None:
    path = tmp_path / "t.safetensors"
    save_file({"w": torch.ones(3)}, path)
    assert library.statistics(str(path)) is None
    first = library.statistics(str(path), start=True, wait=60)
    assert first is not None
    assert first.result.tensors[0].mean == 1
    again = library.statistics(str(path), start=True)
    assert again is not None
    assert again.result is first.result
    save_file({"w": torch.zeros(4)}, path)
    assert library.statistics(str(path)) is None
    changed = library.statistics(str(path), start=True, wait=60)
    assert changed is not None
    assert changed.result.tensors[0].mean == 0


def test_a_comparison_is_made_once_for_each_state_of_both_files(library: WeightLibrary, tmp_path: Path) -> None:
    paths = [tmp_path / "a.safetensors", tmp_path / "b.safetensors"]
    for path in paths:
        save_file({"w": torch.ones(3)}, path)
    one, two = map(str, paths)
    assert library.comparison(one, two) is None
    first = library.comparison(one, two, start=True, wait=60)
    assert first is not None
    assert first.result.counts == {TensorStatus.EQUAL: 1}
    again = library.comparison(one, two, start=True)
    assert again is not None
    assert again.result is first.result
    assert library.comparison(two, one) is None
    save_file({"w": torch.zeros(3)}, paths[1])
    assert library.comparison(one, two) is None
    changed = library.comparison(one, two, start=True, wait=60)
    assert changed is not None
    assert changed.result.counts == {TensorStatus.CHANGED: 1}


def test_places(library: WeightLibrary) -> None:
    base = library.place(Selection("demo-llama", "banking77"), adapter=False)
    assert Path(base, "model.safetensors").is_file()
    adapter = library.place(Selection("demo-llama", "banking77"), adapter=True)
    assert Path(adapter, "adapter_model.safetensors").is_file()
    with pytest.raises(NotFoundError, match="No adapter is chosen"):
        library.place(Selection("demo-llama"), adapter=True)
    with pytest.raises(NotFoundError, match="are not on this machine"):
        library.place(Selection("llama3-8b-it"), adapter=False)
