"""The class lens: what pooler and head would say of the states at every depth (after nostalgebraist's logit lens)."""

from __future__ import annotations

import torch
from torch import Tensor

from core.engine.encoding import Encoded
from core.errors import CheckpointError
from core.explain.layer_states import in_rows
from core.explain.probe import Probe, at_least_float32, watching
from core.results import Lens

#: How far the last depth may be from the model itself, as a share of its largest logit; half precision rounds.
TOLERANCE = 0.05


def trace(probe: Probe, text: Encoded) -> Lens:
    """One pass; at each depth the states go through the final norm, the pooler and the head.

    Nothing is kept but the logits: memory does not grow with the depth.

    Raises:
        CheckpointError: an architecture without a plain final norm, or whose last layer is not what is pooled.
    """
    norm, whole = probe.final_norm, probe.read_mask(text)
    rows: list[Tensor] = []

    def see(_depth: int, states: Tensor) -> None:
        states = in_rows(states, len(text.ids))
        mask = whole[:, : states.shape[1]].to(states.device)
        normed = states if norm is None else norm(states)
        rows.append(probe.classifier.classify(normed, mask)[0][0])

    with watching(probe, see), torch.inference_mode():
        final = probe.classifier(input_ids=torch.tensor([text.ids], device=probe.device)).logits[0]
    logits = at_least_float32(torch.stack([row.to(final.device) for row in rows])).cpu()
    difference = float((logits[-1] - at_least_float32(final).cpu()).abs().max())
    if difference > TOLERANCE * float(logits[-1].abs().max()):
        raise CheckpointError(
            f"What {type(probe.backbone).__name__}'s last layer leaves is not what its pooler sees: the logits are "
            f"{difference:.2g} apart.",
            fix="the class lens cannot be drawn for this text; the other views can.",
        )
    return Lens(
        labels=probe.labels,
        logits=logits.double().numpy(),
        probabilities=probe.probabilities(logits).double().numpy(),
        final_difference=difference,
    )
