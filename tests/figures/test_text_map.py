"""Each group's points in its colour, with their numbers; groups without a point are left out."""

from __future__ import annotations

import numpy as np

from core.figures.evaluation import OUTCOME_COLOURS
from core.figures.text_map import PointGroup, points
from core.results.text_map import Projection, TextMap


def test_each_group_has_its_points() -> None:
    xy = np.arange(8, dtype=np.float32).reshape(4, 2)
    found = TextMap(Projection.PCA, 4, (0.5, 0.25), np.arange(4), xy)
    groups = [PointGroup("a", "#111111", np.array([0, 2])), PointGroup("none", "#222222", np.array([], np.int64))]
    figure = points(found, groups, [f"text {i}" for i in range(4)], "light")
    (trace,) = figure.data
    assert trace.name == "a (2)"
    assert list(trace.x) == [0, 4]
    assert list(trace.customdata) == [0, 2]
    assert list(trace.text) == ["text 0", "text 2"]
    assert figure.layout.yaxis.scaleanchor == "x", "both axes to one scale"
    bare = points(TextMap(Projection.TSNE, 4, None, np.arange(4), xy), groups, ["t"] * 4, "dark")
    assert bare.layout.yaxis.scaleanchor is None
    assert not bare.layout.xaxis.title.text


def test_every_outcome_has_a_colour_in_both_themes() -> None:
    assert OUTCOME_COLOURS["light"].keys() == OUTCOME_COLOURS["dark"].keys()
