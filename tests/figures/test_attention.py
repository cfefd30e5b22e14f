"""Figures of attention: every number where it belongs, hidden columns out of the colours, pictures that decode."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.figures.attention import NAMED, NUMBERS, PIXELS, block, heads, matrix, pooled, visible
from core.figures.picture import STEPS, palette, picture
from core.figures.style import PALETTES, Theme
from core.results import HEAD_MEASURES, AttentionOverview, Unit


def units(count: int, text: str = "no") -> tuple[Unit, ...]:
    return tuple(Unit(text, 3 * i, 3 * i + 2, (i,)) for i in range(count))


def rows(count: int, seed: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.random.default_rng(seed).dirichlet(np.ones(count), size=count)


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("count", [1, 7, NAMED, NAMED + 1, NUMBERS])
def test_numbers_are_where_they_belong(theme: Theme, count: int) -> None:
    values = rows(count)
    figure = matrix(values, units(count), theme)
    trace = figure.data[0]
    np.testing.assert_allclose(trace.z, values, rtol=1e-6)
    assert (trace.x0, trace.dx, trace.y0, trace.dy) == (1, 1, 1, 1), "the axis is the position"
    assert trace.zmax == pytest.approx(values.max())
    assert tuple(figure.layout.yaxis.range) == (count + 0.5, 0.5), "the text begins at the top"
    assert len(figure.layout.xaxis.ticktext) == count, "equal words keep their places"
    assert figure.layout.xaxis.showticklabels == (count <= NAMED)


def test_text_in_a_figure_is_escaped_and_equal_words_are_told_apart_by_position() -> None:
    few = matrix(rows(2), units(2, "<b>x</b>"), "light")
    assert set(few.layout.xaxis.ticktext) == {"&lt;b&gt;x&lt;/b&gt;"}
    many = matrix(rows(50), units(50), "light")
    assert many.layout.xaxis.ticktext[:2] == ("1: no", "2: no")
    marked = (Unit("<s>", 0, 0, (0,), "special"), *units(49))
    with_mark = matrix(rows(50), marked, "light")
    assert with_mark.layout.xaxis.ticktext[:2] == ("&lt;s&gt;", "1: no")
    assert with_mark.layout.xaxis.tickvals[:2] == (0, 1)
    assert with_mark.layout.xaxis.title.text == "what is read, 1 to 49 in the text"


@pytest.mark.parametrize("count", [5, 300])
def test_a_hidden_column_gives_its_colours_to_the_rest(count: int) -> None:
    values = np.full((count, count), 0.1)
    values[:, 0] = 0.9
    values[2, 3] = 0.2
    shown = matrix(values, units(count), "light", hidden=0)
    if count <= NUMBERS:
        assert np.isnan(shown.data[0].z[:, 0]).all()
        assert shown.data[0].zmax == pytest.approx(0.2)
    else:
        pixels = decoded(shown.data[0].source)
        assert not pixels[:, 0, 3].any(), "transparent"
        assert pixels[2, 3, :3].tolist() == palette(PALETTES["light"].rising[:-1])[-1].tolist()
    assert values[0, 0] == 0.9, "what was given stays as it was"
    assert np.isnan(visible(np.ones((1, 1)), 0)).all()
    assert matrix(np.ones((1, 1)), units(1), "dark", hidden=0).data[0].zmax == 1


def decoded(source: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """(R, C, 4) by Pillow."""
    data = base64.b64decode(source.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_a_picture_holds_every_number_within_half_a_step(high: int, wide: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    values = random.random((high, wide)) * 0.7
    values[random.random((high, wide)) < 0.1] = np.nan
    grey = ("#000000", "#ffffff")
    pixels = decoded(picture(values, 0.7, grey))
    assert pixels.shape == (high, wide, 4)
    hidden = np.isnan(values)
    np.testing.assert_array_equal(pixels[..., 3] == 0, hidden)
    bound = 0.5 / (STEPS - 1) + 0.5 / 255  # the step, and a colour of 8 bits
    np.testing.assert_allclose(pixels[..., 0][~hidden] / 255, values[~hidden] / 0.7, rtol=0, atol=bound + 1e-9)


def test_a_palette_goes_through_its_colours() -> None:
    found = palette(("#000000", "#ff0000", "#ffffff"))
    assert found.shape == (STEPS, 3)
    assert found[[0, STEPS // 2, -1]].tolist() == [[0, 0, 0], [255, 0, 0], [255, 255, 255]]


@given(st.integers(1, 23), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_blocks_keep_the_largest_number(count: int, size: int, seed: int) -> None:
    values = rows(count, seed)
    found = pooled(values, size)
    side = -(-count // size)
    assert found.shape == (side, side)
    for i in range(side):
        for j in range(side):
            assert found[i, j] == values[i * size : (i + 1) * size, j * size : (j + 1) * size].max()


def test_long_texts_stay_light() -> None:
    assert [block(n) for n in (1, PIXELS, PIXELS + 1, 2048)] == [1, 1, 2, 4]
    figure = matrix(rows(2048), units(2048), "light")
    assert decoded(figure.data[0].source).shape[:2] == (512, 512)
    assert (figure.data[0].x0, figure.data[0].dx) == (2.5, 4), "the middle of units 1 to 4"
    marked = (Unit("<s>", 0, 0, (0,), "special"), *units(2047))
    assert matrix(rows(2048), marked, "light").data[0].x0 == 1.5, "of <s> and units 1 to 3"
    assert len(figure.to_json()) < 600_000
    assert len(matrix(rows(512), units(512), "light").to_json()) < 600_000


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("measure", HEAD_MEASURES)
def test_every_head_can_be_clicked_and_the_chosen_one_is_framed(theme: Theme, measure: str) -> None:
    values = {name: np.random.default_rng(i).random((3, 5)) for i, name in enumerate(HEAD_MEASURES)}
    values["token before"][:] = np.nan  # a text of one token
    figure = heads(AttentionOverview(values), measure, (2, 4), theme)
    np.testing.assert_array_equal(figure.data[0].z, values[measure])
    marks = set(zip(figure.data[1].x, figure.data[1].y, strict=True))
    assert marks == {(head, layer) for head in range(5) for layer in range(3)}
    frame = figure.layout.shapes[0]
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (3.5, 4.5, 1.5, 2.5)
