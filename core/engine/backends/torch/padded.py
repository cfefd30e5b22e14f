"""The model's own forward pass over a padded batch: any architecture, any device."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import nullcontext

import torch
from torch import Tensor, nn

from core.engine.backends.batching import MAX_PADDING, plan_batches
from core.engine.backends.forward_pass import BackendOutput
from core.engine.backends.torch.matmul import quick_products
from core.model.text_length import depends_on_length, readable

#: From this many tokens on, preparing oneDNN for a new shape is worth its time.
QUICK_FROM = 128


class PaddedPass:
    """Texts of like length, padded on the right to the longest."""

    def __init__(self, model: nn.Module, device: str) -> None:
        self._model = model
        self._device = device
        self._by_length = depends_on_length(model)
        self._alone = threading.Lock() if self._by_length else nullcontext()

    def plan(self, lengths: Sequence[int], tokens_per_batch: int, workers: int) -> list[list[int]]:  # noqa: ARG002
        """As `plan_batches`, and only texts of one length together where a longer one would change the others."""
        return plan_batches(lengths, tokens_per_batch, 0 if self._by_length else MAX_PADDING)

    def __call__(self, rows: Sequence[list[int]]) -> BackendOutput:
        """One call of the model."""
        ids, mask = pad(rows, self._device)
        quick = self._device == "cpu" and ids.numel() >= QUICK_FROM
        products = quick_products() if quick else nullcontext()
        with torch.inference_mode(), products, self._alone, readable(self._model, ids.shape[1]):
            output = self._model(input_ids=ids, attention_mask=mask)
        logits = output.logits if output.logits.dtype == torch.float64 else output.logits.float()
        if output.pooling_weights is None:
            return BackendOutput(logits, None)
        weights = output.pooling_weights.float().tolist()
        return BackendOutput(logits, [row[: len(ids)] for row, ids in zip(weights, rows, strict=True)])


def pad(rows: Sequence[list[int]], device: str) -> tuple[Tensor, Tensor | None]:
    """Ids (B, T) padded on the right with 0, and the mask (B, T), or None where nothing is padded."""
    longest = max(len(row) for row in rows)
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows], dtype=torch.long)
    if all(len(row) == longest for row in rows):
        return ids.to(device), None
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows], dtype=torch.long)
    return ids.to(device), mask.to(device)
