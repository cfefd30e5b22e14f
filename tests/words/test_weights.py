"""Weight statistics in words."""

from __future__ import annotations

from dataclasses import fields

from core.results import Outlier, WeightReport, WeightStats
from core.words import weights


def test_what_was_read_and_what_stands_out() -> None:
    seen = Outlier("w", "3 of 4 values are NaN", "any NaN")
    reports = [WeightReport("a", (), outliers, 2_380_000, 0.125) for outliers in ((), (seen,), (seen, seen))]
    assert [weights.read(report).split(": ")[1] for report in reports] == [
        "nothing stands out.",
        "one thing stands out.",
        "2 things stand out.",
    ]
    assert weights.cost(reports[0]) == "2.27 MiB read in 125 ms, without loading the model."


def test_every_title_is_of_a_statistic() -> None:
    known = {field.name for field in fields(WeightStats)} | set(dir(WeightStats))
    assert set(weights.STATISTICS) <= known
