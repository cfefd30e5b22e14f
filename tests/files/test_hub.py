"""Where models of the Hub are on this machine, and how they come here."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import CheckpointError, NotFoundError
from core.files.hub import cached_snapshot, fetch, is_hub_id


def test_hub_ids_and_the_cache(tmp_path: Path) -> None:
    assert is_hub_id("org/model-7b.v1")
    assert not any(map(is_hub_id, ("model", "./org/model", "/org/model", "a/b/c", "org/", "org/mo del")))
    assert cached_snapshot("org/model", tmp_path) is None
    snapshot = tmp_path / "models--org--model" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    (snapshot / "model.safetensors").write_bytes(b"")
    assert fetch("org/model", tmp_path) == snapshot
    with pytest.raises(NotFoundError, match="There is no folder 'no/such/folder'"):
        fetch("no/such/folder", tmp_path)
    with pytest.raises(CheckpointError, match="'org/other' are not on this machine, and the Hub cannot be reached"):
        fetch("org/other", tmp_path)
