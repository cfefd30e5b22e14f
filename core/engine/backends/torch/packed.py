"""Many texts in one row, without a token of padding: the way through the families that we know, on a CPU.

Every linear layer sees the tokens of all texts as one matrix (N, D), N tokens of all B texts; only attention and pooler
take the texts apart. With last-token pooling the last layer runs at the tokens that are read, and nowhere else: its
keys and values come from all N tokens, its queries, feed-forward and norm from B of them. Importing this file imports
numba.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import torch
from peft import PeftModel, PeftType
from torch import Tensor, nn

from core.engine.backends.batching import plan_packs
from core.engine.backends.forward_pass import BackendOutput
from core.engine.backends.torch.decoder import Layer, Norm, final_norm, is_known
from core.engine.backends.torch.packed_kernels import Texts
from core.engine.backends.torch.packing import Packing
from core.model.classifier import PooledClassifier
from core.model.families import input_embeddings, is_causal, transformer_layers
from core.model.peft_wrappers import unwrap_peft
from core.model.poolers import Pooler


class PackedPass:
    """A classifier of a known family over packed texts. Weights are read from its modules at each pass."""

    def __init__(self, classifier: PooledClassifier) -> None:
        backbone: Any = classifier.backbone
        causal = is_causal(backbone.config)
        self._classifier = classifier
        self._backbone = backbone
        self._embed = input_embeddings(backbone)
        self._layers = [Layer(module, causal) for module in transformer_layers(backbone)]
        self._norm = Norm(final_norm(backbone))
        self._poolers = [part for part in classifier.pooler.modules() if isinstance(part, Pooler)]
        self._reads_last = any(pooler.reads_last for pooler in self._poolers)

    def plan(self, lengths: Sequence[int], tokens_per_batch: int, workers: int) -> list[list[int]]:
        """As `plan_packs`."""
        return plan_packs(lengths, tokens_per_batch, workers)

    def __call__(self, rows: Sequence[list[int]]) -> BackendOutput:
        """One row of all texts."""
        packing = Packing(rows)
        with torch.inference_mode():
            if self._reads_last and self._whole(packing):
                return self._read(self._norm(self._through_layers(packing, packing.last)), packing)
            return self._pool(self._norm(self._through_layers(packing, None)), packing)

    def _whole(self, packing: Packing) -> bool:
        """Whether the last token of each text is one that the pooler takes."""
        ends = packing.ids[packing.last]
        return all(bool(pooler.may_read(ends).all()) for pooler in self._poolers)

    def _through_layers(self, packing: Packing, read: Tensor | None) -> Tensor:
        """(N, D), or (B, D) at the positions `read` (B,)."""
        x: Tensor = self._embed(packing.ids)
        # Positions begin anew with each text, so that it is rotated as if it were alone. The kernels want one table
        # (N, d) in memory without gaps; the modules give it with a batch of 1 in front.
        cos, sin = self._backbone.rotary_emb(x, packing.positions[None])
        texts = Texts(packing.ends, packing.ends, cos[0].contiguous().numpy(), sin[0].contiguous().numpy())
        for layer in self._layers[:-1]:
            x = layer(x, texts)
        return self._layers[-1](x, texts, read)

    def _read(self, hidden: Tensor, packing: Packing) -> BackendOutput:
        """hidden (B, D): the tokens that are read, each of them a text of one token to the pooler.

        The pooler so gives weight 1 to that token; the weights that are returned are those over the whole text.
        """
        logits, _ = self._classifier.classify(hidden[:, None], torch.ones(len(hidden), 1, dtype=torch.bool))
        lengths = [group.length for group in packing.groups for _ in range(group.count)]
        return BackendOutput(logits, [[0.0] * (length - 1) + [1.0] for length in lengths])

    def _pool(self, hidden: Tensor, packing: Packing) -> BackendOutput:
        """hidden (N, D): pooled length by length, so that nothing is padded here either."""
        logits, weights = [], []
        for group in packing.groups:
            states = hidden[group.tokens].view(group.count, group.length, -1)
            mask = torch.ones(states.shape[:2], dtype=torch.bool)
            for pooler in self._poolers:
                mask = pooler.read_mask(packing.ids[group.tokens].view(group.count, group.length), mask)
            result, weighed = self._classifier.classify(states, mask)
            logits.append(result)
            weights += [] if weighed is None else weighed.tolist()
        return BackendOutput(torch.cat(logits), weights or None)


def pack(model: nn.Module) -> PackedPass | None:
    """A packed pass through a classifier, PEFT's LoRA around it or not; None where only its own pass is sure.

    That is: another family, another dtype than float32, another device, an adapter that is not of LoRA's kind. The
    layers are computed here, module by module: what such a model does besides would be left out without a word.
    """
    if isinstance(model, PeftModel):
        kinds = {model.peft_config[name].peft_type for name in model.active_adapters}
        if kinds - {PeftType.LORA}:
            return None
    classifier = cast(PooledClassifier, unwrap_peft(model))
    plain = all(p.dtype == torch.float32 and p.device.type == "cpu" for p in classifier.parameters())
    return PackedPass(classifier) if plain and is_known(classifier.backbone) else None
