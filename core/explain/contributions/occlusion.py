"""The fall of the target when padding stands in the place of a word: the answer where the path cannot be held."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from core.engine.backends.batching import rows_of
from core.engine.encoding import Encoded
from core.explain.contributions.target import target_of
from core.explain.probe import Probe, at_least_float32
from core.results import ContributionOptions, Floats, Unit


def occlusion(probe: Probe, text: Encoded, units: Sequence[Unit], options: ContributionOptions) -> Floats:
    """(T,): each unit's fall at its first token; special tokens stay, and have 0."""
    words = [unit for unit in units if not unit.special]
    masks = torch.zeros(len(words) + 1, len(text.ids), dtype=torch.bool, device=probe.device)
    for row, unit in enumerate(words, 1):
        masks[row, list(unit.tokens)] = True
    logits = _occluded(probe, text, masks)
    values = [target_of(row, probe.labels, probe.problem_type, options).value for row in logits.double().numpy()]
    result = np.zeros(len(text.ids))
    for unit, value in zip(words, values[1:], strict=True):
        result[unit.tokens[0]] = values[0] - value
    return result


def _occluded(probe: Probe, text: Encoded, masks: Tensor) -> Tensor:
    """masks (N, T) bool, True where padding stands -> logits (N, K). The pooler reads where it would read the text."""
    padding = getattr(probe.classifier.config.get_text_config(), "pad_token_id", None)
    ids, result = torch.tensor([text.ids], device=probe.device), []
    for rows in masks.split(rows_of(len(text.ids), probe.tokens_per_batch)):
        own = ids.expand(len(rows), -1)
        given = torch.where(rows, padding if isinstance(padding, int) and padding >= 0 else 0, own)
        with torch.inference_mode():
            result.append(at_least_float32(probe.classifier(input_ids=given, pooled_ids=own).logits).cpu())
    return torch.cat(result)
