"""The two ways of a batch: which one a model takes, and what padding makes of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from core.engine.backends.torch import bulk_is_imported, bulk_pass, pad
from core.engine.backends.torch.packed import PackedPass
from tests.model.conftest import opened


@pytest.mark.parametrize("device", ["cuda", "cuda:1", "mps"])
def test_off_the_cpu_only_the_models_own_pass_is_sure(tiny_folders: dict[str, Path], device: str) -> None:
    assert bulk_pass(opened(tiny_folders["llama"]).model, device) is None


@pytest.mark.parametrize(("family", "packed"), [("llama", True), ("gemma2", True), ("mistral", True), ("bert", False)])
def test_families_that_we_know_are_packed(tiny_folders: dict[str, Path], family: str, packed: bool) -> None:
    model = opened(tiny_folders[family], "vanilla" if family == "bert" else family).model
    assert isinstance(bulk_pass(model, "cpu"), PackedPass) == packed


def test_half_precision_is_not_packed(tiny_folders: dict[str, Path]) -> None:
    assert bulk_pass(opened(tiny_folders["llama"], torch_dtype="bfloat16").model, "cpu") is None


def test_the_pass_for_many_is_imported_once_somebody_asked_for_it(
    tiny_folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    bulk_pass(opened(tiny_folders["llama"]).model, "cpu")
    assert bulk_is_imported()
    monkeypatch.delitem(sys.modules, PackedPass.__module__)
    assert not bulk_is_imported()


def test_rows_are_padded_on_the_right_as_torch_pads_them() -> None:
    rows = [[5, 6, 7], [8], [9, 3]]
    ids, mask = pad(rows, "cpu")
    tensors = [torch.tensor(row) for row in rows]
    assert torch.equal(ids, torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True))
    assert mask is not None
    assert mask.sum(dim=1).tolist() == [3, 1, 2]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0], [1, 1, 0]]


def test_rows_of_one_length_need_no_mask() -> None:
    ids, mask = pad([[5, 6], [7, 8]], "cpu")
    assert (ids.tolist(), mask) == ([[5, 6], [7, 8]], None)
