"""`check`: is a candidate set up right?"""

from __future__ import annotations

import typer

from core.cli.options import Adapter, Candidate, Json, Quantised, UseChatTemplate, select
from core.cli.output import print_json, print_table
from core.cli.progress import follow, loaded
from core.in_process import InProcessServices
from core.results import CheckStatus, DryRun, Stage, StageStatus
from core.words.dry_run import finite, outcome, verdict
from core.words.numbers import significant

NOT_PASSED = 1
_WORDS = {
    StageStatus.PASSED: "yes",
    StageStatus.FAILED: "NO",
    StageStatus.NOT_APPLICABLE: "–",
    StageStatus.LEFT_OUT: "left out",
}


def check(
    candidate: Candidate,
    adapter: Adapter = None,
    quantisation: Quantised = None,
    chat_template: UseChatTemplate = None,
    json: Json = False,
) -> None:
    """Dry run, adapter health and padding invariance; exit code 1 when a stage does not pass."""
    services = InProcessServices()
    selection = select(services.engine, candidate, adapter, chat_template, quantisation)
    model = loaded(services.engine, selection)
    from core.dry_run.records import document

    run, health = follow(services.dry_runs.run(selection)), model.health
    if json:
        print_json(document(model, run, health))
    else:
        _tell(run, f"{selection}: dry run. {verdict(run)}")
        rows = [(c.name, c.status.value, f"{c.message} {c.command_fix or c.fix}".strip()) for c in health.checks]
        print_table(("check", "status", "seen"), rows, title="Health")
    if not (run.passed and health.worst is not CheckStatus.REFUSED):
        raise typer.Exit(NOT_PASSED)


def _tell(run: DryRun, title: str) -> None:
    """The stages, and the tensors of one pass."""
    print_table(("stage", "passed", "seen"), [(s.name, _ended(s), _seen(s)) for s in run.stages], title=title)
    rows = [(t.name, f"{t.axes} = {t.shape}", t.dtype, finite(t), significant(t.largest)) for t in run.traced]
    if rows:
        print_table(("tensor", "shape", "type", "finite", "largest"), rows, title="One pass through the model")


def _ended(stage: Stage) -> str:
    return outcome(stage).replace(str(stage.status), _WORDS[stage.status])


def _seen(stage: Stage) -> str:
    return f"{stage.detail}. Fix: {stage.fix}" if stage.fix else stage.detail
