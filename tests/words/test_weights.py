"""Weight statistics in words."""

from __future__ import annotations

from dataclasses import fields, replace

from core.results import Outlier, WeightReport, WeightStats
from core.words import weights
from tests.fakes.weights import statistics


def test_what_was_read_and_what_stands_out() -> None:
    seen = Outlier("w", "3 of 4 values are NaN", "any NaN")
    reports = [WeightReport("a", (), outliers, 2_380_000, 0.125) for outliers in ((), (seen,), (seen, seen))]
    intact = "The files are intact: read to the end, and no value is NaN or infinite."
    assert [weights.read(report).split(": ", 1)[1] for report in reports] == [
        f"nothing stands out. {intact}",
        f"one thing stands out. {intact}",
        f"2 things stand out. {intact}",
    ]
    assert weights.cost(reports[0]) == "2.27 MiB read in 125 ms, without loading the model."


def test_values_that_are_not_finite_are_said_and_nothing_is_intact() -> None:
    report = statistics("a")
    tensors = list(report.tensors)
    tensors[0] = replace(tensors[0], nan=1)
    assert weights.read(replace(report, tensors=tuple(tensors))).endswith(
        "1 of the tensors holds values that are not finite."
    )
    tensors[1] = replace(tensors[1], inf=2)
    said = weights.read(replace(report, tensors=tuple(tensors)))
    assert said.endswith("2 of the tensors hold values that are not finite.")
    assert "intact" not in said


def test_every_title_is_of_a_statistic() -> None:
    known = {field.name for field in fields(WeightStats)} | set(dir(WeightStats))
    assert set(weights.STATISTICS) <= known
