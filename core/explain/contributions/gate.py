"""Whether shares may be shown: the path must leave the answer as it is, and its shares must sum to it."""

from __future__ import annotations

import numpy as np
import torch

from core.explain.contributions.checked_backbones import CHECKED_BACKBONES
from core.explain.contributions.path_shares import PathShares
from core.explain.contributions.target import TargetLogits
from core.explain.probe import Probe
from core.results import Floats

#: How far holding the path may move a logit, and how far the sum may be from a logit of size 1 or less.
MAX_DRIFT = 1e-4
MAX_GAP = 1e-4


def drift_of(shares: PathShares, logits: Floats) -> float:
    """The largest difference of a logit along the path from the model's own."""
    return float(np.abs(shares.logits - logits).max())


def why_not(probe: Probe, shares: PathShares, target: TargetLogits, logits: Floats) -> str:
    """Empty where the shares may be shown.

    In half precision the sum is off by what the digits are: then the backbone's class must be among those that were
    checked in float32.
    """
    name = type(probe.backbone).__name__
    if probe.classifier.dtype in (torch.float16, torch.bfloat16):
        checked = name in CHECKED_BACKBONES
        return "" if checked else f"{name} was not checked in float32, and in half precision its sum says nothing."
    drift = drift_of(shares, logits)
    if not drift <= MAX_DRIFT:
        return f"Holding the path of {name} moves its logits by {drift:.1e}, more than {MAX_DRIFT:.0e}."
    gap = abs(float(shares.tokens.sum()) + shares.bias - float(target.weights @ logits))
    logit = abs(float(logits[np.argmax(target.weights)]))
    if not gap <= MAX_GAP * max(1.0, logit):
        return f"{name} does what the path cannot hold: its shares miss the model's own value by {gap:.1e}."
    return ""
