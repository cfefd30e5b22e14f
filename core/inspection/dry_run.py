"""Is a loaded candidate set up right? One small batch through every stage, each with its number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from core.inference.encoding import Encoded
from core.inference.engine import Engine
from core.inference.predictor import Predictor
from core.results import DryRun, HealthReport, Selection, Stage

#: Largest difference between a text alone and the same text padded, as a share of the largest logit.
TOLERANCE: Mapping[torch.dtype, float] = {
    torch.float64: 1e-5,
    torch.float32: 1e-5,
    torch.float16: 2e-2,
    torch.bfloat16: 1e-1,
}

_SHORT = "My card has not arrived."
_LONG = "I ordered a new card two weeks ago, it still has not arrived, and nobody can tell me where it is now. " * 3


def dry_run(model: nn.Module, batch: Mapping[str, Tensor]) -> Any:
    """One forward pass without gradients; returns the model's own output.

    `batch` holds input_ids (B, T) and attention_mask (B, T), with labels for a loss. The training flags of all
    modules are put back.
    """
    with _evaluating(model), torch.inference_mode():
        return model(**batch)


def check(engine: Engine, selection: Selection) -> tuple[DryRun, HealthReport]:
    """Run all stages on a candidate, which is loaded when needed, while nobody else uses it.

    Raises:
        AppError: it cannot be loaded.
    """
    pair = engine.pair(selection)
    with pair.predictor.lock.exclusive():
        return DryRun(tuple(_stages(pair.predictor))), pair.info.health


def _stages(predictor: Predictor) -> Iterator[Stage]:
    short, long = predictor.encoder.encode([_SHORT, _LONG])
    yield Stage("Tokenizer", True, f"2 texts to {len(short.ids)} and {len(long.ids)} tokens of {long.total}")
    output = dry_run(predictor.model, _padded(predictor, [short, long], "right"))
    logits = output.logits
    expected = (2, len(predictor.labels))
    shape = tuple(logits.shape)
    yield Stage("Logits", shape == expected, f"shape {shape}, expected {expected}, {str(logits.dtype)[6:]}")
    finite = bool(logits.isfinite().all())
    yield Stage("Finite", finite, f"{int(logits.isfinite().sum())} of {logits.numel()} logits are finite")
    if output.pooling_weights is not None:
        error = float((output.pooling_weights.sum(dim=1) - 1).abs().max())
        yield Stage("Pooling weights", error < 1e-3, f"sum to 1 within {error:.1e}")
    yield _padding(predictor, [short, long])
    yield _gradient(predictor, [short, long])


def _padding(predictor: Predictor, texts: list[Encoded]) -> Stage:
    """The same text alone and in a batch, padded left and right."""
    alone = torch.cat([dry_run(predictor.model, _padded(predictor, [text], "right")).logits for text in texts])
    largest = float(alone.abs().max().clamp(min=1e-12))
    differences = {
        side: float((dry_run(predictor.model, _padded(predictor, texts, side)).logits - alone).abs().max()) / largest
        for side in ("left", "right")
    }
    bound = TOLERANCE[alone.dtype]
    words = ", ".join(f"{side} {value:.1e}" for side, value in differences.items())
    return Stage(
        "Padding", max(differences.values()) <= bound, f"differs by {words} of the largest logit; bound {bound:.0e}"
    )


def _gradient(predictor: Predictor, texts: list[Encoded]) -> Stage:
    """A gradient reaches adapter, pooler and head, and nothing else. Everything is put back."""
    model = predictor.model
    before = {name: p.requires_grad for name, p in model.named_parameters()}
    trained = {name for name in before if _is_trained(name)}
    try:
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name in trained)
        batch = _padded(predictor, texts, "right")
        with _evaluating(model):
            model(**batch).logits.square().mean().backward()
        reached = {name for name, p in model.named_parameters() if p.grad is not None}
        finite = all(bool(p.grad.isfinite().all()) for p in model.parameters() if p.grad is not None)
    finally:
        for name, parameter in model.named_parameters():
            parameter.grad = None
            parameter.requires_grad_(before[name])
    missed = trained - reached
    words = f"reaches {len(reached)} of {len(trained)} trained tensors, and {len(reached - trained)} frozen ones"
    return Stage("Gradient", not missed and finite and reached <= trained, words)


def _is_trained(name: str) -> bool:
    if "original_module" in name:
        return False
    return ".lora_" in name or "modules_to_save" in name or name.startswith(("score.", "pooler."))


def _padded(predictor: Predictor, texts: list[Encoded], side: str) -> dict[str, Tensor]:
    longest = max(len(text.ids) for text in texts)
    rows, masks = [], []
    for text in texts:
        gap = [0] * (longest - len(text.ids))
        ones = [1] * len(text.ids)
        rows.append(gap + text.ids if side == "left" else text.ids + gap)
        masks.append(gap + ones if side == "left" else ones + gap)
    device = predictor.device
    return {"input_ids": torch.tensor(rows, device=device), "attention_mask": torch.tensor(masks, device=device)}


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Evaluation mode, then every module's own flag again."""
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, flag in flags:
            module.training = flag
