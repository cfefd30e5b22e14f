"""One pass through the model, and what stands at each stage of it: shape, dtype, finite values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from core.dry_run.subject import Subject
from core.errors import ConfigError
from core.explain.probe import watching
from core.results import TracedTensor

EMBEDDINGS, STATES, POOLER, HEAD, WEIGHTS, LOGITS = (
    "Embeddings",
    "Hidden states",
    "Pooler",
    "Head at every token",
    "Pooling weights",
    "Logits",
)


@dataclass
class Trace:
    """What was seen, in the order of the pass.

    Attributes:
        depth: transformer layers; 0 where the architecture has no single stack of them.
        weight_error: how far the pooling weights of a text are from summing to 1, at most; None without weights.
        weight_on_padding: the largest weight of a padded position.
        error: what the model raised, in words; nothing after that was seen.
        broken_weight: the first parameter that holds NaN or Inf; looked for only where a value was not finite.
    """

    depth: int
    tensors: list[TracedTensor] = field(default_factory=list)
    weight_error: float | None = None
    weight_on_padding: float = 0.0
    error: str = ""
    broken_weight: str = ""

    def named(self, name: str) -> TracedTensor | None:
        """The tensor of that name, or None when the pass did not come so far."""
        return next((t for t in self.tensors if t.name == name), None)

    @property
    def layers(self) -> list[TracedTensor]:
        """What the layers gave."""
        return [t for t in self.tensors if t.name.startswith("Layer ")]


def trace(subject: Subject) -> Trace:
    """Run all texts as one batch padded on the right; every hook is taken off again."""
    batch = subject.together(subject.rows)
    result = Trace(_depth(subject))
    sizes = {"B": len(subject.rows), "T": batch["input_ids"].shape[1], "K": len(subject.pair.info.labels)}
    sizes["D"] = subject.probe.classifier.config.get_text_config().hidden_size

    def see(name: str, axes: str, value: Any, dtype: torch.dtype | None = None) -> None:
        if isinstance(value, Tensor):
            expected = tuple(sizes[axis] for axis in axes)
            result.tensors.append(_traced(name, axes, value, expected, dtype or subject.dtype))

    try:
        with _watched(subject, result.depth, see), torch.inference_mode():
            output = subject.probe.model(**batch)
    except (RuntimeError, ValueError, IndexError) as error:
        result.error = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        return result
    weights = output.pooling_weights
    if weights is not None:
        wide = torch.float64 if weights.dtype == torch.float64 else torch.float32
        see(WEIGHTS, "BT", weights, weights.dtype if weights.dtype == subject.dtype else wide)
        result.weight_error = float((weights.float().sum(dim=1) - 1).abs().max())
        padding = batch["attention_mask"] == 0
        result.weight_on_padding = float(weights.float().abs().masked_fill(~padding, 0.0).max())
    see(LOGITS, "BK", output.logits)
    if not all(t.is_finite for t in result.tensors):
        weights = subject.probe.model.named_parameters()
        result.broken_weight = next((name for name, p in weights if not p.isfinite().all()), "")
    return result


def _depth(subject: Subject) -> int:
    try:
        return len(subject.probe.layers)
    except ConfigError:
        return 0


@contextmanager
def _watched(subject: Subject, depth: int, see: Any) -> Iterator[None]:
    """Hooks on the stages of the model, in place while this is entered."""
    probe = subject.probe
    pools_logits = probe.classifier.pools_logits

    def states(_module: nn.Module, _args: Any, output: Any) -> None:
        see(STATES, "BTD", output.last_hidden_state)

    def vectors(_module: nn.Module, _args: Any, output: Any) -> None:
        see(POOLER, "BK" if pools_logits else "BD", output.vectors)

    def every_token(_module: nn.Module, _args: Any, output: Any) -> None:
        see(HEAD, "BTK", output)

    with ExitStack() as hooks:
        if depth:
            hooks.enter_context(
                watching(probe, lambda i, state: see(f"Layer {i - 1}" if i else EMBEDDINGS, "BTD", state))
            )
        handles = [probe.backbone.register_forward_hook(states), probe.classifier.pooler.register_forward_hook(vectors)]
        if pools_logits:
            handles.append(probe.classifier.score.register_forward_hook(every_token))
        for handle in handles:
            hooks.callback(handle.remove)
        yield


def _traced(name: str, axes: str, value: Tensor, expected: tuple[int, ...], dtype: torch.dtype) -> TracedTensor:
    finite = value.isfinite()
    known = value[finite].abs().float()
    return TracedTensor(
        name=name,
        axes=f"({', '.join(axes)})",
        shape=tuple(value.shape),
        expected=expected,
        dtype=_name(value.dtype),
        expected_dtype=_name(dtype),
        finite=int(finite.sum()),
        largest=float(known.max()) if len(known) else torch.nan,
    )


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
