"""Sizes as people read them."""

from __future__ import annotations

import pytest

from core.words import sizes


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1024, "1.00 KiB"),
        (4_520_000, "4.31 MiB"),
        (18_500_000_000, "17.2 GiB"),
        (2 * 2**50, "2.00 PiB"),
    ],
)
def test_size(count: int, shown: str) -> None:
    assert sizes.size(count) == shown


def test_ticks_are_powers_of_two() -> None:
    assert [sizes.tick(2**power) for power in (9, 13, 30)] == ["512 B", "8 KiB", "1 GiB"]


@pytest.mark.parametrize(
    ("count", "shown"), [(2**20, "1 MiB"), (3 * 2**29, "1.5 GiB"), (0, "0 B"), (300_000, "293 KiB")]
)
def test_gibibytes(count: int, shown: str) -> None:
    assert sizes.gibibytes(count) == shown


@pytest.mark.parametrize(("lengths", "shown"), [((128, 1024), "128 x 1,024"), ((7,), "7"), ((), "scalar")])
def test_shape(lengths: tuple[int, ...], shown: str) -> None:
    assert sizes.shape(lengths) == shown


@pytest.mark.parametrize(
    ("count", "shown"), [(2.26e9, ("2.26", "GFLOPs")), (4e13, ("40.0", "TFLOPs")), (5e4, ("0.0500", "MFLOPs"))]
)
def test_operations(count: float, shown: tuple[str, str]) -> None:
    assert sizes.operations(count) == shown
