"""`sureness.json` beside an adapter's weights (or a base's, for its own head): thresholds that were measured."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from core.config.strict_model import ClosedModel
from core.errors import ConfigError
from core.results.sureness import SurenessThresholds

SURENESS_FILE = "sureness.json"

Probability = Annotated[float, Field(ge=0, le=1)]


class SurenessCard(ClosedModel):
    """The fields of `SurenessThresholds`, as a file states them; `calibrated_on` says in words on which texts."""

    calibrated_on: Annotated[str, Field(min_length=1)]
    sure: Probability = SurenessThresholds().sure
    two: Probability = SurenessThresholds().two
    bytes_per_token: Annotated[float, Field(ge=0)] = SurenessThresholds().bytes_per_token

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.two < self.sure:
            raise ConfigError(
                f"{SURENESS_FILE}: two is {self.two}, below sure ({self.sure}).",
                fix="the first two classes together are at least as probable as the first: give two >= sure.",
            )
        return self

    @property
    def thresholds(self) -> SurenessThresholds:
        """As a prediction carries them."""
        return SurenessThresholds(**self.model_dump())
