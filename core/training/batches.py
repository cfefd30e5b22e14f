"""Tokenised examples and the batches that a training step is fed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Dataset

from core.data.splits import Examples
from core.engine.encoding import Encoder


class EncodedExamples(Dataset[dict[str, Any]]):
    """Token ids and target of each example, tokenised once."""

    def __init__(self, examples: Examples, encoder: Encoder) -> None:
        aims = examples.targets if examples.soft is None else examples.soft
        self._ids = [encoded.ids for encoded in encoder.encode(examples.texts)]
        self._labels = torch.from_numpy(aims)

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, row: int) -> dict[str, Any]:
        return {"input_ids": self._ids[row], "labels": self._labels[row]}


class Collator:
    """Pads a batch on the right to its longest text; in training it may leave tokens out (`token_dropout`).

    Chance comes from torch's global generator, whose state a checkpoint keeps.
    """

    def __init__(self, pad_id: int, special_ids: Sequence[int], token_dropout: float = 0.0) -> None:
        self._pad_id = pad_id
        self._special = torch.tensor(sorted(special_ids), dtype=torch.long)
        self._dropout = token_dropout

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Tensor]:
        """Rows of `EncodedExamples` -> input_ids (B, T), attention_mask (B, T), labels."""
        texts = [torch.tensor(row["input_ids"], dtype=torch.long) for row in rows]
        if self._dropout:
            texts = [self._thinned(text) for text in texts]
        longest = max(len(text) for text in texts)
        ids = torch.full((len(texts), longest), self._pad_id, dtype=torch.long)
        mask = torch.zeros_like(ids)
        for row, text in enumerate(texts):
            ids[row, : len(text)] = text
            mask[row, : len(text)] = 1
        return {"input_ids": ids, "attention_mask": mask, "labels": torch.stack([row["labels"] for row in rows])}

    def _thinned(self, text: Tensor) -> Tensor:
        """Some ordinary tokens left out; special tokens stay, and a text is never emptied."""
        stays = torch.rand(len(text)) >= self._dropout
        special = torch.isin(text, self._special)
        return text[stays | special] if bool((stays & ~special).any()) else text
