"""The options of the parts of a classifier: pooler, head, criterion and the start values of new layers."""

from __future__ import annotations

from typing import Annotated, Any, Literal, assert_never

from pydantic import Field

from core.config.strict_model import ClosedModel
from core.errors import ConfigError

PoolerType = Literal["context", "mean", "attention", "gem"]
HeadType = Literal["vanilla", "sequential"]
CriterionType = Literal["mse", "cross_entropy", "bce", "bitempered"]
ProblemType = Literal["single_label_classification", "multi_label_classification", "regression"]
InitMethod = Literal[
    "normal", "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal", "orthogonal", "zeros"
]


class ContextOptions(ClosedModel):
    """Last real token; before the head (hidden states) or after it (logits)."""

    pre_head_pooling: bool = True


class MeanOptions(ClosedModel):
    """The mean has nothing to choose."""


class AttentionOptions(ClosedModel):
    """e = V tanh(W h) with W: D -> hidden_dim. None means the backbone's hidden size."""

    hidden_dim: Annotated[int, Field(ge=1)] | None = None


class GemOptions(ClosedModel):
    """(mean of clamp(h, eps)^p)^(1/p), with p learnt or fixed."""

    p: Annotated[float, Field(gt=0, le=64)] = 3.0
    eps: Annotated[float, Field(gt=0, le=1)] = 1e-6
    learn_p: bool = True


PoolerOptions = ContextOptions | MeanOptions | AttentionOptions | GemOptions


def pooler_options(kind: PoolerType, options: dict[str, Any]) -> PoolerOptions:
    """`pooler_config` checked against its `pooler_type`."""
    match kind:
        case "context":
            return ContextOptions.parse(options, "pooler_config")
        case "mean":
            return MeanOptions.parse(options, "pooler_config")
        case "attention":
            return AttentionOptions.parse(options, "pooler_config")
        case "gem":
            return GemOptions.parse(options, "pooler_config")
        case _:
            assert_never(kind)


class MseOptions(ClosedModel):
    """Mean squared error has nothing to choose."""


class CrossEntropyOptions(ClosedModel):
    """Softmax cross entropy."""

    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0


class BceOptions(ClosedModel):
    """Binary cross entropy with logits; `pos_weight` one factor a class, or None."""

    pos_weight: tuple[Annotated[float, Field(gt=0)], ...] | None = None


class BitemperedOptions(ClosedModel):
    """Bi-tempered logistic loss (Amid et al. 2019): 0 <= t1 <= 1 <= t2."""

    t1: Annotated[float, Field(ge=0, le=1)] = 0.8
    t2: Annotated[float, Field(ge=1, le=4)] = 1.2
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    num_iters: Annotated[int, Field(ge=1, le=200)] = 20


CriterionOptions = MseOptions | CrossEntropyOptions | BceOptions | BitemperedOptions


def criterion_options(kind: CriterionType, options: dict[str, Any]) -> CriterionOptions:
    """`criterion_config` checked against its `criterion`."""
    match kind:
        case "mse":
            return MseOptions.parse(options, "criterion_config")
        case "cross_entropy":
            return CrossEntropyOptions.parse(options, "criterion_config")
        case "bce":
            return BceOptions.parse(options, "criterion_config")
        case "bitempered":
            return BitemperedOptions.parse(options, "criterion_config")
        case _:
            assert_never(kind)


_PROBLEM_OF: dict[CriterionType, ProblemType] = {
    "mse": "regression",
    "cross_entropy": "single_label_classification",
    "bce": "multi_label_classification",
    "bitempered": "single_label_classification",
}
_CRITERION_OF: dict[ProblemType, CriterionType] = {
    "single_label_classification": "cross_entropy",
    "multi_label_classification": "bce",
    "regression": "mse",
}


def resolve_problem(problem: ProblemType | None, criterion: CriterionType | None) -> tuple[ProblemType, CriterionType]:
    """Fill in what is None; refuse a criterion that does not fit the problem.

    Raises:
        ConfigError: cross entropy on a regression, and the like.
    """
    if problem is None:
        problem = _PROBLEM_OF[criterion] if criterion else "single_label_classification"
    if criterion is None:
        criterion = _CRITERION_OF[problem]
    if _PROBLEM_OF[criterion] != problem:
        fitting = [c for c, p in _PROBLEM_OF.items() if p == problem]
        raise ConfigError(
            f"criterion '{criterion}' is for {_PROBLEM_OF[criterion]}, and problem_type is '{problem}'.",
            fix=f"use criterion {' or '.join(fitting)}, or change problem_type.",
        )
    return problem, criterion


class InitOptions(ClosedModel):
    """How new layers (pooler, head, re-initialised layers) get their start values.

    `std` is used by `normal` (None: the backbone's own `initializer_range`), `gain` by xavier and orthogonal.
    """

    method: InitMethod = "normal"
    std: Annotated[float, Field(gt=0, le=1)] | None = None
    gain: Annotated[float, Field(gt=0, le=100)] = 1.0
    seed: Annotated[int, Field(ge=0)] | None = None
