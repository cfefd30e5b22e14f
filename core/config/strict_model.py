"""Frozen, closed configs: a typo is an error that names the field and the nearest right one."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from core.errors import ConfigError, NotFoundError


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None when none is similar."""
    by_lower = {k.lower(): k for k in known}
    matches = difflib.get_close_matches(name.lower(), list(by_lower), n=1, cutoff=0.5)
    return by_lower[matches[0]] if matches else None


def suggest(name: str, known: Iterable[str]) -> str:
    """The fix for an unknown name: the nearest right one, and what there is."""
    names = list(known)
    close = nearest(name, names)
    listed = ", ".join(names) if names else "none"
    return f"did you mean '{close}'? Known: {listed}." if close else f"use one of: {listed}."


#: Characters that YAML folds like a line break when they stand in a text as they are.
_YAML_BREAKS = frozenset("\x85\u2028\u2029")


class ClosedModel(BaseModel):
    """A pydantic model that is frozen, refuses unknown fields and speaks in `ConfigError`s.

    Round trips: `from_yaml(to_yaml())`, `from_json(to_json())` give an equal config.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", protected_namespaces=(), validate_default=True, allow_inf_nan=False
    )

    def __init__(self, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise _explain(type(self), error) from None

    @classmethod
    def parse(cls, data: object, source: str = "") -> Self:
        """Validate a mapping read from outside; `source` names where it came from."""
        if not isinstance(data, Mapping):
            raise ConfigError(
                f"{source or cls.__name__}: expected fields with values, saw {type(data).__name__}.",
                fix="write one 'field: value' a line.",
            )
        odd = [k for k in data if not isinstance(k, str)]
        if odd:
            raise ConfigError(f"{source or cls.__name__}: field name {odd[0]!r} is not text.", fix="quote it.")
        try:
            return cls(**data)
        except ConfigError as error:
            if not source:
                raise
            raise ConfigError(f"{source}: {error.problem}", fix=error.fix, command_fix=error.command_fix) from None

    @classmethod
    def from_yaml(cls, text: str, source: str = "") -> Self:
        """Read from YAML text (safe loader: no Python objects)."""
        try:
            data = yaml.safe_load(text)
        except yaml.YAMLError as error:
            where = " ".join(str(error).split())
            raise ConfigError(f"{source or cls.__name__}: not valid YAML: {where}.", fix="mend that line.") from None
        return cls.parse({} if data is None else data, source)

    @classmethod
    def from_json(cls, text: str, source: str = "") -> Self:
        """Read from JSON text."""
        try:
            data = json.loads(text)
        except json.JSONDecodeError as error:
            raise ConfigError(f"{source or cls.__name__}: not valid JSON: {error}.", fix="mend that line.") from None
        return cls.parse(data, source)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read a `.yaml`, `.yml` or `.json` file."""
        try:
            text = path.read_text(encoding="utf-8")
        except (FileNotFoundError, IsADirectoryError):
            raise NotFoundError(f"There is no config file '{path}'.", fix="check the path.") from None
        except UnicodeDecodeError:
            raise ConfigError(f"'{path}' is not a text file.", fix="give a YAML or JSON file in UTF-8.") from None
        if path.suffix == ".json":
            return cls.from_json(text, str(path))
        return cls.from_yaml(text, str(path))

    def to_dict(self) -> dict[str, Any]:
        """Plain data: only str, numbers, bool, None, lists and dicts."""
        return self.model_dump(mode="json")

    def to_yaml(self) -> str:
        """YAML text that `from_yaml` reads back to an equal config."""
        text: str = yaml.safe_dump(self.to_dict(), sort_keys=False, allow_unicode=True)
        if _YAML_BREAKS.isdisjoint(text):
            return text
        return yaml.safe_dump(self.to_dict(), sort_keys=False, allow_unicode=False)  # escaped, and so kept

    def to_json(self) -> str:
        """JSON text that `from_json` reads back to an equal config."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)


def _explain(kind: type[ClosedModel], error: ValidationError) -> ConfigError:
    """The first of pydantic's findings, as a problem and a fix."""
    details = sorted(error.errors(include_url=False), key=lambda d: d["type"] != "extra_forbidden")  # a typo first
    first = details[0]
    more = f" ({len(details) - 1} more problems after this one.)" if len(details) > 1 else ""
    problem, fix = _problem_and_fix(kind, first)
    return ConfigError(problem + more, fix=fix)


def _problem_and_fix(kind: type[ClosedModel], detail: ErrorDetails) -> tuple[str, str]:
    field = ".".join(str(part) for part in detail["loc"])
    raised = detail.get("ctx", {}).get("error")
    if isinstance(raised, ConfigError):
        return raised.problem, raised.fix
    seen = repr(detail["input"])
    seen = seen if len(seen) <= 80 else seen[:77] + "..."
    match detail["type"]:
        case "extra_forbidden":
            return f"{kind.__name__} has no field '{field}'.", suggest(str(detail["loc"][-1]), kind.model_fields)
        case "missing":
            return f"{kind.__name__} needs the field '{field}'.", f"add '{field}: ...'."
        case "literal_error":
            expected = detail["ctx"]["expected"]
            names = [part.strip(" '") for part in expected.replace(" or ", ", ").split(",")]
            return f"{kind.__name__}.{field} cannot be {seen}.", suggest(str(detail["input"]), names)
        case _:
            message = detail["msg"][0].lower() + detail["msg"][1:]
            return f"{kind.__name__}.{field} cannot be {seen}: {message}.", f"correct '{field}'."
