"""What is split over the tokens: a weighed sum of logits, and what of it no token has a share in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import NotFoundError
from core.results import ContributionOptions, Floats
from core.results.contributions import Quantity


@dataclass(frozen=True, eq=False)
class TargetLogits:
    """value = weights . logits + others.

    Attributes:
        weights: (K,), held at this text's probabilities.
        others: of log-odds minus the entropy of the other classes.
    """

    quantity: Quantity
    weights: Floats
    others: float
    value: float


def target_of(logits: Floats, labels: tuple[str, ...], problem_type: str, options: ContributionOptions) -> TargetLogits:
    """The target at these logits (K,).

    Log-odds of one class among several: log(p / (1 - p)) = e_c - logsumexp of the others, and that is q . e + H(q) with
    q_j = p_j / (1 - p_c). The logit of a sigmoid is its log-odds. A regression has outputs.

    Raises:
        NotFoundError: no such class.
    """
    for label in (options.label, options.against) if options.target == "lead" else (options.label,):
        if label not in labels:
            raise NotFoundError(f"The candidate has no class '{label}'.", fix="choose one of its classes.")
    logits = np.asarray(logits, dtype=np.float64)
    weights = np.zeros_like(logits)
    place = labels.index(options.label)
    weights[place] = 1.0
    if options.target == "lead":
        weights[labels.index(options.against)] -= 1.0
        return _of("lead", weights, logits)
    if problem_type == "regression":
        return _of("output", weights, logits)
    if options.target != "log-odds" or len(labels) == 1:
        return _of("logit", weights, logits)
    if problem_type == "multi_label_classification":
        return _of("log-odds", weights, logits)
    rest = np.where(np.arange(len(logits)) == place, -np.inf, logits)
    shares = np.exp(rest - rest.max())
    shares /= shares.sum()
    positive = shares[shares > 0]
    return _of("log-odds", weights - shares, logits, float((positive * np.log(positive)).sum()))


def _of(quantity: Quantity, weights: Floats, logits: Floats, others: float = 0.0) -> TargetLogits:
    return TargetLogits(quantity, weights, others, float(weights @ logits) + others)
