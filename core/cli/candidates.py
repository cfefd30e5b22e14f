"""`candidates`: what the catalogue offers."""

from __future__ import annotations

from core.cli.options import Json
from core.cli.output import complain, print_json, print_table, say
from core.in_process import InProcessServices
from core.results import Availability, CandidateSummary


def candidates(json: Json = False) -> None:
    """List the candidates and their adapters."""
    engine = InProcessServices().engine
    result = engine.candidates()
    for problem in engine.problems():
        complain(problem)
    if json:
        print_json(result)
        return
    columns = ("id", "role", "parameters (base)", "mask", "weights", "adapters")
    print_table(columns, [_row(candidate) for candidate in result])
    for candidate in result:
        _tell_problems(candidate)


def _tell_problems(candidate: CandidateSummary) -> None:
    """Why the base, or an adapter on it, would be refused."""
    named = {candidate.id: candidate.problem}
    named |= {f"{candidate.id} + {a.id}": a.problem for a in candidate.adapters if a.problem != candidate.problem}
    for name, problem in named.items():
        if problem is not None:
            say(f"{name} does not fit: {problem.problem} Fix: {problem.command_fix or problem.fix}")


def _row(candidate: CandidateSummary) -> tuple[str, ...]:
    parameters = "–" if candidate.parameters is None else f"{candidate.parameters:,}"
    adapters = ", ".join(
        a.id if a.state is Availability.READY else f"{a.id} ({a.state.value})" for a in candidate.adapters
    )
    return candidate.id, candidate.role, parameters, candidate.mask, candidate.availability.value, adapters or "–"
