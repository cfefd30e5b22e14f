"""Three states of sureness: by probabilities, and by how finely a text was cut."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.results import Token
from core.results.sureness import Sureness, SurenessThresholds
from tests.words.made import finely_cut, prediction

SHARES = st.lists(st.floats(0.001, 1), min_size=2, max_size=80).map(lambda v: [p / sum(v) for p in v])


@pytest.mark.parametrize(
    ("probabilities", "state"),
    [
        ((0.8, 0.1, 0.1), Sureness.SURE),
        ((0.1, 0.1, 0.8), Sureness.SURE),
        ((0.5, 0.45, 0.05), Sureness.BETWEEN_TWO),
        ((0.79, 0.1, 0.11), Sureness.BETWEEN_TWO),
        ((0.5, 0.3, 0.2), Sureness.NOT_SURE),
    ],
)
def test_the_state_of_probabilities(probabilities: tuple[float, ...], state: Sureness) -> None:
    assert SurenessThresholds().state(probabilities) is state


@given(SHARES, st.booleans())
def test_a_finely_cut_text_is_never_sure_and_the_order_of_classes_is_no_matter(shares: list[float], cut: bool) -> None:
    state = SurenessThresholds().state(shares, finely_cut=cut)
    assert SurenessThresholds().state(sorted(shares), finely_cut=cut) is state
    if cut:
        assert state is Sureness.NOT_SURE
    if state is Sureness.SURE:
        assert max(shares) >= SurenessThresholds().sure


@given(SHARES, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_makes_no_verdict_surer(shares: list[float], low: float, high: float) -> None:
    low, high = sorted((low, high))
    surer = SurenessThresholds(sure=low, two=0.9).state(shares)
    if SurenessThresholds(sure=high, two=0.9).state(shares) is Sureness.SURE:
        assert surer is Sureness.SURE


def test_bytes_a_token_count_what_was_read_of_the_text() -> None:
    assert prediction().bytes_per_token == 7 / 2
    arabic = replace(prediction(), text="بط", kept_characters=2, tokens=(Token("ب", 0, 1), Token("ط", 1, 2)))
    assert arabic.bytes_per_token == 4 / 2
    marks = (Token("<s>", 0, 0, "special"), *prediction().tokens)
    assert replace(prediction(), tokens=marks).bytes_per_token == 7 / 2
    assert prediction("my card and more", total=4).bytes_per_token == 7 / 2
    assert replace(prediction(), tokens=()).bytes_per_token == math.inf


@pytest.mark.parametrize(
    ("text", "pieces", "unlike"),
    [
        ("ATM", ["ATM"], False),
        ("a", ["a"], False),
        ("Card arrival", ["Card", " arr", "iv", "al"], False),
        ("I am at an ATM in a pub", ["I", " am", " at", " an", " ATM", " in", " a", " pub"], False),
        ("qwe", ["q", "w", "e"], False),
        ("asdkjh qwe", ["as", "d", "k", "j", "h", " ", "q", "we"], True),
        ("x = [i for i in y]", ["x", " ", "=", " ", "[", "i", " for", " i", " in", " y", "]"], True),
        ("你好吗在", ["你", "好", "吗", "在"], False),
        ("你好吗在哪", ["你", "好", "吗", "在", "哪"], True),
        ("", [], False),
    ],
)
def test_whole_words_and_few_tokens_are_no_fine_cut(text: str, pieces: list[str], unlike: bool) -> None:
    tokens, start = [Token("<s>", 0, 0, "special")], 0
    for piece in pieces:
        tokens.append(Token(piece, start, start + len(piece)))
        start += len(piece)
    limits = SurenessThresholds(bytes_per_token=3.22)
    made = replace(prediction(), text=text, kept_characters=start, tokens=tuple(tokens), thresholds=limits)
    assert start == len(text)
    assert (made.unlike, made.sureness) == (unlike, Sureness.NOT_SURE if unlike else Sureness.SURE)


def test_a_prediction_is_unlike_what_was_learnt_only_by_its_tokens() -> None:
    fine = finely_cut(SurenessThresholds(bytes_per_token=5.0, calibrated_on="some texts"))
    assert (fine.sureness, fine.unlike) == (Sureness.NOT_SURE, True)
    vague = prediction(probabilities=(0.4, 0.3, 0.3))
    assert (vague.sureness, vague.unlike) == (Sureness.NOT_SURE, False)


def test_what_has_no_sureness() -> None:
    assert prediction().sureness is Sureness.SURE
    for changes in (
        {"problem_type": "regression"},
        {"problem_type": "multi_label_classification"},
        {"untrained_head": True},
        {"logits": (math.nan, 1.0)},
        {"labels": ("only",), "logits": (1.0,), "probabilities": (1.0,)},
    ):
        changed = replace(prediction(), **changes)
        assert (changed.sureness, changed.unlike) == (None, False)
