"""All stages of a dry run in their order; what an earlier one makes meaningless is left out, and says so."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from core.dry_run import forward, gradient, invariance, memory, round_trip
from core.dry_run.stage import StageKind
from core.dry_run.subject import Subject
from core.dry_run.tracing import LOGITS, Trace, trace
from core.errors import AppError
from core.results import CheckStatus, DryRun, HealthReport, Stage, TextTokens
from core.tasks.progress import Progress, ignore_progress, within

HEALTH = StageKind("Health", "What was found when the candidate was loaded: does it do what it was trained to do?")
_RAISED = (RuntimeError, ValueError, IndexError)


def run(subject: Subject, on_progress: Progress = ignore_progress) -> DryRun:
    """Every stage, each with its number. A stage in which the model raises an error fails with its words."""
    start = time.perf_counter()
    on_progress(0.0, "tokenizer")
    stages = [memory.memory(subject), forward.tokenizer(subject)]
    passed = Trace(0)
    why = "" if stages[1].passed else "the model cannot be given these token ids"
    if not why:
        on_progress(0.05, "one pass through the model")
        passed = trace(subject)
        stages += forward.passed_through(passed)
        why = _why(stages, passed)
    later = _later(subject, stages)
    for i, (kind, work) in enumerate(later):
        part = within(on_progress, 0.2 + 0.8 * i / len(later), 0.2 + 0.8 * (i + 1) / len(later))
        part(0.0, kind.name)
        stages.append(kind.left_out(why) if why else _guarded(kind, partial(work, part)))
    stages.append(health(subject.pair.info.health))
    texts = tuple(
        TextTokens(text.text, text.total, len(row)) for text, row in zip(subject.encoded, subject.rows, strict=True)
    )
    return DryRun(tuple(stages), texts, tuple(passed.tensors), time.perf_counter() - start)


def health(report: HealthReport) -> Stage:
    """The worst of what loading found; only a refusal fails; warnings and notes are named."""
    of = {status: [c for c in report.checks if c.status is status] for status in CheckStatus}
    refused = of[CheckStatus.REFUSED]
    checks = "1 check" if len(report.checks) == 1 else f"{len(report.checks)} checks"
    passed = f"{len(of[CheckStatus.PASSED])} passed, " if of[CheckStatus.PASSED] else ""
    detail = f"{checks}: {passed}{len(refused) or 'none'} refused it"
    for status in (CheckStatus.NOTE, CheckStatus.WARNING, CheckStatus.REFUSED):
        if of[status]:
            detail += f"; {status.value}: {', '.join(c.name for c in of[status])}"
    fix = refused[0].fix if refused else ""
    stage = HEALTH.judged(not refused, detail, fix, len(refused), 0, "checks that refuse it")
    return replace(stage, warnings=tuple(c.message for c in of[CheckStatus.WARNING]))


def _later(subject: Subject, stages: list[Stage]) -> list[tuple[StageKind, Callable[[Progress], Stage]]]:
    """The stages that need sound logits, and say how far they are where they take long."""

    def batch(_on_progress: Progress) -> Stage:
        return invariance.batch(subject, padding_is_right=_ended_well(stages, invariance.PADDING))

    return [
        (invariance.REPEATABLE, lambda _on_progress: invariance.repeatability(subject)),
        (invariance.PADDING, lambda _on_progress: invariance.padding(subject)),
        (invariance.BATCH, batch),
        (gradient.LOSS, lambda _on_progress: gradient.loss(subject)),
        (gradient.GRADIENT, partial(gradient.gradient, subject)),
        (round_trip.SAVED, partial(round_trip.save_and_load, subject)),
    ]


def _ended_well(stages: list[Stage], kind: StageKind) -> bool:
    return next(s.passed for s in stages if s.name == kind.name)


def _why(stages: list[Stage], passed: Trace) -> str:
    """Why what follows would mean nothing; empty where it means something."""
    if passed.error:
        return "the forward pass stops with an error"
    logits = passed.named(LOGITS)
    if logits is None or logits.shape != logits.expected:
        return "the logits have another shape"
    return "" if _ended_well(stages, forward.FINITE) else "not every value of the pass is finite"


def _guarded(kind: StageKind, work: Callable[[], Stage]) -> Stage:
    try:
        return work()
    except AppError as error:
        return kind.judged(False, error.problem, error.fix)
    except _RAISED as error:
        words = f"the model raised {type(error).__name__}: {' '.join(str(error).split())[:200]}"
        return kind.judged(False, words, "correct the model's code at this stage.")
