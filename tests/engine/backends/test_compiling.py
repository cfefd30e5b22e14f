"""Compiled functions with and without a place on disk."""

from __future__ import annotations

from typing import Any

import pytest
from numba.core import caching

from core.engine.backends.compiling import compiled


def twice(x: float) -> float:
    return 2 * x


def test_it_is_compiled_and_kept() -> None:
    function: Any = compiled()(twice)
    assert function(3) == 6
    assert function.stats.cache_path


def test_without_a_place_on_disk_it_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching.CompileResultCacheImpl, "_locator_classes", [])
    function: Any = compiled()(twice)
    assert function(3) == 6
    assert function.stats.cache_path is None
