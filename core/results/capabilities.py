"""What a loaded pair can be asked for, and why not where it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.results.problem import Problem


class Capability(StrEnum):
    """What may be asked of a loaded pair, by the names of the features."""

    VERDICT = "verdict"
    POOLING = "pooling"
    CONTRIBUTIONS = "contributions"
    DEPTH = "depth"
    ADAPTER_EFFECT = "adapter_effect"
    ATTENTION_MASK = "attention_mask"
    ATTENTION = "attention"
    ATTRIBUTIONS = "attributions"
    TWO_TEXTS = "two_texts"
    MINIMAL_FLIP = "minimal_flip"
    ADAPTER_UPDATE = "adapter_update"
    HEAD_GEOMETRY = "head_geometry"
    DRY_RUN = "dry_run"


@dataclass(frozen=True)
class Capabilities:
    """What one loaded pair can.

    Attributes:
        problems: of each capability that it lacks, why, and what to do about it.
    """

    problems: Mapping[Capability, Problem]

    def can(self, capability: Capability) -> bool:
        """Whether it can be asked for this."""
        return capability not in self.problems

    def why_not(self, capability: Capability) -> str:
        """The reason in words; "" where it can."""
        problem = self.problems.get(capability)
        return problem.problem if problem else ""
