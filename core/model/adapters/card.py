"""`classifier.json`: what an adapter folder says of the classifier that it was trained in.

PEFT's own files hold the LoRA factors, pooler and head; this one says how to put them together again, and on
which base. A folder without it still loads: the parts are then inferred from its tensors.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Self, get_args

from pydantic import Field, field_validator, model_validator

from core.config.components import (
    DEFAULT_HEAD,
    DEFAULT_POOLER,
    CriterionType,
    HeadType,
    PoolerType,
    ProblemType,
    pooler_options,
    resolve_problem,
)
from core.config.families import Family
from core.config.strict_model import ClosedModel
from core.errors import ConfigError
from core.files.unusable import require_usable

CARD_FILE = "classifier.json"


class AdapterCard(ClosedModel):
    """Everything beside the weights that the verdicts of an adapter depend on.

    `labels` alone are enough, as a person writes them for an adapter that was trained elsewhere. What the file does not
    state has a stock classifier's value here, or None; `states` tells the two apart.
    """

    model_type: str | None = None
    family: Family | None = None
    bidirectional: bool = False
    hidden_size: Annotated[int, Field(ge=1)] | None = None
    num_hidden_layers: Annotated[int, Field(ge=1)] | None = None
    labels: tuple[str, ...]
    problem_type: ProblemType | None = None
    pooler_type: PoolerType = DEFAULT_POOLER
    pooler_config: dict[str, Any] = Field(default_factory=dict)
    head_type: HeadType = DEFAULT_HEAD
    criterion: CriterionType | None = None
    criterion_config: dict[str, Any] = Field(default_factory=dict)
    max_tokens: Annotated[int, Field(ge=2)] | None = None
    base_name: str = ""
    base_fingerprint: dict[str, list[float]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _problem_of_criterion(cls, data: Any) -> Any:
        """A criterion that is stated alone says which problem it is for."""
        stated = data.get("criterion") if isinstance(data, dict) and data.get("problem_type") is None else None
        return {**data, "problem_type": resolve_problem(None, stated)[0]} if stated in get_args(CriterionType) else data

    @field_validator("labels")
    @classmethod
    def _distinct(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        twice = next((label for label in value if value.count(label) > 1), None)
        if not value or twice is not None:
            seen = f"'{twice}' twice" if twice else "no label"
            raise ConfigError(f"{CARD_FILE}: labels has {seen}.", fix="give each class one name.")
        return value

    @model_validator(mode="after")
    def _check(self) -> Self:
        resolve_problem(self.problem_type, self.criterion)
        _ = self.pooler
        return self

    def states(self, field: str) -> bool:
        """Whether the file has a value for a field, and it is not null."""
        return field in self.model_fields_set and getattr(self, field) is not None

    @property
    def pooler(self) -> ClosedModel:
        """The pooler's options, checked."""
        return pooler_options(self.pooler_type, self.pooler_config)

    def write(self, folder: Path) -> None:
        """Write it into an adapter folder."""
        (folder / CARD_FILE).write_text(self.to_json() + "\n", encoding="utf-8")


def read_card(folder: Path) -> AdapterCard | None:
    """The card of an adapter folder, or None when it has none.

    Raises:
        ConfigError: a card that cannot be read.
        CheckpointError: one that is a pointer of git-lfs, or a link to nowhere.
    """
    require_usable(folder, (CARD_FILE,))
    path = folder / CARD_FILE
    return AdapterCard.from_file(path) if path.is_file() else None
