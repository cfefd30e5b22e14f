"""The verdict as HTML: one class, a cut, and what is escaped."""

from __future__ import annotations

from dataclasses import replace

from core.results import NOT_FINITE, Selection
from pages.views.verdict import Answer, explanation, verdict
from tests.words.made import prediction


def drawn(**changes: object) -> str:
    answer = replace(prediction(), **changes)  # type: ignore[arg-type]
    return verdict(Answer(Selection("demo"), answer, 0.25))


def test_a_single_label_has_margin_and_entropy() -> None:
    html = drawn()
    assert "<dt><bdi>Margin</bdi></dt>" in html
    assert "<dt><bdi>Entropy</bdi></dt>" in html
    assert explanation(prediction())


def test_a_regression_has_neither() -> None:
    html = drawn(problem_type="regression", probabilities=(float("nan"),) * 2)
    assert "Margin" not in html
    assert "nan" not in html
    assert explanation(replace(prediction(), problem_type="regression")) == ""


def test_the_end_that_was_not_read_is_marked() -> None:
    html = drawn(text="my card is <lost>", total_tokens=4)
    assert "my card</bdi><mark><bdi> is &lt;lost&gt;</bdi></mark>" in html


def test_classes_beyond_the_first_are_taken_together() -> None:
    labels = tuple(f"c{i}" for i in range(8))
    html = drawn(labels=labels, label="c0", logits=(0.0,) * 8, probabilities=(0.125,) * 8)
    assert html.count("<li") == 6
    assert "other (3 classes)" in html


def test_the_beginning_that_was_not_read_is_marked() -> None:
    html = drawn(text="lost: my card", total_tokens=4, kept_from=6)
    assert "<mark><bdi>lost: </bdi></mark><bdi>my card</bdi>" in html
    assert "read only the last 7 of 13 characters" in html
    long = drawn(text="x" * 1000 + "my card", total_tokens=400, kept_from=1000)
    assert "640 more characters before it" in long


def test_where_the_template_alone_was_cut_nothing_is_marked() -> None:
    html = drawn(total_tokens=4)
    assert "read the whole text" in html
    assert "<mark>" not in html


def test_logits_that_are_not_finite_are_said_and_no_class_or_bar_is_drawn() -> None:
    nan = float("nan")
    for problem in ("single_label_classification", "multi_label_classification", "regression"):
        html = drawn(problem_type=problem, label=NOT_FINITE, logits=(nan, 1.0), probabilities=(nan, nan))
        assert "Its logits are not finite (NaN or infinite), so there is no verdict." in html
        assert "check" in html
        assert "home" not in html
        assert "hl-headline" not in html
        assert "hl-track" not in html
        assert "Margin" not in html
        assert "nan" not in html.lower().replace("(nan or", "").replace("nan or infinity", "")
