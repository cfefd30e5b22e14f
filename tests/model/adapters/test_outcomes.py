"""How a check ends, and how serious that is."""

from __future__ import annotations

import pytest

from core.model.adapters.outcomes import note, passed, refused, warning
from core.results import Check, CheckStatus, HealthReport


@pytest.mark.parametrize(
    ("check", "status"),
    [
        (passed("Base", "the same"), CheckStatus.PASSED),
        (note("Base", "not named"), CheckStatus.NOTE),
        (warning("Base", "another name", "look"), CheckStatus.WARNING),
        (refused("Base", "other weights", "choose its own"), CheckStatus.REFUSED),
    ],
)
def test_each_has_its_status_and_the_worst_one_counts(check: Check, status: CheckStatus) -> None:
    assert check.status is status
    assert bool(check.fix) == (status in (CheckStatus.WARNING, CheckStatus.REFUSED))
    assert HealthReport((passed("Kind", "LoRA"), check)).worst is status
