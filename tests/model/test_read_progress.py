"""Tensors are counted while transformers reads them, and its bars are as before afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from transformers.utils import logging as hf_logging

from core.model.read_progress import tensors_read
from tests.model.conftest import opened
from tests.tiny import save_tiny_classifier


@pytest.mark.parametrize("quantisation", ["none", "nf4"])
def test_every_tensor_is_counted(tmp_path: Path, quantisation: str) -> None:
    folder = save_tiny_classifier(tmp_path, "llama", ("a", "b"))
    told: list[tuple[int, int]] = []
    with tensors_read(lambda done, total: told.append((done, total))):
        model = opened(folder, "vanilla", num_labels=None, quantisation=quantisation).model
    total = len(list(model.parameters()))
    assert told == [(done, total) for done in range(total)]
    with tensors_read(None):
        opened(folder, "vanilla", num_labels=None)
    assert len(told) == total


def test_who_raises_ends_the_load_and_the_hook_is_taken_off(tmp_path: Path) -> None:
    folder = save_tiny_classifier(tmp_path, "llama", ("a", "b"))

    class StoppedError(Exception):
        """Nobody's error but ours."""

    def stop(_done: int, _total: int) -> None:
        raise StoppedError

    before = hf_logging.set_tqdm_hook(None)
    with pytest.raises(Exception, match="StoppedError"), tensors_read(stop):
        opened(folder, "vanilla", num_labels=None)
    assert hf_logging.set_tqdm_hook(before) is None
