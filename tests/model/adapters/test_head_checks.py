"""Adapters whose head, pooler or labels are not all there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import AdapterError
from core.model.adapters.attach import load_adapter
from core.results import CheckStatus
from tests.model.adapters.altered import changed, drop
from tests.model.conftest import opened


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tensors": drop("score")}, "Pooler and head: 'score.weight' is missing from the file"),
        ({"tensors": drop("pooler.V")}, "Pooler and head: 'pooler.V.weight' is missing from the file"),
        ({"card": {"labels": ["a", "b", "c"]}}, "Labels: Its head has 4 classes, and 3 labels are named"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_half_a_head_is_refused(
    tiny_folders: dict[str, Path], llama_adapter: Path, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    base = opened(tiny_folders["llama"])
    with pytest.raises(AdapterError, match=f"Adapter 'wrong' does not fit the base 'llama'. {message}.*Fix: "):
        load_adapter(base, changed(llama_adapter, tmp_path / "wrong", **change))


def test_classes_without_names_are_said(tiny_folders: dict[str, Path], llama_adapter: Path, tmp_path: Path) -> None:
    nameless = changed(llama_adapter, tmp_path / "nameless")
    (nameless / "classifier.json").unlink()
    checks = {c.name: c for c in load_adapter(opened(tiny_folders["llama"]), nameless).health.checks}
    assert checks["Labels"].status is CheckStatus.WARNING
    assert checks["Pooler and head"].status is CheckStatus.PASSED
