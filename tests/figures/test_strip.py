"""The tinted text is the text: every character, in order, escaped; tints follow the numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.explain.text_units import read
from core.figures.markup import PICTURES
from core.figures.ranking import ranking
from core.figures.strip import strip
from core.results import Token
from tests.figures.conftest import Read, read_text


class Text(HTMLParser):
    """What a browser would show, chips of special tokens left out."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.tags: set[str] = set()
        self._chips = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if self._chips or ("class", "hl-special") in attrs:
            self._chips += 1

    def handle_endtag(self, tag: str) -> None:
        self._chips = max(0, self._chips - 1)

    def handle_data(self, data: str) -> None:
        if not self._chips:
            self.shown.append(data)


def shown(html: str) -> Text:
    parser = Text()
    parser.feed(html)
    parser.close()
    return parser


@given(st.text(alphabet="ab <>&\"'\x00\x1bé🙂\u202e", min_size=1, max_size=40).filter(lambda t: t.strip(" ")))
def test_the_whole_text_is_shown_as_written(text: str) -> None:
    reading = read_text(text)
    found = shown(strip(reading, reading.words, np.linspace(-1, 1, len(reading.words)), "part"))
    assert "".join(found.shown) == text.translate(PICTURES)
    assert found.tags <= {"div", "span", "bdi"}


def test_the_unread_end_is_shown_struck_through(reading_of: Read) -> None:
    reading = reading_of("one two three four", kept=7)
    html = strip(reading, reading.words, np.ones(len(reading.words)), "part")
    assert re.search(r'hl-unread"[^>]*> <bdi> three four', html)


def test_the_unread_beginning_stands_struck_through_before_the_rest(reading_of: Read) -> None:
    reading = reading_of("one two three four", begin=8)
    html = strip(reading, reading.words, np.ones(len(reading.words)), "part")
    assert re.search(r'^<div[^>]*><span class="hl-unread"[^>]*><bdi>one two </bdi> </span>', html)
    assert "".join(shown(html).shown).split() == ["one", "two", "three", "four"]
    long = reading_of("x" * 1000 + " four", begin=1001)
    assert "601 more characters and … x" in strip(long, long.words, np.ones(len(long.words)), "part")


def test_tokens_of_a_template_are_chips_and_no_part_of_the_text() -> None:
    tokens = (Token("[user]", 0, 0, "template"), Token("card", 0, 4), Token("</s>", 0, 0, "template"))
    made = read(replace(read_text("card").prediction, tokens=tokens, total_tokens=3))
    assert [unit.kind for unit in made.words] == ["template", "text", "template"]
    html = strip(made, made.words, np.ones(3), "part")
    assert html.count('class="hl-special"') == 2
    assert "".join(shown(html).shown) == "card"


def test_tints_follow_sign_and_size(reading_of: Read) -> None:
    reading = reading_of("no no yes")
    html = strip(reading, reading.words, np.array([0.0, -1.0, 0.5, 2.0]), "part")
    tints = re.findall(r"--hl-c:var\(--hl-(\w+)\);--hl-s:(\d+)%", html)
    assert tints == [("plus", "0"), ("minus", "28"), ("plus", "14"), ("plus", "55")]
    assert 'title="no: part -1"' in html
    assert 'title="no: part 0.5"' in html


def test_all_zero_is_no_tint(reading_of: Read) -> None:
    reading = reading_of("a b")
    assert "--hl-s:0%" in strip(reading, reading.words, np.zeros(3), "part")


def test_the_ranking_adds_up_and_tells_equal_words_apart(reading_of: Read) -> None:
    reading = reading_of("no card no fee please")
    values = np.array([0.1, -2.0, 0.5, 3.0, 0.25, -0.125])
    html = ranking(reading.words, values, most=3)
    numbers = [float(n) for n in re.findall(r'hl-number">([+-][\d.]+)<', html)]
    assert numbers[:3] == [3.0, -2.0, 0.5]
    assert sum(numbers) == pytest.approx(values.sum(), abs=1e-3)
    assert re.findall(r"<small>(word \d)</small>", html) == ["word 3", "word 1"], "<s> is not counted"
    assert "3 other words" in html
