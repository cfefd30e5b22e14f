"""What is said of one answer beside training rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.results.training_rows import InfluenceReport, RowInfluence
from core.words import influence as words

CLASSES = ("card_arrival", "top_up")
REPORT = InfluenceReport(
    subject=0,
    own=0,
    probability=0.9,
    log_odds=2.2,
    rows=100,
    classes=2,
    width=8,
    directions=8,
    kept=1.0,
    alone=0,
    supporting=(RowInfluence(3, -0.5, -0.45, 0.85),),
    opposing=(RowInfluence(4, 0.2, 0.21, 0.92), RowInfluence(5, 0.1, 0.1, 0.91)),
)


def test_what_the_head_says_beside_the_model() -> None:
    said = words.influence(REPORT, 0.97, CLASSES).replace("\u00a0", " ")
    assert said == (
        "A linear head, fitted on 100 training rows, gives 'Card arrival' 90.0 % (log-odds +2.20); the model 97.0 %."
    )
    assert "Its own verdict is 'Top up'" in words.influence(replace(REPORT, own=1), 0.97, CLASSES)
    wide = words.influence(replace(REPORT, width=4096, directions=128, kept=0.8), 0.97, CLASSES)
    assert "1 row, the only one of its class, left out." in words.influence(replace(REPORT, alone=1), 0.9, CLASSES)
    assert "128 principal directions of 4,096" in wide


def test_both_numbers_and_their_difference() -> None:
    row = words.influential(REPORT.supporting[0])
    assert row["Without it"] == "less likely"
    assert [row[name] for name in ("Estimate", "Refitted")] == [-0.5, -0.45]
    assert row["Difference"] == pytest.approx(-0.05)
    assert words.influential(REPORT.opposing[0])["Without it"] == "more likely"
    assert words.apart(REPORT) == "Estimate and refit differ by 0.0100 in the median, by 0.0500 at most."
    assert words.apart(replace(REPORT, supporting=(), opposing=())) == "No training row changes this answer."


def test_how_many_neighbours_agree() -> None:
    labels = ["top_up"] * 6 + ["card_arrival"] * 4
    assert words.agreeing(None, "top_up", labels, CLASSES).endswith("labelled 'Top up', as it was answered.")
    assert "4 'Card arrival', as it is labelled" in words.agreeing("card_arrival", "top_up", labels, CLASSES)
