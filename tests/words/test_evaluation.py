"""The measures of an evaluation have names for people."""

from __future__ import annotations

from core.training.config import METRICS
from core.words.evaluation import MEASURES


def test_every_measure_has_a_name() -> None:
    assert {metric for metrics in METRICS.values() for metric in metrics} <= set(MEASURES)
