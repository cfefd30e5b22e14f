"""Corrections in words: marks, lists, and what a refitted head promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.results.corrections import Action, Correction, HeadRefit, ImportedCorrections
from core.results.figure import Figure
from core.words import corrections as words

CLASSES = ("card_arrival", "b")
REFIT = HeadRefit(
    relabelled=3,
    removed=1,
    measured=100,
    model_before=Figure(0.5),
    model_after=Figure(0.6),
    before={"accuracy": Figure(0.5, 0.4, 0.6), "macro_f1": Figure(0.4)},
    after={"accuracy": Figure(0.55, 0.45, 0.65), "macro_f1": Figure(0.5)},
    difference=Figure(0.05, 0.01, 0.09),
    p=0.0312,
    elsewhere=Figure(0.01, -0.02, 0.04),
    gained_places=np.arange(6),
    lost_places=np.arange(1),
)


def plain(said: str) -> str:
    """With spaces that may break."""
    return said.replace("\u00a0", " ")


def test_every_action_is_told() -> None:
    assert set(words.ACTIONS) == set(Action)


def test_what_is_marked() -> None:
    marks = [Correction(1, Action.RELABEL, "card_arrival"), Correction(2, Action.REMOVE), Correction(3, Action.REMOVE)]
    assert words.marked(marks) == "3 rows marked: 1 relabel, 2 remove."
    assert words.marked([]).startswith("No row is marked yet")
    assert [words.mark(c, CLASSES) for c in marks[:2]] == ["relabel: Card arrival", "remove"]


def test_what_became_of_a_list() -> None:
    assert words.imported(ImportedCorrections(1, 0)) == "1 mark taken."
    assert words.imported(ImportedCorrections(2, 3)) == (
        "2 marks taken. 3 marks left out: no row of this dataset has such a text."
    )


def test_the_refit_says_whether_it_may_be_chance() -> None:
    assert plain(words.refitted(REFIT)) == (
        "Of two new heads, each learnt from four fifths of this file alone, the one with the corrected labels is "
        "right on 55.0 % of 100 rows, the other on "
        "50.0 %: +5.0 points (95 % interval +1.0 to +9.0; 6 gained, 1 lost, p 0.031). More than chance gives."
    )
    assert words.refitted(replace(REFIT, p=0.2)).endswith("p 0.200). A difference like this may be chance.")
    worse = replace(REFIT, difference=Figure(-0.05, -0.09, -0.01), p=1e-5)
    assert words.refitted(worse).endswith("p < 0.001). It gets worse: look at the marks again.")


def test_the_rows_that_were_not_touched_speak_for_themselves() -> None:
    assert plain(words.untouched(REFIT)) == (
        "3 rows relabelled, 1 left out. The model itself, which learnt nothing anew: right on 50.0 % by the labels as "
        "they are, on 60.0 % by the corrected ones. On the rows whose label is as it was: +1.0 points "
        "(95 % interval -2.0 to +4.0)."
    )
    assert "as it was" not in words.untouched(replace(REFIT, elsewhere=None))


@pytest.mark.parametrize(("place", "cell"), [(0, "50.0 % (40.0 to 60.0 %)"), (1, "40.0 %")])
def test_figures_of_both_heads(place: int, cell: str) -> None:
    assert plain(str(words.figures(REFIT)[place]["Labels as they are"])) == cell
