"""The class lens: what pooler and head would say of the states at every depth (after nostalgebraist's logit lens)."""

from __future__ import annotations

import torch
from torch import Tensor

from core.engine.encoding import Encoded
from core.explain.probe import Probe, at_least_float32, watching
from core.results import Lens


def trace(probe: Probe, text: Encoded) -> Lens:
    """One pass; at each depth the states go through the final norm, the pooler and the head.

    Nothing is kept but the logits: memory does not grow with the depth.

    Raises:
        CheckpointError: an architecture without a plain final norm.
    """
    norm = probe.final_norm
    rows: list[Tensor] = []

    def see(_depth: int, states: Tensor) -> None:
        mask = torch.ones(states.shape[:2], dtype=torch.bool, device=states.device)
        normed = states if norm is None else norm(states)
        rows.append(probe.classifier.classify(normed, mask)[0][0])

    with watching(probe, see), torch.inference_mode():
        final = probe.classifier(input_ids=torch.tensor([text.ids], device=probe.device)).logits[0]
    logits = at_least_float32(torch.stack([row.to(final.device) for row in rows])).cpu()
    difference = float((logits[-1] - at_least_float32(final).cpu()).abs().max())
    return Lens(
        labels=probe.labels,
        logits=logits.double().numpy(),
        probabilities=probe.probabilities(logits).double().numpy(),
        final_difference=difference,
    )
