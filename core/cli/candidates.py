"""`candidates`: what the catalogue offers."""

from __future__ import annotations

from core.cli.options import Json
from core.cli.output import complain, print_json, print_table
from core.in_process import InProcessServices
from core.results import CandidateSummary


def candidates(json: Json = False) -> None:
    """List the candidates and their adapters."""
    engine = InProcessServices().engine
    result = engine.candidates()
    for problem in engine.problems():
        complain(problem)
    if json:
        print_json(result)
        return
    columns = ("id", "role", "parameters", "mask", "weights", "adapters")
    print_table(columns, [_row(candidate) for candidate in result])


def _row(candidate: CandidateSummary) -> tuple[str, ...]:
    parameters = "–" if candidate.parameters is None else f"{candidate.parameters:,}"
    adapters = ", ".join(a.id if a.available else f"{a.id} (missing)" for a in candidate.adapters)
    return candidate.id, candidate.role, parameters, candidate.mask, candidate.availability.value, adapters or "–"
