"""The same text under the causal mask and read in both directions: what the tokens that come later add."""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch
from torch import Tensor

from core.engine.encoding import Encoded
from core.errors import CheckpointError
from core.explain.position_parts import position_parts
from core.explain.probe import Probe, at_least_float32
from core.model.families import under_mask
from core.results import MaskEffect, MaskSide

#: How far states may be apart that must be equal, as a share of the largest: in full and in half precision.
ROUNDING = (1e-5, 1e-2)


def compare_masks(probe: Probe, text: Encoded) -> MaskEffect:
    """Two passes, one under each mask; layers with a sliding window become symmetric when they read ahead.

    Raises:
        CheckpointError: an architecture whose mask cannot be exchanged (Mamba, XLNet, DeBERTa).
    """
    trained = trained_mask(probe)
    sides, states = [], []
    for causal in (True, False):
        with masked(probe, causal=causal):
            states.append(probe.states(text))
            sides.append(_side(probe, states[-1], probe.read_mask(text), "causal" if causal else "bidirectional"))
    before, after = (at_least_float32(s)[0].double() for s in states)
    moved = (after - before).norm(dim=-1) / before.norm(dim=-1).clamp(min=1e-12)
    window = getattr(probe.backbone.config.get_text_config(), "sliding_window", None)
    return MaskEffect(sides[0], sides[1], trained, window, moved.cpu().numpy())


def masked(probe: Probe, *, causal: bool) -> AbstractContextManager[None]:
    """The probe's backbone under this mask; its config is the probe's own, and as before afterwards."""
    return under_mask(probe.backbone.config, causal=causal)


def _side(probe: Probe, states: Tensor, read: Tensor, mask: str) -> MaskSide:
    with torch.inference_mode():
        logits = at_least_float32(probe.classifier.classify(states, read[:, : states.shape[1]])[0])[0].cpu()
    return MaskSide(
        mask=mask,
        label=probe.verdict(logits),
        logits=logits.double().numpy(),
        probabilities=probe.probabilities(logits).double().numpy(),
        position_parts=position_parts(probe, states, read),
    )


def trained_mask(probe: Probe) -> str:
    """As the candidate is, "causal" or "bidirectional": measured, since no field says it for every architecture.

    Raises:
        CheckpointError: the config does not change it.
    """
    ahead = _reads_ahead(probe)
    with masked(probe, causal=ahead):
        if _reads_ahead(probe) != ahead:
            return "bidirectional" if ahead else "causal"
    raise CheckpointError(
        f"{type(probe.backbone).__name__} reads {'in both directions' if ahead else 'causally'}, whatever its config "
        "says: its mask cannot be exchanged.",
        fix="choose a candidate of another architecture (Llama, Gemma 2, Mistral, BERT) for this comparison.",
    )


def _reads_ahead(probe: Probe) -> bool:
    """Whether the state of the first token depends on the second, beyond rounding (experts round by who is routed)."""
    one, other = (at_least_float32(probe.states(probe.some_tokens(second))[0, 0]) for second in (1, 8))
    rounding = ROUNDING[probe.backbone.dtype in (torch.float16, torch.bfloat16)]
    return bool((one - other).abs().max() > rounding * one.abs().max())
