"""What a loaded pair can be asked for: what the views themselves require, tried before anybody opens one.

The table names the function with which a view finds or refuses what it needs, so that both say the same. None reads
more than three tokens, and each stops where it knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter

from core.errors import AppError
from core.explain.adapter_effect.lora_modules import lora_parts
from core.explain.attention import require_maps
from core.explain.attention_mask import trained_mask
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
    Capability.MINIMAL_FLIP: require_verdict,
    Capability.ADAPTER_UPDATE: lora_parts,
    Capability.HEAD_GEOMETRY: class_vectors,
}


def capabilities(probe: Probe) -> Capabilities:
    """What the pair behind a probe can; nothing is raised."""
    problems = {capability: _problem(probe, require) for capability, require in REQUIRES.items()}
    return Capabilities({capability: problem for capability, problem in problems.items() if problem is not None})


def _problem(probe: Probe, require: Callable[[Probe], object]) -> Problem | None:
    """Why a view would refuse; None where it would not."""
    try:
        require(probe)
    except AppError as error:
        return Problem.of(error)
    except Exception as error:  # an architecture unlike those that were tried may raise anything in its own code
        seen = Problem.of(error).problem
        return Problem(
            f"{type(probe.backbone).__name__} cannot be looked into here: {seen}",
            fix="choose a candidate of another architecture; the other views answer for this one.",
        )
    return None
