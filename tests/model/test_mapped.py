"""Weights that are pages of a file: known, let go, and read again."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from core.model.mapped import is_mapped, let_go

COUNT = 2 * 2**20


@pytest.fixture
def mapped(tmp_path: Path) -> Tensor:
    save_file({"a": torch.arange(COUNT, dtype=torch.float32)}, tmp_path / "a.safetensors")
    with safe_open(tmp_path / "a.safetensors", framework="pt") as file:
        tensor: Tensor = file.get_tensor("a")
        return tensor


def pages() -> int:
    """Bytes of files that this process has in memory."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("RssFile:"))


def test_what_is_mapped_is_known(mapped: Tensor) -> None:
    assert is_mapped(mapped)
    assert is_mapped(torch.nn.Parameter(mapped[5:].view(-1, 1)))
    assert not is_mapped(mapped.clone())
    assert not is_mapped(torch.zeros(3))
    assert not is_mapped(torch.zeros(3, device="meta"))


def test_what_is_let_go_is_read_again(mapped: Tensor) -> None:
    total = mapped.double().sum()
    before = pages()
    let_go(mapped)
    assert before - pages() > 0.9 * mapped.nbytes
    assert mapped.double().sum() == total
    for whole in (mapped.clone(), torch.zeros(0), mapped[:3]):  # nothing to let go, and less than a page
        kept = whole.clone()
        let_go(whole)
        assert torch.equal(whole, kept)


def test_what_was_changed_in_memory_stays_changed(mapped: Tensor) -> None:
    mapped[COUNT // 2 :] = 7
    let_go(mapped)
    assert torch.equal(mapped[: COUNT // 2], torch.arange(COUNT // 2, dtype=torch.float32))
    assert bool((mapped[COUNT // 2 :] == 7).all())
