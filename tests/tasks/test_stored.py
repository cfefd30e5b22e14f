"""One walk over plain data: every array is found, made read-only and counted once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch

from core.results import Histogram
from core.tasks.stored import make_read_only


@dataclass(frozen=True)
class Inner:
    values: Any


@dataclass(frozen=True)
class Outer:
    inner: tuple[Inner, ...]
    by_name: dict[str, Any] = field(default_factory=dict)


def test_arrays_are_found_wherever_they_are() -> None:
    arrays = [np.zeros(3) for _ in range(5)]
    value = [
        Outer((Inner(arrays[0]), Inner([arrays[1]])), {"a": arrays[2], "b": {"c": (arrays[3],)}}),
        {"d": arrays[4]},
    ]
    make_read_only(value)
    assert not any(array.flags.writeable for array in arrays)


def test_bytes_of_arrays_texts_and_tensors() -> None:
    assert 8000 <= make_read_only(np.zeros(1000)) < 8500
    assert 4000 <= make_read_only(Inner(torch.zeros(1000))) < 5000
    assert 10**6 <= make_read_only({"text": "a" * 10**6}) < 1.01 * 10**6
    assert make_read_only(tuple(Inner(str(i)) for i in range(1000))) > 50_000


def test_what_is_shared_counts_once_and_a_view_as_the_whole() -> None:
    whole = np.zeros(1000)
    assert make_read_only([whole] * 10) < 9000
    assert make_read_only(np.zeros(1000)[:1]) >= 8000


def test_circles_end() -> None:
    circle: list[Any] = []
    circle.append(circle)
    assert make_read_only(circle) > 0


@pytest.mark.parametrize("value", [None, 1, "text", b"bytes", Histogram, True, 1.5])
def test_leaves_and_classes(value: object) -> None:
    assert make_read_only(value) > 0
