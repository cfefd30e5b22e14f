"""A dry run in words."""

from __future__ import annotations

from dataclasses import replace

from core.results import DryRun, Stage, StageStatus, TextTokens, TracedTensor
from core.words import dry_run

PASSED, FAILED, LEFT_OUT, NONE = (
    Stage(name, status, "seen", "about")
    for name, status in (
        ("Shapes", StageStatus.PASSED),
        ("Finite", StageStatus.FAILED),
        ("Gradient", StageStatus.LEFT_OUT),
        ("Weights", StageStatus.NOT_APPLICABLE),
    )
)
TENSOR = TracedTensor("Logits", "(B, K)", (2, 3), (2, 3), "float32", "float32", 5, 1.0)


def test_the_verdict_counts_what_applies() -> None:
    assert dry_run.verdict(DryRun((PASSED, NONE))) == "The 1 stage passed."
    assert dry_run.verdict(DryRun((PASSED, LEFT_OUT))) == "1 of 2 stages passed. Left out: Gradient."
    assert dry_run.verdict(DryRun((PASSED, FAILED))) == "1 of 2 stages failed: Finite."
    assert dry_run.verdict(DryRun((FAILED, LEFT_OUT, NONE))) == "1 of 2 stages failed: Finite. 1 left out."


def test_warnings_stand_in_the_verdict() -> None:
    warned = replace(PASSED, warnings=("Nobody knows the base.",))
    twice = replace(PASSED, warnings=("Nobody knows the base.", "Nor the labels."))
    assert dry_run.verdict(DryRun((warned, PASSED))) == (
        "No stage failed: 1 passed without a warning, 1 with 1 warning: Nobody knows the base."
    )
    assert dry_run.verdict(DryRun((twice, FAILED))) == (
        "1 of 2 stages failed: Finite. 2 warnings: Nobody knows the base. Nor the labels."
    )
    assert dry_run.verdict(DryRun((warned, LEFT_OUT))).endswith("Left out: Gradient. 1 warning: Nobody knows the base.")
    assert [dry_run.outcome(s) for s in (PASSED, warned, twice)] == [
        "passed",
        "passed, 1 warning",
        "passed, 2 warnings",
    ]


def test_on_what_it_ran() -> None:
    texts = (TextTokens("a", 4, 4), TextTokens("b", 2000, 512))
    assert dry_run.cost(DryRun((), texts, seconds=0.5)) == "2 texts of 4 and 512 of 2,000 tokens, in 500 ms."
    assert dry_run.cost(DryRun((), texts[:1], seconds=2.0)) == "1 text of 4 tokens, in 2.00 s."


def test_what_the_axes_are() -> None:
    states = TracedTensor("States", "(B, T, D)", (2, 5, 8), (2, 5, 8), "float32", "float32", 80, 1.0)
    assert dry_run.axes(DryRun((), traced=(states, TENSOR))) == (
        "Shapes: B 2 (texts); T 5 (tokens, the longest text's); D 8 (hidden size); K 3 (classes or values)."
    )
    assert dry_run.axes(DryRun((), traced=(states,))).endswith("D 8 (hidden size)."), "a pass that stopped there"
    assert dry_run.finite(TENSOR) == "5 of 6"
