"""A loaded classifier at work: encoded texts to predictions."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.engine.backends.forward_pass import ForwardPass
from core.engine.backends.torch import PaddedPass, bulk_is_imported, bulk_pass
from core.engine.encoding import Encoded, Encoder
from core.engine.rw_lock import ReadWriteLock
from core.engine.torch_threads import SMALL, in_all_threads, in_one_thread, single_threaded_pool
from core.engine.vocabulary import embedded_numbers, require_rows
from core.model.backbone import state_width
from core.model.pooled_vectors import caught
from core.model.quantised import parameter_count
from core.results import NOT_FINITE, Prediction
from core.results.calibration import Calibration
from core.results.sureness import DEFAULT_THRESHOLDS, SurenessThresholds

Result = TypeVar("Result")

#: From this many texts and tokens on, a CPU is used better by one thread a batch than by all threads in one batch, and
#: the pass for many is worth the third of a second and the 140 MB that its import takes.
MANY_TEXTS, MANY_TOKENS = 16, 1024
#: Tokens of the shortest pass: an architecture is tried with so many where there is no text.
FEWEST_TOKENS = 8


@dataclass(frozen=True)
class Predictor:
    """A model, its encoder and its classes.

    `embedding_rows`: tokens from this number on cannot be read; None where the embedding is no single table.
    `lock` is held shared while predicting; whoever hooks, rescales or switches the model holds it exclusively.
    `untrained_head` marks every prediction, `thresholds` say which are sure, `calibration` how they are stated.
    """

    model: torch.nn.Module
    encoder: Encoder
    labels: tuple[str, ...]
    problem_type: str
    device: str
    tokens_per_batch: int
    workers: int | None
    lock: ReadWriteLock
    embedding_rows: int | None = None
    untrained_head: bool = False
    thresholds: SurenessThresholds = DEFAULT_THRESHOLDS
    calibration: Calibration | None = None

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Predictions in the order of the texts; each equals what the text would get alone.

        Raises:
            InputError: a text that no token is left of, or that has one without a row in the embedding.
        """
        return self._batched(texts, self._forward)

    def represent(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Logits (N, K) and pooled vectors (N, D), what the pooler gives the head, in the order of the texts.

        Raises:
            InputError: as `predict`.
        """
        rows = self._batched(texts, self._represented)
        return np.stack([logits for logits, _ in rows]), np.stack([vector for _, vector in rows])

    def _batched(
        self, texts: Sequence[str], forward: Callable[[ForwardPass, list[Encoded]], Sequence[Result]]
    ) -> list[Result]:
        """What `forward` gives for each text, batch by batch, in the order of the texts."""
        encoded = self.encoder.encode(texts)
        require_rows(self.encoder, encoded, self.embedding_rows)
        lengths = [len(text.ids) for text in encoded]
        many = len(lengths) >= MANY_TEXTS and (sum(lengths) >= MANY_TOKENS or bulk_is_imported())
        workers = (self.workers or os.cpu_count() or 1) if many and self.device == "cpu" else 1
        forward_pass = self._for_many if many or (len(lengths) > 1 and bulk_is_imported()) else self._for_few
        batches = forward_pass.plan(lengths, self.tokens_per_batch, workers)
        groups = [[encoded[i] for i in batch] for batch in batches]
        one = partial(forward, forward_pass)
        results: list[Result | None] = [None] * len(encoded)
        with self.lock.shared():
            if workers == 1 or len(batches) == 1:
                outcomes = self.compute(lambda: [one(group) for group in groups], sum(lengths))
            else:
                outcomes = list(_pool(workers).map(one, groups))
        for batch, found in zip(batches, outcomes, strict=True):
            for position, result in zip(batch, found, strict=True):
                results[position] = result
        return cast(list[Result], results)

    def _represented(
        self, forward_pass: ForwardPass, group: list[Encoded]
    ) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """One forward pass, with what the pooler gives."""
        with caught() as vectors:
            logits = forward_pass([text.ids for text in group]).logits.float().cpu().numpy()
        return list(zip(logits, torch.cat(vectors).float().cpu().numpy(), strict=True))

    @property
    def temperature(self) -> float:
        """By which logits are divided before they become probabilities."""
        return self.calibration.temperature if self.calibration else 1.0

    @property
    def pooled_width(self) -> int:
        """D: numbers of what the pooler gives the head."""
        return state_width(cast(Any, self.model).config)

    def expect_many(self) -> None:
        """Many texts will come in small pieces: each is then passed as one of many."""
        _ = self._for_many

    def compute(self, work: Callable[[], Result], tokens: int) -> Result:
        """Work that passes so many tokens or a few: in one thread of a CPU, where that is as quick as several."""
        small = self.device == "cpu" and max(FEWEST_TOKENS, tokens) * self._operations < SMALL
        return (in_one_thread if small else in_all_threads)(work)

    @cached_property
    def _operations(self) -> int:
        """Floating-point operations for a token: two for each parameter but those of the input embedding."""
        return 2 * (parameter_count(self.model) - embedded_numbers(self.model))

    @cached_property
    def _for_few(self) -> ForwardPass:
        return PaddedPass(self.model, self.device)

    @cached_property
    def _for_many(self) -> ForwardPass:
        return bulk_pass(self.model, self.device) or self._for_few

    def _forward(self, forward_pass: ForwardPass, group: list[Encoded]) -> list[Prediction]:
        """One forward pass."""
        outcome = forward_pass([text.ids for text in group])
        shares = probabilities(outcome.logits, self.problem_type, self.temperature)
        weights: Sequence[list[float] | None] = outcome.weights or [None] * len(group)
        rows = zip(group, outcome.logits.tolist(), shares.tolist(), weights, strict=True)
        return [self._prediction(*row) for row in rows]

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
            kept_characters=text.span[1] - text.span[0],
            total_tokens=text.total,
            kept_from=text.span[0],
            untrained_head=self.untrained_head,
            thresholds=self.thresholds,
            calibration=self.calibration,
        )


def probabilities(logits: Tensor, problem_type: str, temperature: float = 1.0) -> Tensor:
    """(..., K) -> (..., K): softmax, sigmoid with several labels; NaN for a regression, and in rows not all finite.

    Of one class a text the logits are divided by the temperature before.
    """
    match problem_type:
        case "multi_label_classification":
            shares = logits.sigmoid()
        case "regression":
            return torch.full_like(logits, torch.nan)
        case _:
            shares = (logits if temperature == 1 else logits / temperature).softmax(dim=-1)
    return shares.masked_fill(~logits.isfinite().all(dim=-1, keepdim=True), torch.nan)


def verdict(labels: tuple[str, ...], z: list[float], p: list[float], problem_type: str) -> str:
    """What a prediction says in a word, as `Prediction.label` states it."""
    if not all(map(math.isfinite, z)):
        return NOT_FINITE
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
