"""What a loaded pair can be asked for: what the views themselves require, tried before anybody opens one.

The table names the function with which a view finds or refuses what it needs, so that both say the same. None reads
more than a few tokens, and each stops where it knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter

from core.errors import AppError, CheckpointError
from core.explain.adapter_effect.lora_modules import lora_parts
from core.explain.attention import require_maps
from core.explain.attention_mask import trained_mask
from core.explain.attributions.embedding_function import require_embeddings
from core.explain.head_geometry import class_vectors
from core.explain.minimal_flip import require_verdict
from core.explain.probe import Probe
from core.results import Capabilities, Capability, Problem

#: What each view cannot do without; of the capabilities that are not here every pair has all.
REQUIRES: Mapping[Capability, Callable[[Probe], object]] = {
    Capability.DEPTH: attrgetter("final_norm"),
    Capability.ADAPTER_EFFECT: lora_parts,
    Capability.ATTENTION_MASK: trained_mask,
    Capability.ATTENTION: require_maps,
    Capability.ATTRIBUTIONS: require_embeddings,
    Capability.MINIMAL_FLIP: require_verdict,
    Capability.ADAPTER_UPDATE: lora_parts,
    Capability.HEAD_GEOMETRY: class_vectors,
}


def capabilities(probe: Probe) -> Capabilities:
    """What the pair behind a probe can; nothing is raised."""
    problems = {capability: problem_of(probe, capability) for capability in REQUIRES}
    return Capabilities({capability: problem for capability, problem in problems.items() if problem is not None})


def require(probe: Probe, capability: Capability) -> None:
    """What a view begins with, so that it refuses in the same words.

    Raises:
        AppError: why the pair cannot.
    """
    problem = problem_of(probe, capability)
    if problem is not None:
        problem.raise_()


def problem_of(probe: Probe, capability: Capability) -> Problem | None:
    """Why a view would refuse; None where it would not. Tried once for each probe."""
    if capability in REQUIRES and capability not in probe.problems:
        probe.problems[capability] = _tried(probe, REQUIRES[capability])
    return probe.problems.get(capability)


def _tried(probe: Probe, required: Callable[[Probe], object]) -> Problem | None:
    try:
        required(probe)
    except AppError as error:
        return Problem.of(error)
    except Exception as error:  # an architecture unlike those that were tried may raise anything in its own code
        seen = Problem.of(error).problem
        return Problem(
            f"{type(probe.backbone).__name__} cannot be looked into here: {seen}",
            fix="choose a candidate of another architecture; the other views answer for this one.",
            kind=CheckpointError.__name__,
        )
    return None
