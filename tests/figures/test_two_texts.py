"""Both texts are shown whole and escaped; words that changed stand in <del> and <ins>, and nothing else does."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.figures.markup import PICTURES
from core.figures.strip import strip
from core.figures.two_texts import after, before, changes, struck
from core.results import Edit, MinimalFlip, Reading, TwoTexts
from tests.figures.conftest import Read, read_text
from tests.figures.test_strip import shown

TEXT = st.text(alphabet="ab <>&\"'\x00é🙂\u202e", max_size=12)


@given(st.lists(st.tuples(st.sampled_from(["same", "removed", "added", "replaced"]), TEXT, TEXT), max_size=5))
def test_both_texts_are_shown_as_written(steps: list[tuple[str, str, str]]) -> None:
    edits = [Edit(kind, a, a if kind == "same" else b) for kind, a, b in steps]  # type: ignore[arg-type]
    for side, tag in ((before, "del"), (after, "ins")):
        found = shown(side(edits))
        written = "".join(e.before if side is before else e.after for e in edits)
        assert "".join(found.shown) == written.translate(PICTURES)
        assert found.tags <= {"div", "bdi", tag}


def test_edits_are_marked_for_those_who_listen() -> None:
    edits = (Edit("same", "my ", "my "), Edit("replaced", "card", "bill"), Edit("added", "", " <b>"))
    assert "<del><bdi>card</bdi></del>" in before(edits)
    assert "<ins>" not in before(edits)
    assert after(edits).count("<ins>") == 2
    assert "&lt;b&gt;" in after(edits)


def flip_of(reading: Reading, removed: tuple[int, ...]) -> MinimalFlip:
    logits = np.array([[1.0, 0.0], [0.0, 1.0]])
    return MinimalFlip(2, removed, "", ("a", "b"), "a", "b", logits, logits, 1, 9, 0, True)


def test_struck_words_are_those_of_their_place(reading_of: Read) -> None:
    reading = reading_of("no card no fee")
    place = [i for i, word in enumerate(reading.words) if word.text == "no"][1]
    html = struck(reading, flip_of(reading, (place,)))
    assert re.sub("</?bdi>", "", html).endswith("no card <del>no</del> fee</div>")
    assert "".join(shown(html).shown) == "no card no fee"


@given(st.text(alphabet="ab <>&🙂\n", min_size=1, max_size=30).filter(lambda t: t.strip()), st.data())
def test_a_struck_text_is_still_whole(text: str, data: st.DataObject) -> None:
    reading = read_text(text)
    words = [i for i, word in enumerate(reading.words) if not word.special]
    removed = tuple(sorted(data.draw(st.sets(st.sampled_from(words)))))
    assert "".join(shown(struck(reading, flip_of(reading, removed))).shown) == text


def test_the_largest_changes_are_drawn_with_their_sign(reading_of: Read) -> None:
    reading = reading_of("one")
    labels = tuple("abcdefghijkl")
    reading = replace(reading, prediction=replace(reading.prediction, labels=labels))
    shares = np.stack([np.full(12, 1 / 12), np.full(12, 1 / 12)])
    shares[1, 3], shares[1, 7] = 0.4, 0.0
    figure = changes(TwoTexts(reading, reading, (), np.log(shares + 1e-9), shares), "light")
    assert list(figure.layout.yaxis.ticktext[:2]) == ["D", "H"]
    np.testing.assert_allclose(figure.data[0].x[:2], [40 - 100 / 12, -100 / 12])
    assert len(figure.data[0].x) == 8
    values = TwoTexts(reading, reading, (), shares, np.full((2, 12), np.nan))
    assert "value" in changes(values, "dark").layout.xaxis.title.text


def test_two_strips_can_share_a_scale(reading_of: Read) -> None:
    reading = reading_of("one")
    assert "--hl-s:28%" in strip(reading, reading.words, np.array([0.0, 1.0]), "part", largest=2.0)
