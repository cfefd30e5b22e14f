"""The options of the parts of a classifier: pooler, head, criterion and the start values of new layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, assert_never

from pydantic import BeforeValidator, Field, create_model
from pydantic_core import PydanticCustomError

from core.config.strict_model import ClosedModel
from core.errors import ConfigError

CriterionType = Literal["mse", "cross_entropy", "bce", "bitempered"]
ProblemType = Literal["single_label_classification", "multi_label_classification", "regression"]
InitMethod = Literal[
    "normal", "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal", "orthogonal", "zeros"
]
_Power = Annotated[float, Field(gt=0, le=64)]
_Threshold = Annotated[float, Field(gt=0, le=1)]


@dataclass(frozen=True)
class PoolerEntry:
    """A pooler as a config names it. Its class is the one in `core/model/poolers/<name>.py`.

    Attributes:
        title: what a person reads.
        options: the fields of its `pooler_config`.
    """

    name: str
    title: str
    options: type[ClosedModel]


def pooler_entry(name: str, title: str, **fields: tuple[Any, Any]) -> PoolerEntry:
    """`fields` are a type and a default each, as pydantic takes them; those of the class's constructor."""
    options = create_model(f"{name.capitalize()}Options", __base__=ClosedModel, __module__=__name__, **fields)  # type: ignore[call-overload]
    return PoolerEntry(name, title, options)


#: Every pooler, in the order in which they are shown. A new one is a file in `core/model/poolers/` and a line here.
POOLERS: dict[str, PoolerEntry] = {
    entry.name: entry
    for entry in (
        pooler_entry(
            "context",
            "last token",
            pre_head_pooling=(bool, True),
            ignored_token_id=(Annotated[int, Field(ge=0)] | None, None),
        ),
        pooler_entry("cls", "first token"),
        pooler_entry("mean", "mean", pre_head_pooling=(bool, True)),
        pooler_entry("attention", "attention", hidden_dim=(Annotated[int, Field(ge=1)] | None, None)),
        pooler_entry("gem", "GeM", p=(_Power, 3.0), eps=(_Threshold, 1e-6), learn_p=(bool, True)),
    )
}
#: Name and title of every head. A new one is a file in `core/model/heads/` and a line here.
HEADS: dict[str, str] = {
    "vanilla": "linear",
    "sequential": "sequential",
    "stock": "the architecture's own",
    "value": "value head",
}
#: The head of the architecture's own `...ForSequenceClassification`, where that is more than one linear layer.
OWN_HEAD = "stock"
#: The head of reward models as TRL builds it.
VALUE_TYPE = "value"
#: The name under which TRL keeps it beside the backbone.
VALUE_HEAD = "v_head"
#: What a stock `...ForSequenceClassification` has.
DEFAULT_POOLER, DEFAULT_HEAD = "context", "vanilla"


def _one_of(names: Iterable[str]) -> Callable[[object], object]:
    """A validator that speaks as that of a Literal does, of names that are read when a value comes."""

    def check(value: object) -> object:
        known = list(names)
        if value in known:
            return value
        expected = ", ".join(f"'{name}'" for name in known)
        raise PydanticCustomError("literal_error", "Input should be one of {expected}", {"expected": expected})

    return check


PoolerType = Annotated[str, BeforeValidator(_one_of(POOLERS))]
HeadType = Annotated[str, BeforeValidator(_one_of(HEADS))]


def pooler_options(kind: PoolerType, options: dict[str, Any]) -> ClosedModel:
    """`pooler_config` checked against its `pooler_type`, with what it leaves out filled in."""
    return POOLERS[kind].options.parse(options, "pooler_config")


def pooler_title(kind: str) -> str:
    """What a person reads for a pooler; a name that is not known stands for itself."""
    return POOLERS[kind].title if kind in POOLERS else kind


def head_title(kind: str) -> str:
    """What a person reads for a head; a name that is not known stands for itself."""
    return HEADS.get(kind, kind)


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
