"""Results as JSON takes them."""

from __future__ import annotations

import math
from dataclasses import asdict, is_dataclass
from typing import Any


def to_json(value: Any) -> Any:
    """Dataclasses as dictionaries, tuples as lists; a number that is not finite is None."""
    if is_dataclass(value) and not isinstance(value, type):
        return to_json(asdict(value))
    if isinstance(value, dict):
        return {str(k): to_json(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
