"""Bars by position and the class lens: the numbers of the results, places that never merge, names that are escaped."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax

from core.figures.depth import drawn_classes, lens
from core.figures.positions import NAMED, bars
from core.figures.style import PALETTES, Theme, name
from core.results import Lens
from tests.figures.conftest import Read

THEMES: tuple[Theme, ...] = ("light", "dark")


@pytest.mark.parametrize("theme", THEMES)
def test_equal_words_are_bars_of_their_own(reading_of: Read, theme: Theme) -> None:
    reading = reading_of("no no no")
    values = np.array([0.1, -0.2, 0.3, 0.4])
    bar = bars(reading.words, values, theme, "contribution").data[0]
    assert list(bar.x) == [0, 1, 2, 3], "the first word stands at 1"
    assert list(bar.customdata) == ["&lt;s&gt;", "1: no", "2: no", "3: no"]
    assert list(bar.y) == list(values)
    assert [bar.marker.color[i] == PALETTES[theme].minus for i in range(4)] == [False, True, False, False]


def test_many_units_are_numbered_at_the_axis(reading_of: Read) -> None:
    reading = reading_of(" ".join("x" * (NAMED + 1)))
    figure = bars(reading.words, np.ones(len(reading.words)), "light", "weight")
    assert figure.layout.xaxis.ticktext is None
    assert figure.layout.xaxis.title.text == "number in the text"
    assert figure.layout.xaxis.labelalias == {"0": "&lt;s&gt;"}


def test_names_are_escaped_and_short() -> None:
    assert name("<b>x</b>") == "&lt;b&gt;x&lt;/b&gt;"
    assert name("a" * 50) == "a" * 23 + "…"
    assert name("\n") == "␣"


def made(logits: np.ndarray[tuple[int, int], np.dtype[np.float64]], problem: str = "single") -> Lens:
    labels = tuple(f"class_{k}" for k in range(logits.shape[1]))
    probabilities = softmax(logits, axis=1) if problem == "single" else np.full_like(logits, np.nan)
    return Lens(labels, logits, probabilities, 0.0)


def test_the_lens_draws_the_end_and_whoever_led_on_the_way() -> None:
    logits = np.zeros((4, 12))
    logits[-1] = np.arange(12)
    logits[0, 0] = 5
    found = made(logits)
    classes = drawn_classes(found)
    assert classes[0] == 11
    assert 0 in classes
    assert len(classes) == 6
    figure = lens(found, "light")
    for line, k in zip(figure.data, classes, strict=True):
        assert line.name == f"Class {k}"
        np.testing.assert_allclose(line.y, found.probabilities[:, k])
    assert figure.layout.yaxis.title.text == "probability"


def test_a_regression_has_outputs_and_no_probability_axis() -> None:
    figure = lens(made(np.array([[0.5], [1.5], [3.0]]), "regression"), "dark")
    assert list(figure.data[0].y) == [0.5, 1.5, 3.0]
    assert figure.layout.yaxis.title.text == "value"
    assert figure.layout.yaxis.range is None
