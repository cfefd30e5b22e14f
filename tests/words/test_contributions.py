"""What contributions are, whether they add up, and what was deleted, in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.results import AttributionOptions, Attributions, ContributionOptions, Deletions, Faithfulness, Unit
from core.results.contributions import Deletion
from core.words import contributions
from tests.words.made import contributions as made

#: What may not be said of shares.
UNSAID = ("because of", "would fall by", "most important", "exact explanation")


def test_shares_that_add_up() -> None:
    assert contributions.whole(made()) == (
        "Along the path this text took, the shares add up to it exactly: they sum to 3.00000, the logit by the model "
        "is 3.00000, the difference 0."
    )
    assert "within the digits of bfloat16: they sum to 3.00000" in contributions.whole(
        made(dtype="bfloat16", value=3.1)
    )
    assert contributions.title(made(), "word", ("card", "home")) == "What each word added to the logit of 'Card'"
    lead = made(options=ContributionOptions("card", "lead", "home"), quantity="lead")
    assert contributions.named(lead) == "lead of 'card' over 'home'"
    assert contributions.named(lead, ("card", "home")) == "lead of 'Card' over 'Home'"


def test_falls_say_why_and_what_they_are() -> None:
    told = contributions.whole(made(exact=False))
    assert told.startswith("MambaModel does what the path cannot hold. Shown instead is occlusion")
    assert told.endswith("These falls do not add up to it.")
    assert contributions.kind(made(exact=False)) == "occlusion: falls, not shares"
    assert contributions.how(made(exact=False)) == [told]


def test_constants_and_other_classes_are_named() -> None:
    result = made(bias=0.5, others=-2.0)
    assert contributions.parts(result) == [("the model's constants", 0.5), ("the other classes together", -2.0)]
    assert "entropy of the others" in " ".join(contributions.how(result))
    assert contributions.parts(made()) == []


def test_base_and_adapter_apart() -> None:
    assert contributions.apart(made()) == ""
    told = contributions.apart(made(base=np.array([0.5, 1.0])))
    assert "+1.50 pass through the base's weights alone and +1.50 through at least one" in told


def deleted(*scores: float, is_probability: bool = True) -> Deletions:
    units = [Unit(word, 0, 0, (i,)) for i, word in enumerate(("arrived", "card", "new"))]
    rows = tuple(Deletion(i, units[i], 1.0, score, "card") for i, score in enumerate(scores))
    return Deletions(ContributionOptions("card"), 0.934, "card", is_probability, rows)


FROM = "in place of 93.4\u00a0%"


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (deleted(), ""),
        (
            deleted(0.41, 0.8, 0.9),
            f"without 'arrived' the probability is 41.0\u00a0% {FROM}, the largest fall among the three words with the "
            "largest shares.",
        ),
        (deleted(0.41), f"without 'arrived' the probability is 41.0\u00a0% {FROM}, the word with the largest share."),
        (
            deleted(0.95, 0.94),
            "the two words with the largest shares: without any one of them the probability is no lower than the "
            "93.4\u00a0% of the whole text.",
        ),
        (
            deleted(0.5, 0.9, is_probability=False),
            "without 'arrived' the output is 0.500 in place of 0.934, the largest fall among the two words with the "
            "largest shares.",
        ),
    ],
)
def test_the_deletion_that_was_run(result: Deletions, words: str) -> None:
    told = contributions.deleted(result)
    assert told.endswith(words)
    assert told.startswith("Tested by deleting" if words else "")


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (deleted(), ""),
        (
            deleted(0.41, 0.8, 0.9),
            "'arrived', 'card' and 'new' add most: without 'arrived' the probability falls from 93.4\u00a0% to "
            "41.0\u00a0%.",
        ),
        (deleted(0.95), "'arrived' adds most: deleting it does not lower the probability of 93.4\u00a0%."),
        (
            deleted(0.95, 0.94),
            "'arrived' and 'card' add most: deleted one at a time, none of them lowers the probability of 93.4\u00a0%.",
        ),
        (
            deleted(0.95, 0.5, is_probability=False),
            "'arrived' and 'card' add most: without 'card' the output falls from 0.934 to 0.500.",
        ),
    ],
)
def test_the_reason_in_a_sentence(result: Deletions, words: str) -> None:
    assert contributions.reason(result) == words
    assert contributions.reason(result, shares=False) == words.replace("add", "weigh")


def test_another_verdict_is_said() -> None:
    (row,) = deleted(0.41).deletions
    result = replace(deleted(), deletions=(replace(row, label="home"),))
    assert contributions.reason(result).endswith("to 41.0\u00a0%, and 'home' leads.")
    assert contributions.reason(result, ("card", "home")).endswith("to 41.0\u00a0%, and 'Home' leads.")


def test_the_order_beside_chance() -> None:
    own = Faithfulness("contributions", 1.0, np.full(4, 0.4), np.full(4, 0.9))
    chance = Faithfulness("random 1", 1.0, np.full(4, 0.8), np.full(4, 0.5))
    result = Attributions(
        AttributionOptions("card"), (), (), (own,), (chance, chance), "probability", True, "float32", False, 1.0
    )
    told = contributions.faithful(result)
    assert "the probability falls by 60.0 points on average; in random order by 20.0 ± 0" in told
    assert told.endswith("With these words alone it falls by 10.0 points; with random ones by 50.0.")


def test_nothing_is_said_that_shares_do_not_say() -> None:
    results = (made(), made(exact=False), made(others=-1.0))
    said = " ".join(part for result in results for part in (contributions.whole(result), *contributions.how(result)))
    assert not [phrase for phrase in UNSAID if phrase in said.lower()]
    assert contributions.NO_EFFECT in said


def test_a_word_that_stands_twice_is_told_by_its_number() -> None:
    twice = Deletion(4, Unit("card", 0, 4, (4,)), 1.0, 0.41, "card", number=4)
    result = Deletions(ContributionOptions("card"), 0.934, "card", True, (twice,))
    assert contributions.reason(result).startswith(
        "'card' (word 4) adds most: without 'card' (word 4) the probability falls "
    )
    assert "without 'card' (word 4) the probability is" in contributions.deleted(result)
