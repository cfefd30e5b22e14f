"""A loaded classifier at work: encoded texts to predictions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import torch
from torch import Tensor

from core.inference.batching import plan_batches
from core.inference.encoding import Encoded, Encoder
from core.inference.last_token import reading_only
from core.inference.sharing import SharedLock
from core.inference.threads import single_threaded_pool
from core.results import Prediction

#: From this many texts on, a CPU is used better by one thread a batch than by all threads in one batch.
PARALLEL_FROM = 16


@dataclass(frozen=True)
class Predictor:
    """A model, its encoder and its classes.

    `lock` is held shared while predicting; whoever hooks, rescales or switches the model holds it exclusively.
    `narrowed` says that only the last token of the last layer is read (`core.inference.last_token`).
    """

    model: torch.nn.Module
    encoder: Encoder
    labels: tuple[str, ...]
    problem_type: str
    device: str
    tokens_per_batch: int
    workers: int | None
    lock: SharedLock
    narrowed: bool

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Predictions in the order of the texts; each equals what the text would get alone."""
        encoded = self.encoder.encode(texts)
        batches = plan_batches([len(e.ids) for e in encoded], self.tokens_per_batch)
        results: list[Prediction | None] = [None] * len(encoded)
        with self.lock.shared():
            for batch, predictions in zip(batches, self._run(encoded, batches), strict=True):
                for position, prediction in zip(batch, predictions, strict=True):
                    results[position] = prediction
        return cast(list[Prediction], results)

    def _run(self, encoded: Sequence[Encoded], batches: list[list[int]]) -> list[list[Prediction]]:
        groups = [[encoded[i] for i in batch] for batch in batches]
        workers = self.workers or os.cpu_count() or 1
        if self.device != "cpu" or workers == 1 or len(batches) == 1 or len(encoded) < PARALLEL_FROM:
            return [self._forward(group) for group in groups]
        return list(_pool(workers).map(self._forward, groups))

    def _forward(self, group: list[Encoded]) -> list[Prediction]:
        """One forward pass over texts of like length."""
        ids, mask = pad([text.ids for text in group], self.device)
        last = torch.tensor([len(text.ids) - 1 for text in group], device=self.device)
        with torch.inference_mode(), reading_only(last) if self.narrowed else nullcontext():
            output = self.model(input_ids=ids, attention_mask=mask)
            logits = output.logits.float() if output.logits.dtype != torch.float64 else output.logits
            shares = probabilities(logits, self.problem_type)
        weights = None if output.pooling_weights is None else output.pooling_weights.float().tolist()
        rows = zip(group, logits.tolist(), shares.tolist(), strict=True)
        return [
            self._prediction(text, z, p, None if weights is None else weights[i][: len(text.ids)])
            for i, (text, z, p) in enumerate(rows)
        ]

    def _prediction(self, text: Encoded, z: list[float], p: list[float], weights: list[float] | None) -> Prediction:
        return Prediction(
            text=text.text,
            label=verdict(self.labels, z, p, self.problem_type),
            problem_type=self.problem_type,
            labels=self.labels,
            logits=tuple(z),
            probabilities=tuple(p),
            tokens=self.encoder.tokens(text),
            pooling_weights=None if weights is None else tuple(weights),
            kept_characters=text.kept_characters,
            total_tokens=text.total,
        )


def pad(rows: Sequence[list[int]], device: str) -> tuple[Tensor, Tensor | None]:
    """Ids (B, T) padded on the right with 0, and the mask (B, T), or None where nothing is padded."""
    longest = max(len(row) for row in rows)
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows], dtype=torch.long)
    if all(len(row) == longest for row in rows):
        return ids.to(device), None
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows], dtype=torch.long)
    return ids.to(device), mask.to(device)


def probabilities(logits: Tensor, problem_type: str) -> Tensor:
    """(..., K) -> (..., K): softmax, sigmoid with several labels, NaN for a regression."""
    match problem_type:
        case "multi_label_classification":
            return logits.sigmoid()
        case "regression":
            return torch.full_like(logits, torch.nan)
        case _:
            return logits.softmax(dim=-1)


def verdict(labels: tuple[str, ...], z: list[float], p: list[float], problem_type: str) -> str:
    """What a prediction says in a word, as `Prediction.label` states it."""
    if problem_type == "multi_label_classification":
        chosen = [label for label, value in zip(labels, p, strict=True) if value >= 0.5]
        return ", ".join(chosen) or "none"
    if problem_type == "regression":
        return labels[0]
    return labels[max(range(len(z)), key=z.__getitem__)]


@lru_cache(maxsize=1)
def _pool(workers: int) -> ThreadPoolExecutor:
    """The threads that classify."""
    return single_threaded_pool(workers, "classify")
