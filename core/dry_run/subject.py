"""What a dry run looks at: a probe of a loaded pair, a few short texts, and how the pair was found.

Everything runs on a probe (see `core.explain.probe`): modules of its own around the same weights. Training flags,
gradients and hooks of a dry run are the probe's, and other people's predictions go on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import torch
from torch import Tensor

from core.config import BaseModelConfig
from core.engine.encoding import Encoded
from core.engine.loader import LoadedPair
from core.explain.probe import Probe, at_least_float32, make_probe
from core.model.quantised import rounding

#: Largest difference between logits that must be equal, as a share of the largest logit.
TOLERANCE: Mapping[torch.dtype, float] = {
    torch.float64: 1e-5,
    torch.float32: 1e-5,
    torch.float16: 2e-2,
    torch.bfloat16: 1e-1,
}
UNIT = "of the largest logit"

#: A dry run is small: texts are cut to so many tokens, and padded with so many.
LONGEST, GAP = 256, 16

Side = Literal["left", "right"]


@dataclass(frozen=True, eq=False)
class Subject:
    """A loaded pair and the texts that it is tried on.

    Attributes:
        base: the candidate's config.
        rows: token ids of each text, special tokens included, short enough that `gap` tokens of padding fit in.
        training: modules of the loaded model that were in training mode.
        trainable: parameters of the loaded model that required a gradient.
        free: bytes that may be taken now.
        loading_alone: held while a checkpoint is opened, since transformers changes global state then.
    """

    pair: LoadedPair
    base: BaseModelConfig
    probe: Probe
    encoded: tuple[Encoded, ...]
    rows: tuple[list[int], ...]
    gap: int
    training: frozenset[str]
    trainable: frozenset[str]
    free: Callable[[], int]
    loading_alone: Callable[[], AbstractContextManager[None]]

    @cached_property
    def dtype(self) -> torch.dtype:
        """The type in which the backbone computes."""
        return next(self.probe.backbone.parameters()).dtype

    @property
    def tolerance(self) -> float:
        """How far logits may differ that must be equal; quantised layers may round more coarsely than the rest."""
        return max(TOLERANCE[self.dtype], TOLERANCE[rounding(self.probe.model) or self.dtype])

    @property
    def vocabulary(self) -> int:
        """Tokens that have an embedding."""
        embeddings: Any = self.probe.backbone.get_input_embeddings()
        return int(embeddings.weight.shape[0])

    @cached_property
    def alone(self) -> Tensor:
        """Logits of each text alone, as nothing but itself is read: (B, K)."""
        return self.each_alone(self.rows)

    def each_alone(self, rows: Sequence[list[int]]) -> Tensor:
        """(B, K): a pass a text, without padding and without a mask."""
        return torch.cat([self.logits({"input_ids": self._ids([row])}) for row in rows])

    def together(self, rows: Sequence[list[int]], side: Side = "right", width: int = 0) -> dict[str, Tensor]:
        """One batch, padded on a side to the longest or to `width`: ids (B, T) and mask (B, T)."""
        width = max(width, *(len(row) for row in rows))
        fill = getattr(self.probe.classifier.config.get_text_config(), "pad_token_id", None) or 0
        ids, mask = [], []
        for row in rows:
            gap = width - len(row)
            ids.append([fill] * gap + row if side == "left" else row + [fill] * gap)
            mask.append([0] * gap + [1] * len(row) if side == "left" else [1] * len(row) + [0] * gap)
        return {"input_ids": self._ids(ids), "attention_mask": self._ids(mask)}

    def logits(self, batch: Mapping[str, Tensor]) -> Tensor:
        """(B, K) on the CPU, at least float32."""
        with torch.inference_mode():
            return at_least_float32(self.probe.model(**batch).logits).cpu()

    def difference(self, result: Tensor, expected: Tensor) -> float:
        """The largest difference as a share of the largest logit of all texts: one alone may be near zero."""
        return float((result - expected).abs().max() / self.alone.abs().max().clamp(min=1e-12))

    def kept_random(self) -> AbstractContextManager[None]:
        """Puts torch's random state back afterwards."""
        return torch.random.fork_rng(range(torch.cuda.device_count()) if self.probe.device == "cuda" else [])

    def _ids(self, rows: Sequence[list[int]]) -> Tensor:
        return torch.tensor(rows, dtype=torch.long, device=self.probe.device)


def make_subject(
    pair: LoadedPair,
    base: BaseModelConfig,
    texts: Sequence[str],
    *,
    free: Callable[[], int],
    loading_alone: Callable[[], AbstractContextManager[None]],
) -> Subject:
    """A subject; the pair itself is only read.

    Raises:
        InputError: a text of which no token is left.
    """
    encoder = pair.predictor.encoder
    encoded = tuple(encoder.encode(texts))
    gap = min(GAP, encoder.max_tokens // 2)
    limit = max(1, min(LONGEST, encoder.max_tokens - gap))
    model = pair.predictor.model
    with pair.predictor.lock.shared():
        training = frozenset(name for name, module in model.named_modules() if module.training)
        trainable = frozenset(name for name, p in model.named_parameters() if p.requires_grad)
    return Subject(
        pair,
        base,
        make_probe(pair),
        encoded,
        tuple(text.ids[:limit] for text in encoded),
        gap,
        training,
        trainable,
        free,
        loading_alone,
    )
