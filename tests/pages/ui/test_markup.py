"""Escaping: whatever a person, a file or a model says is shown and never obeyed."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import AppError
from pages.ui import markup


@given(st.text())
def test_text_is_what_was_written(value: str) -> None:
    shown = markup.text(value)
    inside = shown.removeprefix("<bdi>").removesuffix("</bdi>")
    assert not re.search(r"""[<>"'\x00-\x08\x0b-\x1f\x7f]""", inside)
    back = html.unescape(inside) if "&" not in value else inside
    assert "&" in value or len(back) == len(value)


@given(st.text(alphabet="<>&\"'/ab=![]()"))
def test_unescaping_gives_the_text_back(value: str) -> None:
    inside = markup.text(value).removeprefix("<bdi>").removesuffix("</bdi>")
    assert html.unescape(inside) == value


@given(st.text(max_size=100))
def test_plain_leaves_no_sign_of_markdown_alone(value: str) -> None:
    shown = markup.plain(value)
    assert "\n" not in shown
    alone = re.sub(r"\\.", "", shown)
    assert not re.search(r"[`*\[\]()<>#!|~$:&@]", alone)
    assert "_" not in re.sub(r"(?<=[^\W_])_(?=[^\W_])", "", re.sub(r"\\.", "\\\\", shown))


@pytest.mark.parametrize(
    ("value", "shown"), [("activate_my_card", "activate_my_card"), ("_a_ b", r"\_a\_ b"), ("a__b", r"a\_\_b")]
)
def test_plain_leaves_underscores_inside_words(value: str, shown: str) -> None:
    assert markup.plain(value) == shown


def test_plain_is_cut_where_it_gets_long() -> None:
    assert markup.plain("word " * 100, limit=20) == "word word word word…"


def test_control_characters_are_made_visible() -> None:
    assert markup.text("a\x00b\x1bc\x7f") == "<bdi>a␀b␛c␡</bdi>"


def test_a_problem_says_what_to_do() -> None:
    drawn = markup.problem(AppError("No <b>.", fix="choose another."))
    assert 'role="alert"' in drawn
    assert "No &lt;b&gt;." in drawn
    assert "Choose another." in drawn


def test_a_word_of_the_field_has_its_explanation_behind_it() -> None:
    made = markup.facts([("Margin", "12.3", "points"), ("<b>", "1", "")])
    assert f'<summary>{markup.text("Margin")}</summary><p role="note">' in made
    assert "The lead of the first class" in made
    assert made.count("<details") == 1
    assert f"<dt>{markup.text('<b>')}</dt>" in made


def test_a_class_is_shown_by_name_with_its_id_on_hover() -> None:
    labels = ("card_arrival", "<b>_x", "a_b", "A b")
    assert markup.label("card_arrival", labels) == '<span title="card_arrival"><bdi>Card arrival</bdi></span>'
    assert markup.label("<b>_x", labels) == "<bdi>&lt;b&gt;_<wbr>x</bdi>"
    assert markup.label("a_b", labels) == "<bdi>a_<wbr>b</bdi>", "two would read the same"
