"""What a prediction says, in words."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from core.results import Token
from core.results.sureness import SurenessThresholds
from core.words import verdict
from core.words.class_names import is_outside
from core.words.sureness import thresholds
from tests.words.made import finely_cut, prediction


def test_a_probability_or_the_output() -> None:
    assert verdict.stated(0.934, 2.0) == "93.4\u00a0%"
    assert verdict.stated(0.9999, 2.0) == "> 99.9\u00a0%"
    assert verdict.stated(math.nan, 2.0) == "2.00"


def test_how_sure_it_is() -> None:
    assert verdict.margin(prediction()) == "80.0"
    assert verdict.entropy(prediction(probabilities=(0.5, 0.5))) == ("1.00", "of 1.00 bits")


def test_how_sure_it_is_in_words() -> None:
    assert verdict.sureness(prediction()) == "Sure"
    assert verdict.sureness_because(prediction()) == ""
    assert verdict.sureness(prediction(probabilities=(0.5, 0.45, 0.05))) == "Between two"
    assert verdict.sureness(prediction(probabilities=(0.4, 0.3, 0.3))) == "Not sure"
    strange = finely_cut(SurenessThresholds(bytes_per_token=5.0))
    assert verdict.sureness(strange) == "Not sure: this is unlike what it learnt"
    assert verdict.sureness_because(strange) == (
        "The tokenizer cuts it finely: 7 characters became 7 tokens of text, 1.00 bytes each "
        "(below 5.00, the default limit)."
    )
    family = (Token("👪", 0, 1), *(Token("", 1, 1) for _ in range(5)))  # the bytes of one sign
    one = replace(strange, text="👪", tokens=family, kept_characters=1)
    assert "1 character became 6 tokens" in verdict.sureness_because(one)
    assert verdict.sureness(replace(prediction(), untrained_head=True)) == ""
    assert verdict.how_sure(replace(prediction(), untrained_head=True)) == ""
    assert verdict.how_sure(prediction()) == "Sure."
    assert verdict.how_sure(prediction(probabilities=(0.4, 0.3, 0.3))).startswith("Not sure. No class stands out.")
    ahead = verdict.sureness_because(prediction(probabilities=(0.7, 0.15, 0.15)))
    assert ahead.startswith("One class leads with 70.0\u00a0%; from 80.0\u00a0% on it would be sure. ")
    assert verdict.sureness_because(prediction(probabilities=(0.5, 0.45, 0.05))).endswith("none of them stands out.")
    torn = verdict.sureness_because(prediction(probabilities=(0.35, 0.34, *[0.01] * 31)))
    assert torn == (
        "Two classes lead with 35.0\u00a0% and 34.0\u00a0%; from 90.0\u00a0% together on it would be between them. "
        "The text may belong to none of them."
    )
    two = verdict.sureness_because(prediction(probabilities=(0.75, 0.2, 0.05)))
    assert two == (
        "The first two classes hold 95.0\u00a0% together, the first alone 75.0\u00a0%; "
        "from 80.0\u00a0% on it would be sure."
    )


def test_where_the_limits_are_and_where_they_come_from() -> None:
    said = thresholds(SurenessThresholds())
    assert "80.0\u00a0% or more" in said
    assert "cut into 5 tokens or more, 1.5 or more a word, of less than 1.50 bytes each" in said
    assert said.endswith("These limits are defaults, and not measured for this model.")
    tokens = thresholds(SurenessThresholds(bytes_per_token=3.0, calibrated_on="9 texts"))
    assert tokens.endswith("The percentages are defaults; the bytes a token were measured on 9 texts.")
    all_three = thresholds(SurenessThresholds(0.7, 0.8, 3.0, "9 texts"))
    assert all_three.endswith("These limits were measured on 9 texts.")


def test_what_was_read() -> None:
    assert verdict.tokens_read(prediction()) == ("2", "all read")
    long = replace(prediction(total=1234), text="my card" + 2000 * "x")
    assert verdict.tokens_read(long) == ("2", "of 1,234 read")
    assert verdict.cut_off(long) == "The model read only the first 7 of 2,007 characters."
    left = replace(long, kept_from=2000)
    assert verdict.cut_off(left) == "The model read only the last 7 of 2,007 characters."
    template = prediction(total=5)
    assert verdict.cut_off(template) == (
        "The model read the whole text, but only 2 of 5 tokens: the rest is of the chat template."
    )


def test_other_classes() -> None:
    assert [verdict.others(n) for n in (1, 72)] == ["other (1 class)", "other (72 classes)"]


def test_logits_that_are_not_finite_are_counted() -> None:
    sound, broken = prediction(), replace(prediction(), logits=(math.nan, 1.0))
    assert verdict.not_finite([sound]) == verdict.not_finite([]) == ""
    assert verdict.not_finite([broken]) == "Its logits are not finite (NaN or infinite), so there is no verdict."
    assert verdict.not_finite([sound, broken, broken]).startswith("2 of 3 texts have logits that are not finite")
    assert "`check`" in verdict.NOT_FINITE_FIX
    assert "`weights`" in verdict.NOT_FINITE_FIX


def test_a_verdict_beside_what_was_expected() -> None:
    sure, two, unsure = (prediction(probabilities=p) for p in ((0.9, 0.1), (0.5, 0.45, 0.05), (0.4, 0.3, 0.3)))
    assert [verdict.agreement(sure, label) for label in ("card", "home")] == [
        "the verdict agrees",
        "the verdict differs",
    ]
    assert [verdict.agreement(two, label) for label in ("home", "work")] == ["one of the two", "neither of the two"]
    assert verdict.agreement(unsure, "card") == "the closest class"
    assert {verdict.agreement(p, "x") for p in (sure, two, unsure)} == set(verdict.DISAGREEMENTS)


@pytest.mark.parametrize("label", ["out_of_scope", "oos", "None of the above"])
def test_a_class_of_texts_that_belong_nowhere_says_so(label: str) -> None:
    outside = replace(prediction(probabilities=(0.6, 0.2, 0.2)), labels=(label, "b", "c"))
    assert verdict.sureness_because(outside).endswith("It is the class of texts that belong to no other.")
    assert not is_outside("card_arrival")


def test_of_a_cut_text_it_is_sure_of_what_it_read() -> None:
    cut = replace(prediction(), text="x" * 200, total_tokens=99, kept_characters=18)
    assert verdict.sureness(cut) == "Sure, by the 9.0\u00a0% that it read"
