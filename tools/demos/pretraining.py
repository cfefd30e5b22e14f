"""Training a base from nothing: a language model that also has to tell intents apart.

Two kinds of loss at once. The next token of each text (the language model), and the text's class by a linear
head on the mean hidden state, one head a data set; these heads are thrown away. What stays is a causal
language model whose hidden states are worth pooling. With a bidirectional candidate the classes are read from a
pass without the causal mask, the next tokens from one with it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from core.model.families import under_mask
from tools.demos.recipes import PretrainingRecipe
from tools.demos.sampling import Batch, Sampler, Task

Tell = Callable[[str], None]
BETAS = (0.9, 0.98)
FLOOR = 0.02


class BasePretraining:
    """One base's training; `run` changes the model in place."""

    def __init__(
        self, model: PreTrainedModel, tasks: Sequence[Task], recipe: PretrainingRecipe, *, bidirectional: bool
    ) -> None:
        self._model: Any = model
        self._tasks = tasks
        self._recipe = recipe
        self._bidirectional = bidirectional
        self._heads = nn.ModuleList(nn.Linear(model.config.hidden_size, task.targets.shape[1]) for task in tasks)
        self._parameters = [*model.parameters(), *self._heads.parameters()]
        matrices = [p for p in self._parameters if p.ndim > 1]
        others = [p for p in self._parameters if p.ndim <= 1]
        self._optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}],
            lr=recipe.learning_rate,
            betas=BETAS,
            fused=True,
        )

    def run(self, tokenizer: PreTrainedTokenizerFast, seed: int, tell: Tell) -> None:
        """All epochs; the model ends with averaged weights, in evaluation mode."""
        sampler = Sampler(self._tasks, tokenizer, self._recipe, seed)
        average = WeightAverage(self._parameters, self._recipe.average_decay)
        began, done = time.perf_counter(), 0.0
        self._model.train()
        with residual_dropout(self._model, self._recipe.residual_dropout):
            for epoch in range(self._recipe.epochs):
                batches = sampler.epoch()
                sums = torch.zeros(2)
                for number, batch in enumerate(batches):
                    done = (epoch + number / len(batches)) / self._recipe.epochs
                    sums += self._step(batch, done)
                    if done >= self._recipe.average_from:
                        average.update()
                language, classes = (sums / len(batches)).tolist()
                tell(
                    f"epoch {epoch + 1} of {self._recipe.epochs}: next token {language:.3f}, "
                    f"classes {classes:.3f}, {time.perf_counter() - began:.0f} s"
                )
        average.apply()
        self._model.eval()

    def _step(self, batch: Batch, done: float) -> Tensor:
        """One update; the two losses as they were."""
        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.learning_rate * schedule(done, self._recipe.warmup_share)
        language, classes = self._losses(batch)
        self._optimizer.zero_grad()
        (self._recipe.lm_weight * language + classes).backward()
        nn.utils.clip_grad_norm_(self._parameters, 1.0)
        self._optimizer.step()
        return torch.stack([language.detach(), classes.detach()])

    def _losses(self, batch: Batch) -> tuple[Tensor, Tensor]:
        if not self._bidirectional:
            hidden = self._hidden(batch.ids, None)
            language = self._language_loss(hidden, batch.ids, batch.real, self._recipe.lm_share)
            return language, self._class_loss(hidden, batch)
        some = torch.randperm(len(batch.ids))[: max(1, round(self._recipe.lm_share * len(batch.ids)))]
        hidden = self._hidden(batch.ids[some], None)
        language = self._language_loss(hidden, batch.ids[some], batch.real[some], 1.0)
        with unmasked(self._model):
            return language, self._class_loss(self._hidden(batch.ids, batch.text), batch)

    def _hidden(self, ids: Tensor, mask: Tensor | None) -> Tensor:
        """ids (B, T) -> (B, T, D). Under a causal mask no text sees the padding behind it: no mask is needed."""
        vectors = functional.dropout(self._model.model.embed_tokens(ids), self._recipe.embedding_dropout)
        result: Tensor = self._model.model(
            inputs_embeds=vectors, attention_mask=None if mask is None else mask.long(), use_cache=False
        ).last_hidden_state
        return result

    def _language_loss(self, hidden: Tensor, ids: Tensor, real: Tensor, share: float) -> Tensor:
        """Next-token cross entropy over a random share of the real tokens."""
        known = real[:, 1:]
        states, requested = hidden[:, :-1][known], ids[:, 1:][known]
        if share < 1:
            some = torch.randperm(len(requested))[: max(1, round(share * len(requested)))]
            states, requested = states[some], requested[some]
        return functional.cross_entropy(self._model.lm_head(states), requested)

    def _class_loss(self, hidden: Tensor, batch: Batch) -> Tensor:
        """Cross entropy of each text under its task's head, mean over the batch."""
        pooled = functional.dropout(mean_state(hidden, batch.text), self._recipe.embedding_dropout)
        total = pooled.new_zeros(())
        for number, (task, head) in enumerate(zip(self._tasks, self._heads, strict=True)):
            own = batch.tasks == number
            if own.any():
                targets = task.targets[batch.rows[own]]
                total = total + functional.cross_entropy(
                    head(pooled[own]), targets, label_smoothing=self._recipe.label_smoothing, reduction="sum"
                )
        return total / len(pooled)


class WeightAverage:
    """An exponential moving average of weights (Polyak and Juditsky 1992)."""

    def __init__(self, parameters: Sequence[nn.Parameter], decay: float) -> None:
        self._parameters = list(parameters)
        self._decay = decay
        self._mean: list[Tensor] = []

    def update(self) -> None:
        """Take the weights as they are now into the average."""
        now = [p.detach() for p in self._parameters]
        if self._mean:
            torch._foreach_lerp_(self._mean, now, 1 - self._decay)
        else:
            self._mean = [p.clone() for p in now]

    def apply(self) -> None:
        """Set the weights to their average."""
        with torch.no_grad():
            for parameter, mean in zip(self._parameters, self._mean, strict=bool(self._mean)):
                parameter.copy_(mean)


def mean_state(hidden: Tensor, mask: Tensor) -> Tensor:
    """hidden (B, T, D), mask (B, T) bool -> mean over masked-in places but the first, which is `<s>`: (B, D)."""
    inner = mask.clone()
    inner[:, 0] = False
    weights = inner.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)


def schedule(done: float, warmup: float) -> float:
    """Factor of the learning rate at this share of all steps: linear rise, cosine fall to 2 %."""
    rise = min(1.0, done / warmup) if warmup else 1.0
    return rise * (FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * done)))


def unmasked(model: Any) -> AbstractContextManager[None]:
    """No causal mask inside the block."""
    return under_mask(model.config, causal=False)


@contextmanager
def residual_dropout(model: Any, share: float) -> Iterator[None]:
    """Dropout on what each attention and MLP block adds, which these architectures do not have by themselves."""

    def drop(_module: nn.Module, _inputs: Any, output: Any) -> Any:
        if isinstance(output, tuple):
            return (functional.dropout(output[0], share), *output[1:])
        return functional.dropout(output, share)

    blocks = [block for layer in model.model.layers for block in (layer.self_attn, layer.mlp)]
    handles = [block.register_forward_hook(drop) for block in blocks]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
