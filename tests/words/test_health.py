"""The health of a pair in a sentence: nothing is called intact that a check speaks against."""

from __future__ import annotations

import pytest

from core.results import Check, CheckStatus, HealthReport
from core.words import health


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ("passed passed note", "Intact as far as the files tell: 2 of 3 checks passed, none speaks against it."),
        ("passed warning", "1 of 2 checks passed; 1 speaks against it, see below."),
        ("warning refused passed", "1 of 3 checks passed; 2 speak against it, see below."),
    ],
)
def test_a_sentence(statuses: str, said: str) -> None:
    checks = tuple(Check("x", CheckStatus(status), "y") for status in statuses.split())
    assert health.of(HealthReport(checks)) == said
