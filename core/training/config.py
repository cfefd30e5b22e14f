"""`TrainingConfig`: what `python -m core train CONFIG.yaml` reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from core.config import AdapterConfig, BaseModelConfig
from core.config.components import ProblemType
from core.config.strict_model import ClosedModel, suggest
from core.errors import ConfigError

Share = Annotated[float, Field(ge=0, le=0.5)]
Unit = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[int, Field(ge=1)]

MetricName = Literal[
    "accuracy", "macro_f1", "calibration_error", "loss", "mean_squared_error", "mean_absolute_error", "r2"
]

#: Metrics of each problem; the first decides which epoch is best when none is named.
METRICS: dict[ProblemType, tuple[MetricName, ...]] = {
    "single_label_classification": ("accuracy", "macro_f1", "calibration_error", "loss"),
    "multi_label_classification": ("macro_f1", "accuracy", "calibration_error", "loss"),
    "regression": ("mean_squared_error", "mean_absolute_error", "r2", "loss"),
}
SMALLER_IS_BETTER: frozenset[MetricName] = frozenset(
    {"calibration_error", "loss", "mean_squared_error", "mean_absolute_error"}
)


class DataConfig(ClosedModel):
    """Labelled texts: CSV, TSV, Parquet or JSONL, one text a row.

    Attributes:
        train_file, validation_file, test_file: without a validation file, `validation_share` of the training
            rows is set aside (stratified by class, by seed). The test file is read after training, once.
        label_column: one class a cell; for several labels, or several outputs of a regression, joined by `|`
            (or a list, in Parquet and JSONL).
        labels: class names in the model's order; empty means those found, sorted.
        soft_labels_file: a table with one column a class and one row a training row, in the same order: a
            teacher's probabilities to learn from (distillation).
        name, source, licence, attribution: said in the model card.
    """

    train_file: Annotated[str, Field(min_length=1)]
    validation_file: str | None = None
    validation_share: Share = 0.1
    test_file: str | None = None
    text_column: str = "text"
    label_column: str = "label"
    labels: tuple[str, ...] = ()
    soft_labels_file: str | None = None
    name: str = ""
    source: str = ""
    licence: str = ""
    attribution: str = ""

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        twice = next((name for name in self.labels if self.labels.count(name) > 1), None)
        if twice is not None:
            raise ConfigError(f"DataConfig.labels has '{twice}' twice.", fix="give each name once.")
        return self


class OptimisationConfig(ClosedModel):
    """AdamW with a schedule.

    Attributes:
        epochs: passes over the training rows; early stopping may end sooner.
        batch_size: texts a step, times `accumulate` before the weights move.
        warmup_share: share of all steps in which the learning rate rises from 0.
        patience: stop after so many epochs without a better `metric`, and keep the best epoch. None: train to
            the end and keep the last. Needs validation rows.
        metric: None means the first of the problem's (`METRICS`).
        soft_label_weight: share of the teacher in the target, when there are soft labels.
        token_dropout: share of a training text's tokens left out at random, afresh in every epoch.
    """

    epochs: Annotated[float, Field(gt=0, le=10_000)] = 5
    batch_size: Positive = 32
    accumulate: Positive = 1
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 5e-4
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    warmup_share: Unit = 0.1
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    max_grad_norm: Annotated[float, Field(gt=0)] = 1.0
    patience: Positive | None = 3
    metric: MetricName | None = None
    soft_label_weight: Annotated[float, Field(ge=0, le=1)] = 0.5
    token_dropout: Unit = 0.0


class CardConfig(ClosedModel):
    """What the model card says beyond what the run knows by itself.

    Attributes:
        title: heading; None of ours means the output folder's name.
        licence: of the weights that are written.
        notes: paragraphs on how the model came to be.
        limits: one sentence each: what it should not be used for, where it fails.
        command: what a reader runs to repeat the numbers; empty means the training command.
    """

    title: str = ""
    licence: str = ""
    notes: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    command: str = ""


class TrainingConfig(ClosedModel):
    """One training run. Frozen; unknown fields are refused by name.

    `adapter` None trains every weight that `base_model` leaves free (full fine-tuning), unless
    `base_model.pretrained_adapter_path` names an adapter: then that one is trained further.
    `base_model.num_labels` may be left out: it follows from the data. Paths that begin with `./` or `../`
    are relative to the config file. `save_dtype` is the type in which trained weights are stored, and with
    which the final numbers are measured; None keeps the one they were trained in.
    """

    base_model: BaseModelConfig
    adapter: AdapterConfig | None = None
    data: DataConfig
    optimisation: OptimisationConfig = Field(default_factory=OptimisationConfig)
    output: Annotated[str, Field(min_length=1)]
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    max_tokens: Annotated[int, Field(ge=2)] | None = None
    save_dtype: Literal["float32", "float16", "bfloat16"] | None = None
    keep_checkpoints: bool = False
    card: CardConfig = Field(default_factory=CardConfig)

    @model_validator(mode="after")
    def _check_parts(self) -> Self:
        self._check_start()
        if self.base_model.torch_dtype not in ("float32", "bfloat16"):
            raise ConfigError(
                f"base_model.torch_dtype is '{self.base_model.torch_dtype}', in which training is not stable.",
                fix="use float32 or bfloat16; save_dtype decides how the weights are stored.",
            )
        problem = self.base_model.problem
        metric = self.optimisation.metric
        if metric is not None and metric not in METRICS[problem]:
            raise ConfigError(
                f"optimisation.metric '{metric}' is not measured for {problem}.", fix=suggest(metric, METRICS[problem])
            )
        if self.data.soft_labels_file and self.base_model.criterion_name not in ("cross_entropy", "bce"):
            raise ConfigError(
                f"data.soft_labels_file does not go with criterion '{self.base_model.criterion_name}'.",
                fix="use cross_entropy or bce, or leave the soft labels out.",
            )
        return self

    def _check_start(self) -> None:
        base = self.base_model
        if base.pretrained_adapter_path is None:
            return
        if self.adapter is not None:
            raise ConfigError(
                "Both 'adapter' and 'base_model.pretrained_adapter_path' are given.",
                fix="leave 'adapter' out to train the existing adapter further.",
            )
        if not base.is_trainable:
            raise ConfigError(
                "base_model.is_trainable is false, so its adapter cannot be trained further.",
                fix="set is_trainable to true.",
            )

    @property
    def metric(self) -> MetricName:
        """What decides which epoch is best."""
        return self.optimisation.metric or METRICS[self.base_model.problem][0]

    @property
    def trains_adapter(self) -> bool:
        """Whether an adapter folder is written, and not a model folder."""
        return self.adapter is not None or self.base_model.pretrained_adapter_path is not None

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read a `.yaml` or `.json` file, with its relative paths made absolute."""
        return super().from_file(path).relative_to(path.resolve().parent)

    def relative_to(self, folder: Path) -> Self:
        """The same run with `./` and `../` paths made absolute from `folder`."""
        data: dict[str, Any] = self.model_dump(exclude_unset=True)
        places = [
            (data["base_model"], ("pretrained_model_name_or_path", "pretrained_adapter_path")),
            (data["data"], ("train_file", "validation_file", "test_file", "soft_labels_file")),
            (data, ("output",)),
        ]
        for fields, names in places:
            for name in names:
                value = fields.get(name)
                if isinstance(value, str) and value.startswith(("./", "../")):
                    fields[name] = str((folder / value).resolve())
        return type(self)(**data)
