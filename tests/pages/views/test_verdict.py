"""The verdict as HTML: one class, a cut, and what is escaped."""

from __future__ import annotations

from dataclasses import replace

from core.results import NOT_FINITE, Selection
from core.results.example import Example
from core.results.sureness import SurenessThresholds
from pages.views.verdict import Answer, explanation, verdict
from tests.words.made import finely_cut, prediction


def drawn(**changes: object) -> str:
    answer = replace(prediction(), **changes)  # type: ignore[arg-type]
    return verdict(Answer(Selection("demo"), answer, 0.25, "Demo <one>"))


def test_a_single_label_has_margin_and_entropy() -> None:
    html = drawn()
    assert "<summary><bdi>Margin</bdi></summary>" in html
    assert "<summary><bdi>Entropy</bdi></summary>" in html
    assert explanation(prediction())


def test_who_answers_and_how_sure_stand_above_the_class() -> None:
    html = drawn()
    assert "Answer by <strong><bdi>Demo &lt;one&gt;</bdi></strong>" in html
    assert html.index("hl-by") < html.index("Sure</bdi>") < html.index("hl-probability")
    earlier = verdict(Answer(Selection("demo"), prediction(), 0.25, "Demo"), earlier=True)
    assert "Earlier answer, by" in earlier
    assert "hl-unasked" not in earlier


def test_between_two_both_are_named_and_neither_has_the_large_number() -> None:
    html = drawn(**shares(0.5, 0.45, 0.05))
    assert "Between two" in html
    assert '<bdi>Card</bdi></span> <small>or</small> <span title="home"><bdi>Home</bdi>' in html
    assert "The first two classes hold 95.0\u00a0% together" in html
    assert "hl-probability" not in html


def test_where_it_is_not_sure_the_closest_classes_stand_in_place_of_a_verdict() -> None:
    html = drawn(**shares(0.4, 0.35, 0.25))
    assert '<h2 class="hl-label">Closest classes</h2>' in html
    assert "Not sure</bdi>" in html
    assert "unlike" not in html
    assert "No class stands out." in html
    limits = SurenessThresholds(bytes_per_token=5.0, calibrated_on="9 texts")
    cut = drawn(**vars(finely_cut(limits)))
    assert "Not sure: this is unlike what it learnt" in cut
    assert "7 characters became 7 tokens of text, 1.00 bytes each; nearly all of 9 texts have 5.00 or more." in cut


def test_the_expected_class_is_named_and_compared() -> None:
    def expected(label: str, *, hard: bool = False) -> str:
        answer = Answer(Selection("demo"), prediction(), 0.25, "Demo")
        return verdict(answer, Example("my card", label, hard))

    card, home = (f'<span title="{label}"><bdi>{label.capitalize()}</bdi></span>' for label in ("card", "home"))
    assert f"Expected: <strong>{card}</strong>, the verdict agrees." in expected("card")
    assert "hl-differs" not in expected("card")
    hard = expected("home", hard=True)
    assert f"A hard example. Expected: <strong>{home}</strong>, the verdict differs." in hard
    assert "Expected" not in expected("")


def shares(*probabilities: float) -> dict[str, object]:
    """What changes with the probabilities of a made prediction."""
    made = prediction(probabilities=probabilities)
    return {name: getattr(made, name) for name in ("labels", "logits", "probabilities")}


def test_several_labels_and_values_have_no_sureness() -> None:
    for problem in ("multi_label_classification", "regression"):
        assert "hl-sureness" not in drawn(problem_type=problem)


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
        assert "home" not in html.lower()
        assert "hl-headline" not in html
        assert "hl-track" not in html
        assert "Margin" not in html
        assert "nan" not in html.lower().replace("(nan or", "").replace("nan or infinity", "")
