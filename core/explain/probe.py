"""A loaded classifier once more: modules of its own around the same weights, free to be hooked and rescaled.

Whatever an explanation does to a probe (hooks, LoRA scales, the mask, the attention implementation), predictions
of other people run on other modules and cannot see it. It costs no weights, only the module objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

import torch
from peft.utils import ModulesToSaveWrapper
from torch import Tensor, nn
from transformers import PreTrainedModel

from core.engine.backends.batching import MAX_PADDING, plan_batches
from core.engine.backends.torch import pad
from core.engine.encoding import Encoded, Encoder
from core.engine.loader import LoadedPair
from core.engine.predictor import probabilities, verdict
from core.errors import ConfigError
from core.explain.layer_states import final_norm, watching_layers
from core.model.backbone import forward_parameters
from core.model.classifier import PooledClassifier
from core.model.families import transformer_layers
from core.model.peft_wrappers import unwrap_peft
from core.model.poolers import Pooler
from core.model.share import shared_copy
from core.model.text_length import depends_on_length, readable
from core.results import Capability, Problem
from core.tasks.progress import OnCount


@dataclass(frozen=True, eq=False)
class Probe:
    """`model` is what predicts: the classifier itself, or a PEFT model around it.

    `temperature` divides logits before they become probabilities. `problems` is what is known of what it can: of each
    view that was tried why it cannot be had, or None.
    """

    model: nn.Module
    encoder: Encoder
    labels: tuple[str, ...]
    problem_type: str
    device: str
    tokens_per_batch: int
    temperature: float = 1.0
    problems: dict[Capability, Problem | None] = field(default_factory=dict)

    @cached_property
    def classifier(self) -> PooledClassifier:
        """The classifier inside."""
        return cast(PooledClassifier, unwrap_peft(self.model))

    @property
    def backbone(self) -> PreTrainedModel:
        """The model below pooler and head, adapter included."""
        return self.classifier.backbone

    @property
    def pooler(self) -> Pooler:
        """The pooler in use, out of PEFT's wrapper."""
        return cast(Pooler, _active(self.classifier.pooler))

    @property
    def head(self) -> nn.Module:
        """The head in use, out of PEFT's wrapper."""
        return _active(self.classifier.score)

    @cached_property
    def layers(self) -> nn.ModuleList:
        """The stack of transformer layers."""
        return transformer_layers(self.backbone)

    @cached_property
    def stack(self) -> tuple[nn.Module, ...]:
        """The layers; none where the architecture has no single stack of them (one layer run again and again)."""
        try:
            return tuple(self.layers)
        except ConfigError:
            return ()

    @property
    def depth(self) -> int:
        """How many layers a text passes."""
        return int(self.backbone.config.get_text_config().num_hidden_layers)

    @cached_property
    def final_norm(self) -> Callable[[Tensor], Tensor] | None:
        """What lies between the last layer and the pooler, (1, T, D) to (1, T, D); None where nothing does (BERT).

        Raises:
            CheckpointError: an architecture that does something else there than norms and projections.
        """
        text = self.some_tokens()
        return final_norm(self.backbone, self.stack, len(text.ids), lambda: self.states(text))

    @cached_property
    def _max_padding(self) -> int:
        """Tokens of padding in a batch; 0 where a longer text would change the others."""
        return 0 if depends_on_length(self.model) else MAX_PADDING

    def encode(self, text: str) -> Encoded:
        """One text as the model reads it."""
        return self.encoder.encode([text])[0]

    def some_tokens(self, second: int = 1) -> Encoded:
        """Eight tokens to try the architecture on, each another one; `second` is the place of the second from the end.

        Families that pool or chunk what they read need that many.
        """
        last = len(cast(Tensor, self.backbone.get_input_embeddings().weight)) - 1
        places = (0, second, 2, 3, 4, 5, 6, 7)
        return Encoded("", [max(0, last - place) for place in places], [(0, 0)] * 8, 8)

    def states(self, text: Encoded, **options: Any) -> Tensor:
        """One pass through the backbone: (1, T, D), what the pooler sees. `options` are those of its forward."""
        ids, _ = pad([text.ids], self.device)
        if "use_cache" in forward_parameters(type(self.backbone)):
            options.setdefault("use_cache", False)
        with torch.inference_mode(), readable(self.backbone, len(text.ids)):
            return cast(Tensor, self.backbone(input_ids=ids, return_dict=True, **options).last_hidden_state)

    def read_mask(self, text: Encoded) -> Tensor:
        """(1, T): the tokens that the pooler may take; all but where it never takes the padding token."""
        ids, _ = pad([text.ids], self.device)
        return self.pooler.read_mask(ids, torch.ones_like(ids, dtype=torch.bool))

    def logits(self, rows: Sequence[list[int]], on_count: OnCount | None = None) -> Tensor:
        """Token ids of any lengths, batched by length: (N, K) on the CPU, in the order of the rows.

        `on_count` gets the rows that are done, after each batch.
        """
        result: list[Tensor | None] = [None] * len(rows)
        done = 0
        for batch in plan_batches([len(row) for row in rows], self.tokens_per_batch, self._max_padding):
            ids, mask = pad([rows[i] for i in batch], self.device)
            with torch.inference_mode(), readable(self.backbone, ids.shape[1]):
                logits = self.model(input_ids=ids, attention_mask=mask).logits
            for i, row in zip(batch, at_least_float32(logits).cpu(), strict=True):
                result[i] = row
            done += len(batch)
            if on_count is not None:
                on_count(done, len(rows))
        return torch.stack(cast(list[Tensor], result))

    def probabilities(self, logits: Tensor) -> Tensor:
        """Softmax or sigmoid as the problem wants; NaN for a regression."""
        return probabilities(logits, self.problem_type, self.temperature)

    def verdict(self, logits: Tensor) -> str:
        """What these logits (K,) say in a word, as a prediction would."""
        return verdict(self.labels, logits.tolist(), self.probabilities(logits).tolist(), self.problem_type)


def make_probe(pair: LoadedPair) -> Probe:
    """A probe of a loaded pair, in evaluation mode and without gradients for weights."""
    predictor = pair.predictor
    with predictor.lock.shared():
        model = shared_copy(predictor.model)
    model.requires_grad_(False)
    model.train(False)
    names = ("encoder", "labels", "problem_type", "device", "tokens_per_batch", "temperature")
    return Probe(model, **{name: getattr(predictor, name) for name in names})


@contextmanager
def watching(probe: Probe, see: Callable[[int, Tensor], None]) -> Iterator[None]:
    """Calls `see` with 0 and what enters the first layer (B, T, D), then with i and what leaves layer i of L."""
    with watching_layers(tuple(probe.layers), see):
        yield


def at_least_float32(tensor: Tensor) -> Tensor:
    """Half precision widened, the rest unchanged."""
    return tensor.float() if tensor.dtype in (torch.float16, torch.bfloat16) else tensor


def _active(part: nn.Module) -> nn.Module:
    return part.modules_to_save[part.active_adapters[0]] if isinstance(part, ModulesToSaveWrapper) else part
