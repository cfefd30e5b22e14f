"""`BaseModelConfig`: everything that says which classifier to build."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, field_serializer, field_validator, model_validator

from core.config.components import (
    DEFAULT_HEAD,
    DEFAULT_POOLER,
    BceOptions,
    CriterionOptions,
    CriterionType,
    HeadType,
    InitOptions,
    PoolerType,
    ProblemType,
    criterion_options,
    pooler_options,
    resolve_problem,
)
from core.config.families import FAMILIES, Architecture, ModelType, architecture_of
from core.config.quantisation import Quantisation, quantisation_named
from core.config.strict_model import ClosedModel, suggest
from core.errors import ConfigError

DtypeName = Literal["float16", "float32", "bfloat16", "float64", "int32", "int64", "int16", "int8", "uint8", "bool"]
DTYPE_NAMES: tuple[DtypeName, ...] = get_args(DtypeName)
FLOAT_DTYPES: tuple[DtypeName, ...] = ("float16", "float32", "bfloat16", "float64")

Probability = Annotated[float, Field(ge=0, lt=1)]


def parse_dtype(value: object) -> DtypeName:
    """A dtype name, a `torch.dtype`, or None (float32).

    Raises:
        ConfigError: "Unsupported dtype" for any other name.
    """
    if value is None:
        return "float32"
    name = str(value).removeprefix("torch.")
    if name not in DTYPE_NAMES:
        raise ConfigError(f"Unsupported dtype {name!r} in torch_dtype.", fix=suggest(name, DTYPE_NAMES))
    return name


class BaseModelConfig(ClosedModel):
    """A base model with a pooler and a head. Frozen; unknown fields are refused by name.

    `torch_dtype` None means float32. Integer and bool dtypes are valid names (weights may be stored so),
    but a classifier cannot run in them: building one is refused. `num_labels` None means as many as the stored
    head has, in training as many as the data has, else 2. `quantisation` holds the backbone's linear layers in fewer
    bits; `torch_dtype` is then the type of everything else.
    """

    pretrained_model_name_or_path: Annotated[str, Field(min_length=1)]
    cache_dir: Path | None = None
    torch_dtype: DtypeName = "float32"
    quantisation: Quantisation = Field(default_factory=Quantisation)
    output_hidden_states: bool = False
    output_attentions: bool = False
    num_labels: Annotated[int, Field(ge=1)] | None = None
    problem_type: ProblemType | None = None
    attention_dropout: Probability = 0.0
    attention_probs_dropout_prob: Probability = 0.0
    hidden_dropout_prob: Probability = 0.0
    pooler_dropout: Probability = 0.0
    model_type: ModelType = "vanilla"
    init_config: dict[str, Any] = Field(default_factory=dict)
    num_layers_to_remove: Annotated[int, Field(ge=0)] | None = None
    reinitialize_n_layers_of_backbone: Annotated[int, Field(ge=0)] = 0
    freeze_these_layers_indices: tuple[Annotated[int, Field(ge=0)], ...] | None = None
    freeze_embeddings: bool = False
    criterion: CriterionType | None = None
    criterion_config: dict[str, Any] = Field(default_factory=dict)
    pooler_type: PoolerType | None = None
    pooler_config: dict[str, Any] = Field(default_factory=dict)
    head_type: HeadType | None = None
    pretrained_adapter_path: str | None = None
    is_trainable: bool = True

    @field_validator("torch_dtype", mode="before")
    @classmethod
    def _read_dtype(cls, value: object) -> DtypeName:
        return parse_dtype(value)

    @field_validator("init_config", "criterion_config", "pooler_config", mode="before")
    @classmethod
    def _none_is_empty(cls, value: object) -> object:
        return {} if value is None else value

    @field_serializer("quantisation")
    def _write_quantisation(self, value: Quantisation) -> str | dict[str, Any]:
        return value.name if value == quantisation_named(value.name) else value.to_dict()

    @field_serializer("cache_dir")
    def _write_path(self, value: Path | None) -> str | None:
        return None if value is None else str(value)

    @model_validator(mode="after")
    def _check_parts(self) -> Self:
        """Everything that can be known before a file is read."""
        _ = self.init, self.pooler, self.criterion_options
        self._check_dropouts()
        self._check_labels()
        duplicated = self.freeze_these_layers_indices or ()
        if len(set(duplicated)) != len(duplicated):
            raise ConfigError(
                f"freeze_these_layers_indices names a layer twice: {list(duplicated)}.", fix="name each layer once."
            )
        return self

    def _check_dropouts(self) -> None:
        family = self.architecture.family
        for field in ("attention_dropout", "attention_probs_dropout_prob", "hidden_dropout_prob"):
            if getattr(self, field) and field not in FAMILIES[family].dropouts:
                raise ConfigError(
                    f"'{field}' has no effect on model_type '{self.model_type}' ({family} architecture).",
                    fix="use 'attention_dropout' or 'pooler_dropout', or remove the field.",
                )

    def _check_labels(self) -> None:
        if self.problem == "single_label_classification" and self.num_labels == 1:
            raise ConfigError(
                "num_labels is 1, and a single-label classification needs at least two classes.",
                fix="set num_labels to the number of classes, or problem_type to 'regression'.",
            )
        options = self.criterion_options
        weights = options.pos_weight if isinstance(options, BceOptions) else None
        if weights and self.num_labels and len(weights) != self.num_labels:
            raise ConfigError(
                f"criterion_config.pos_weight has {len(weights)} values for {self.num_labels} classes.",
                fix="give one value a class.",
            )

    @property
    def architecture(self) -> Architecture:
        """Family and mask kind behind `model_type`."""
        return architecture_of(self.model_type)

    @property
    def problem(self) -> ProblemType:
        """`problem_type`, with None resolved (from the criterion, else single label)."""
        return resolve_problem(self.problem_type, self.criterion)[0]

    @property
    def criterion_name(self) -> CriterionType:
        """`criterion`, with None resolved from the problem."""
        return resolve_problem(self.problem_type, self.criterion)[1]

    @property
    def criterion_options(self) -> CriterionOptions:
        """`criterion_config`, checked."""
        return criterion_options(self.criterion_name, self.criterion_config)

    @property
    def pooler_name(self) -> PoolerType:
        """`pooler_type`, with None resolved to the last token, as stock classifiers have it."""
        return self.pooler_type or DEFAULT_POOLER

    @property
    def pooler(self) -> ClosedModel:
        """`pooler_config`, checked."""
        return pooler_options(self.pooler_name, self.pooler_config)

    @property
    def head_name(self) -> HeadType:
        """`head_type`, with None resolved to one linear layer."""
        return self.head_type or DEFAULT_HEAD

    @property
    def init(self) -> InitOptions:
        """`init_config`, checked."""
        return InitOptions.parse(self.init_config, "init_config")

    @property
    def is_bidirectional(self) -> bool:
        """Whether the causal mask is lifted."""
        return self.architecture.bidirectional

    def with_changes(self, **changes: Any) -> BaseModelConfig:
        """A copy with some fields changed, validated again."""
        return type(self)(**{**self.model_dump(), **changes})
