"""What candidates are called in a list."""

from __future__ import annotations

from collections.abc import Sequence

from core.results import CandidateSummary


def titles(candidates: Sequence[CandidateSummary]) -> dict[str, str]:
    """By id. A title that several have is followed by the id: a browser sends back the name of what was chosen."""
    named = [candidate.title or candidate.id for candidate in candidates]
    return {
        c.id: name if named.count(name) == 1 else f"{name} ({c.id})" for c, name in zip(candidates, named, strict=True)
    }
