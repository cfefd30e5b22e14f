"""Figures of the adapter: the numbers that went in, in their places."""

from __future__ import annotations

import numpy as np
import pytest

from core.figures.adapter_effect import DRAWN, curve, heat, leading, versus
from core.results import Ablation, Flip, ScaleCurve

LABELS = ("a<b>", "b", "c")


def a_curve() -> ScaleCurve:
    scales = np.array([0.0, 1.0, 2.0])
    logits = np.array([[2.0, 1.0, 0.0], [0.0, 2.0, 1.0], [0.0, 3.0, 1.0]])
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return ScaleCurve(LABELS, scales, logits, shares, (LABELS[0], "b", "b"), (Flip(0.437, LABELS[0], "b"),), ("head",))


def an_ablation() -> Ablation:
    cells = np.arange(12, dtype=float).reshape(2, 2, 3)
    cells[1, 1] = np.nan
    return Ablation(
        labels=LABELS,
        layers=("layer 0", "layer 1"),
        modules=("q_proj", "up<proj"),
        full=np.array([5.0, 6, 7]),
        without=np.array([1.0, 2, 9]),
        cells=cells,
        by_layer=np.ones((2, 3)),
        by_module=np.zeros((2, 3)),
        verdict="c",
        verdict_without="c",
        cell_verdicts=(("c", "b"), ("c", "")),
        layer_verdicts=("c", "b"),
        module_verdicts=("c", "c"),
    )


def test_the_curve_holds_every_point_and_marks_the_flip() -> None:
    found = a_curve()
    figure = curve(found, 0.3, "c", "light")
    drawn = {trace.name: np.asarray(trace.y) for trace in figure.data}
    assert list(drawn) == ["B", "C", "a&lt;b&gt;"]
    np.testing.assert_allclose(drawn["C"], found.probabilities[:, 2])
    assert [shape.x0 for shape in figure.layout.shapes] == [0.437, 1, 0.3]
    assert figure.layout.annotations[0].text == "flips at 0.437"


def test_a_regression_shows_outputs() -> None:
    found = a_curve()
    nothing = np.full_like(found.probabilities, np.nan)
    bare = ScaleCurve(LABELS, found.scales, found.logits, nothing, found.verdicts, (), ())
    figure = curve(bare, 1, "b", "dark")
    np.testing.assert_allclose(np.asarray(figure.data[0].y), found.logits[:, 1])
    assert figure.layout.yaxis.title.text == "value"


def test_the_heat_map_holds_cells_and_totals() -> None:
    z = np.asarray(heat(an_ablation(), "b", "light").data[0].z, dtype=float)
    np.testing.assert_allclose(z[:2, :2], np.array([[1 - 6, 4 - 6], [7 - 6, np.nan]]))
    np.testing.assert_allclose(z[:2, -1], [-5, -5])
    np.testing.assert_allclose(z[-1, :2], [-6, -6])
    assert z[-1, -1] == 2 - 6
    assert np.isnan(z[2]).all()
    assert np.isnan(z[:, 2]).all()


def test_cells_say_their_number_and_whether_the_verdict_flips() -> None:
    figure = heat(an_ablation(), "b", "dark")
    text, told = figure.data[0].text, figure.data[0].customdata
    assert list(text[0][:2]) == ["-5.00", "-2.00<br>flips"]
    assert list(text[1]) == ["+1.00", "", "", "-5.00<br>flips"]
    assert told[0][1] == "without up&lt;proj, layer 0: -2.00<br>says B (b)"
    assert list(figure.layout.xaxis.ticktext) == ["q_proj", "up&lt;proj", "all"]
    assert list(figure.layout.yaxis.ticktext) == ["layer 0", "layer 1", "all"]


def test_two_answers_side_by_side() -> None:
    found = a_curve()
    figure = versus(
        LABELS,
        (found.logits[0], found.logits[1]),
        (found.probabilities[0], found.probabilities[1]),
        ("off", "on"),
        "c",
        "light",
    )
    dots = {trace.name: np.asarray(trace.x) for trace in figure.data if trace.mode == "markers"}
    np.testing.assert_allclose(dots["off"], found.probabilities[0][[1, 2, 0]])
    np.testing.assert_allclose(dots["on"], found.probabilities[1][[1, 2, 0]])


@pytest.mark.parametrize("always", [0, 7, 19])
def test_the_asked_class_is_always_drawn(always: int) -> None:
    logits = np.random.default_rng(3).normal(size=(5, 20))
    drawn = leading(logits, 2, always=[always])
    assert len(drawn) == DRAWN
    assert always in drawn
    assert int(logits[2].argmax()) in drawn
    assert list(logits[2][drawn]) == sorted(logits[2][drawn], reverse=True)
