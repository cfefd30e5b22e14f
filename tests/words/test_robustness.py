"""Harmless changes in words: which does most, and that a mended answer is called one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.results.dataset_evaluation import NO_CLASS
from core.results.robustness import Perturbation, Replacement, RobustnessReport, RobustnessTest
from core.words import robustness as words


def made(perturbation: Perturbation, kinds: tuple[int, int, int, int], count: int = 346) -> RobustnessTest:
    changed = np.arange(count) < sum(kinds)
    zeros = np.zeros(count, np.float32)
    numbers = zeros.astype(np.int32)
    old = Replacement("card", "account") if perturbation == Perturbation.REPLACEMENT else None
    places, texts = np.arange(count), ("a",) * count
    return RobustnessTest(perturbation, old, 0.042, 0.095, *kinds, 0.031, places, texts, numbers, zeros, zeros, changed)


SWAP = made(Perturbation.SWAP, (15, 3, 4, 0))
LOWER, SPACES = (made(perturbation, (0, 0, 0, 0)) for perturbation in (Perturbation.LOWER, Perturbation.SPACES))
FEW = made(Perturbation.CONTRACTED, (0, 0, 0, 0), 3)


def report(*tests: RobustnessTest) -> RobustnessReport:
    return RobustnessReport(tests, 346, 346, 3100)


def test_the_sentence() -> None:
    assert words.lead(report(SWAP, LOWER, SPACES, FEW)) == (
        "A typo (two letters swapped) changes the answer of 6.4\u00a0% of 346 texts (95\u00a0% interval 4.2 to "
        "9.5\u00a0%): the harmless change that does most. Of these, 15 were right and are wrong now, 3 were wrong and "
        "are right now, and 4 were wrong and still are. Lower case and doubling the spaces change none."
    )
    assert words.lead(report(SWAP, LOWER)).endswith("Lower case changes none.")
    assert words.lead(report(LOWER)) == "No harmless change changes an answer (3,100 changed texts)."
    assert words.lead(report()) == "None of the changes applies to any text."


def test_how_many_texts_were_drawn() -> None:
    assert words.basis(report()).startswith("On 346 texts: 3,100 changed texts answered.")
    drawn = replace(report(), of=20_000, looked_at=2000)
    assert words.basis(drawn).startswith("On 2,000 of 20,000 texts, drawn by chance: ")


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ((0, 1, 0, 0), "That one was wrong and is right now."),
        ((1, 0, 0, 1), "Of these, 1 was right and is wrong now, and 1 has no label."),
        ((0, 0, 0, 0), ""),
    ],
)
def test_what_the_changed_answers_are(kinds: tuple[int, int, int, int], said: str) -> None:
    assert words.became(made(Perturbation.UPPER, kinds)) == said


def test_a_replacement_of_ones_own() -> None:
    own = made(Perturbation.REPLACEMENT, (0, 0, 0, 0), 20)
    assert words.name(own) == "'card' replaced by 'account'"
    assert words.own(own).startswith("'card' replaced by 'account' changes the answer of 0.0\u00a0% of 20 texts")
    assert words.own(made(Perturbation.REPLACEMENT, (0, 0, 0, 0), 0)) == "No text has 'card' as a whole word."


def test_every_change_has_a_name() -> None:
    for perturbation in Perturbation:
        test = made(perturbation, (1, 0, 0, 0), 20)
        assert words.name(test)
        assert words.subject(test)
        assert words.heading(test) == f"{words.name(test)}: 1 answer of 20 changes"
    assert words.heading(LOWER) == "Lower case: no answer changes on 346 texts"
    assert words.row(SWAP)["Answers change"] == 22


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        ((1, 1, 2), "right to wrong"),
        ((2, 1, 2), "wrong to right"),
        ((0, 1, 2), "wrong to wrong"),
        ((NO_CLASS, 1, 2), "no label"),
        ((NO_CLASS, 1, 1), "same answer"),
        ((1, 1, NO_CLASS), "right to wrong"),
    ],
)
def test_one_answer(classes: tuple[int, int, int], said: str) -> None:
    assert words.kind(*classes) == said
