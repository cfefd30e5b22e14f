"""`check`: is a candidate set up right?"""

from __future__ import annotations

import typer

from core.cli.output import print_json, print_table
from core.cli.selecting import Adapter, Candidate, Json, select
from core.inference.engine import Engine
from core.results import CheckStatus, DryRun, HealthReport, LoadedModel

NOT_PASSED = 1


def check(candidate: Candidate, adapter: Adapter = None, json: Json = False) -> None:
    """Dry run, adapter health and padding invariance; exit code 1 when a stage does not pass."""
    engine = Engine()
    selection = select(engine, candidate, adapter)
    model = engine.load(selection)
    from core.inspection import dry_run

    run, health = dry_run.check(engine, selection)
    if json:
        print_json(_document(model, run, health))
    else:
        print_table(
            ("stage", "passed", "seen"),
            [(s.name, "yes" if s.passed else "NO", s.detail) for s in run.stages],
            title=f"{selection}: dry run",
        )
        rows = [(c.name, c.status.value, f"{c.message} {c.fix}".strip()) for c in health.checks]
        print_table(("check", "status", "seen"), rows, title="Health")
    if not (run.passed and health.worst is not CheckStatus.REFUSED):
        raise typer.Exit(NOT_PASSED)


def _document(model: LoadedModel, run: DryRun, health: HealthReport) -> dict[str, object]:
    return {
        "candidate": model.selection.candidate,
        "adapter": model.selection.adapter,
        "passed": run.passed and health.worst is not CheckStatus.REFUSED,
        "stages": list(run.stages),
        "health": list(health.checks),
        "device": model.device,
        "dtype": model.dtype,
        "parameters": model.parameters,
        "bytes": model.bytes,
        "labels": list(model.labels),
        "problem_type": model.problem_type,
        "pooler": model.pooler,
        "head": model.head,
        "mask": model.mask,
        "max_tokens": model.max_tokens,
    }
