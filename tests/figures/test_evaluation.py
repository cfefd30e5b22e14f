"""The bar of outcomes: widths are counts, and every outcome is told."""

from __future__ import annotations

import re

from core.figures.evaluation import outcomes
from core.results.dataset_evaluation import Outcomes


def test_widths_are_counts_and_what_is_none_has_no_part() -> None:
    html = outcomes(Outcomes(right_kept=3, right_rejected=0, wrong_rejected=1, wrong_kept=4))
    bar, told = html.split("<ul>")
    assert re.findall(r"hl-outcome-(\w+)\" style=\"flex-grow: (\d+)\"", bar) == [
        ("right_kept", "3"),
        ("wrong_rejected", "1"),
        ("wrong_kept", "4"),
    ]
    assert re.findall(r"<b>(\d)</b> <span>([\d.]+)", told) == [
        ("3", "37.5"),
        ("0", "0.0"),
        ("1", "12.5"),
        ("4", "50.0"),
    ]


def test_nothing_measured_is_no_division() -> None:
    assert "<b>0</b>" in outcomes(Outcomes(0, 0, 0, 0))
