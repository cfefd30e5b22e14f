"""config.json as numbers, read once per version of the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any


def config_numbers(place: Path) -> Mapping[str, Any]:
    """The fields of a folder's config.json; none where it is missing or damaged. Read-only."""
    path = place / "config.json"
    return _read_numbers(str(path), path.stat().st_mtime_ns) if path.is_file() else {}


@lru_cache(maxsize=256)
def _read_numbers(path: str, _changed: int) -> Mapping[str, Any]:
    """config.json once per version of the file; a damaged one counts as empty here and is refused on load."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        data = {}
    return MappingProxyType(data if isinstance(data, dict) else {})
