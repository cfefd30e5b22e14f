"""The health of a loaded pair in a sentence."""

from __future__ import annotations

from core.results import CheckStatus, HealthReport
from core.words.dataset import count


def of(report: HealthReport) -> str:
    """How many checks passed, and whether anything speaks against the files being whole and belonging together."""
    against = sum(check.status in (CheckStatus.WARNING, CheckStatus.REFUSED) for check in report.checks)
    passed = sum(check.status is CheckStatus.PASSED for check in report.checks)
    checks = count(len(report.checks), "check")
    if not against:
        return f"Intact as far as the files tell: {passed:,} of {checks} passed, none speaks against it."
    return f"{passed:,} of {checks} passed; {against:,} {'speaks' if against == 1 else 'speak'} against it, see below."
