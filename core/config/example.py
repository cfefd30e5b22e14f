"""A text to try a candidate on, and the class that a person would give it."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from core.config.strict_model import ClosedModel


class ExampleEntry(ClosedModel):
    """One example of the catalogue; a plain string is an example of which no class is expected.

    `expected` is the id of a class. `hard` says that a wrong verdict is no surprise here, and is shown.
    """

    text: str
    expected: str = ""
    hard: bool = False

    @model_validator(mode="before")
    @classmethod
    def _plain_text(cls, data: Any) -> Any:
        return {"text": data} if isinstance(data, str) else data
