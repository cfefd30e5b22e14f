"""What was written, opened by its own program and asked the texts that ours was asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from core.errors import CheckpointError
from core.export.graph import INPUTS, runtime
from core.export.request import TEXTS
from core.model.open import quiet_transformers
from core.results import ModelFormat

#: The largest difference of a logit, as a share of the largest, that the rounding of a type explains.
BOUNDS = {torch.float64: 1e-3, torch.float32: 1e-3, torch.float16: 2e-2, torch.bfloat16: 1e-1}


def difference(rows: tuple[list[int], ...], logits: Tensor, model_format: ModelFormat, folder: Path) -> float:
    """The largest difference between what is written and ours, as a share of our largest logit.

    Texts go through the tokenizer that was written, all in one batch and each alone.

    Raises:
        CheckpointError: the tokenizer reads other tokens than ours.
    """
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    batches = list(_batches(tokenizer))
    _require_same_tokens(rows, batches)
    ask = _asked(model_format, folder)
    expected = logits.numpy()
    largest = max(float(np.abs(expected).max()), 1e-12)
    return float(np.max([_apart(ask(batch), expected[places]) for places, batch in batches])) / largest


def require_equal(share: float, bound: float) -> None:
    """Refuse to hand out what answers otherwise.

    Raises:
        CheckpointError: with both numbers.
    """
    if not share <= bound:
        raise CheckpointError(
            f"What was written answers otherwise than Headlight: a logit differs by {share:.2g} of the largest logit, "
            f"and {bound:.2g} is allowed. Nothing was kept.",
            fix="export it in another format, or as transformers in float32.",
        )


def _apart(answer: NDArray[np.float32], expected: NDArray[np.float32]) -> float:
    """The largest difference; NaN where a number is none, infinite where the sizes are others."""
    return float(np.abs(answer - expected).max()) if answer.shape == expected.shape else float("inf")


def _batches(tokenizer: Any) -> Iterator[tuple[list[int], dict[str, NDArray[np.int64]]]]:
    """All at once, padded on the right, where there is a padding token; then each alone."""
    if tokenizer.pad_token is not None:
        yield list(range(len(TEXTS))), _encoded(tokenizer, list(TEXTS))
    for place, text in enumerate(TEXTS):
        yield [place], _encoded(tokenizer, [text])


def _encoded(tokenizer: Any, texts: list[str]) -> dict[str, NDArray[np.int64]]:
    encoded = tokenizer(texts, padding=len(texts) > 1, truncation=True, return_tensors="np")
    return {name: encoded[name].astype(np.int64) for name in INPUTS}


def _require_same_tokens(
    rows: tuple[list[int], ...], batches: list[tuple[list[int], dict[str, NDArray[np.int64]]]]
) -> None:
    for places, batch in batches:
        for place, ids, mask in zip(places, batch["input_ids"], batch["attention_mask"], strict=True):
            if ids[mask.astype(bool)].tolist() != rows[place]:
                raise CheckpointError(
                    f"The tokenizer that was written reads {TEXTS[place][:40]!r} otherwise than Headlight does.",
                    fix="export without a chat template, and with the tokenizer that the adapter was trained with.",
                )


def _asked(model_format: ModelFormat, folder: Path) -> Any:
    """A function of a batch of arrays, to logits (B, K)."""
    if model_format != "transformers":
        return runtime(model_format, folder)
    with quiet_transformers():
        model = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    model.eval()

    def ask(batch: dict[str, NDArray[np.int64]]) -> NDArray[np.float32]:
        with torch.inference_mode():
            result = model(**{name: torch.from_numpy(array) for name, array in batch.items()}).logits
        return np.asarray(result.float())

    return ask
