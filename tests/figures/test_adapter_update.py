"""The map of an adapter's update: what a cell shows where a module has many experts."""

from __future__ import annotations

import math

import numpy as np

from core.figures.adapter_update import layers, leading
from core.results import ModuleUpdate


def update(layer: int | None, module: str, expert: int | None = None) -> ModuleUpdate:
    return ModuleUpdate(layer, module, 2, 1.0, np.array([1.0, 0.5]), 1.0, 10.0, False, expert)


PARTS = [
    update(0, "experts", 0),
    update(0, "experts", 1),
    update(1, "experts", 0),
    update(0, "q_proj"),
    update(None, "x"),
]


def test_a_cell_shows_the_expert_farthest_from_zero() -> None:
    assert leading(PARTS, [0.1, -0.3, 0.2, 0.4, 9.0]) == {(0, 0): 1, (1, 0): 2, (0, 1): 3}
    assert leading(PARTS, [math.nan, 0.0, math.nan, 0.4, 9.0])[0, 0] == 1


def test_its_colour_label_and_mark_are_that_experts() -> None:
    figure = layers(PARTS, [0.1, -0.3, 0.2, 0.4, 9.0], list("abcde"), PARTS[1], "light", signed=True)
    assert figure.data[0].z[0].tolist() == [-0.3, 0.2]
    marks = figure.data[1]
    assert len(marks.x) == 3
    assert list(marks.customdata[0]) == ["layer 0, experts, expert 1", "b"]


def test_small_cosines_have_ticks_that_can_be_told_apart() -> None:
    figure = layers(PARTS, [1e-4, -3e-5, 2e-5, 4e-5, 0.0], list("abcde"), PARTS[1], "light", signed=True)
    ticks = figure.data[0].colorbar.ticktext
    assert len(set(ticks)) == len(ticks) >= 3
    assert "0" in ticks
