"""One class's logit as a function of the input embeddings of a text: what gradients and baselines need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import torch
from peft import LoraModel, PeftModel
from torch import Tensor, nn

from core.engine.backends.batching import rows_of
from core.engine.encoding import Encoded
from core.errors import CheckpointError
from core.explain.probe import Probe, at_least_float32
from core.model.activations import kept_bytes
from core.model.quantised import is_quantised
from core.results import Baseline

#: Weights are copied, widened and merged up to so many bytes in float32.
OWN_BYTES = 2**30
#: What may be kept for the backward pass of one batch of several rows.
GRADIENT_BYTES = 2**31
_CHUNK = 4096
#: How far logits may be apart that must be equal, as a share of the largest; half precision rounds.
ALIKE = 0.05


@dataclass(frozen=True, eq=False)
class EmbeddingFunction:
    """A text as embeddings, and the logit of class `target` for any embeddings in their place.

    Attributes:
        point: (1, T, D) in at least float32, the text's own.
        baseline: (1, T, D), the same with every token replaced but the special ones.
        on_rows: called with the number of rows before each pass; may raise to stop.
        ids: (1, T), of the text: what its pooler may take is told by them; None where it may take all.
    """

    probe: Probe
    target: int
    point: Tensor
    baseline: Tensor
    on_rows: Callable[[int], None] = field(default=lambda _rows: None)
    ids: Tensor | None = None

    def __call__(self, embeddings: Tensor) -> Tensor:
        """(B, T, D) -> (B,) logits of the class, in at least float32."""
        self.on_rows(len(embeddings))
        given = embeddings.to(
            self.probe.classifier.dtype, copy=True
        )  # some families scale what they are given in place
        read = {} if self.ids is None else {"pooled_ids": self.ids.expand(len(given), -1)}
        return at_least_float32(self.probe.classifier(inputs_embeds=given, **read).logits)[:, self.target]

    @property
    def rows(self) -> int:
        """Rows of this length that go into one forward pass."""
        return rows_of(self.point.shape[1], self.probe.tokens_per_batch)

    @property
    def gradient_rows(self) -> int:
        """Rows in one forward and backward pass: as many, but not more than the memory for activations holds."""
        return gradient_rows(self.probe, self.point.shape[1])


def gradient_rows(probe: Probe, tokens: int) -> int:
    """Rows of so many tokens in one forward and backward pass."""
    rows = rows_of(tokens, probe.tokens_per_batch)
    return max(1, min(rows, GRADIENT_BYTES // max(1, kept_bytes(probe.backbone, tokens))))


def embed(probe: Probe, text: Encoded, target: int, baseline: Baseline) -> EmbeddingFunction:
    """The text's embeddings and the baseline's, by the model's own embedding layer.

    Raises:
        CheckpointError: a padding baseline on a model that names no padding token.
    """
    layer = probe.backbone.get_input_embeddings()
    ids = torch.tensor([text.ids], device=probe.device)
    special = torch.tensor(text.fixed, device=probe.device)
    with torch.no_grad():
        point = at_least_float32(layer(ids))
        empty = _empty(probe, layer, point, baseline)
    return EmbeddingFunction(probe, target, point, torch.where(special[None, :, None], point, empty), ids=ids)


def require_embeddings(probe: Probe) -> None:
    """A few tokens as embeddings, and whether they get the logits that they get as tokens.

    Raises:
        CheckpointError: an architecture that reads token ids beside the embeddings, or takes none.
    """
    ids = torch.tensor([probe.some_tokens().ids], device=probe.device)
    fix = "gradients and baselines need embeddings alone; the other views answer for this architecture."
    with torch.no_grad():
        by_ids = at_least_float32(probe.classifier(input_ids=ids).logits)
        try:
            given = probe.backbone.get_input_embeddings()(ids)
            by_embeddings = at_least_float32(probe.classifier(inputs_embeds=given, pooled_ids=ids).logits)
        except Exception as error:  # whatever its own code raises that looks for the token ids
            name = f"{type(probe.backbone).__name__} does not read embeddings in place of token ids"
            raise CheckpointError(f"{name} ({type(error).__name__}: {error}).", fix=fix) from error
    gap = float((by_ids - by_embeddings).abs().max())
    if not gap <= ALIKE * max(1.0, float(by_ids.abs().max())):
        raise CheckpointError(
            f"{type(probe.backbone).__name__} reads more than the embeddings of a text: without token ids the logits "
            f"are {gap:.2g} apart.",
            fix=fix,
        )


def own_weights(probe: Probe) -> bool:
    """Give a probe of one's own weights of its own where they are small: float32, the adapter merged into them.

    Merged, a pass is about 1.4 times as fast and equal within rounding; into quantised weights nothing is merged, since
    the sum would be rounded to codes again. Returns whether half precision was widened. The probe's parameters are
    objects of its own: the weights that predict stay as they are.
    """
    if not own_weight_bytes(probe):
        return False
    half = probe.classifier.dtype in (torch.float16, torch.bfloat16)
    if half:
        probe.model.float()
    if isinstance(probe.model, PeftModel) and isinstance(probe.model.base_model, LoraModel):
        probe.model.merge_adapter(safe_merge=True)  # safe: into a copy, which then takes the weight's place
    return half


def own_weight_bytes(probe: Probe) -> int:
    """What `own_weights` copies at most; 0 where weights stay shared."""
    size = 4 * sum(p.numel() for p in probe.model.parameters())
    return 0 if size > OWN_BYTES or is_quantised(probe.model) else size


def padding_id(probe: Probe) -> int | None:
    """The padding token as the model's config names it."""
    result = getattr(probe.classifier.config.get_text_config(), "pad_token_id", None)
    return result if isinstance(result, int) and 0 <= result < vocabulary(probe) else None


def vocabulary(probe: Probe) -> int:
    """Tokens that have an embedding, as the config counts them: rows behind that fill up a table."""
    rows = len(cast(Tensor, probe.backbone.get_input_embeddings().weight))
    stated = getattr(probe.classifier.config.get_text_config(), "vocab_size", None)
    return min(rows, stated) if isinstance(stated, int) and stated > 0 else rows


def _empty(probe: Probe, layer: nn.Module, point: Tensor, baseline: Baseline) -> Tensor:
    """(D,) or (1, T, D): the embedding that stands for "no word"."""
    if baseline == "zero":
        return torch.zeros_like(point)
    if baseline == "mean":
        count = vocabulary(probe)
        chunks = torch.arange(count, device=probe.device).split(_CHUNK)
        total: Tensor = torch.stack([layer(chunk).double().sum(dim=0) for chunk in chunks]).sum(dim=0)
        return (total / count).to(point.dtype)
    number = padding_id(probe)
    if number is None:
        raise CheckpointError(
            "The candidate's config names no padding token, so its embedding cannot stand for 'no word'.",
            fix="choose the zero or the mean baseline.",
        )
    return at_least_float32(cast(Tensor, layer(torch.tensor(number, device=probe.device))))
