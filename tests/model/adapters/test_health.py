"""The whole health report of an adapter, and folders that are none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.errors import CheckpointError, ConfigError
from core.model.adapters.attach import load_adapter
from core.results import CheckStatus
from tests.model.adapters.altered import changed
from tests.model.conftest import opened


def test_a_good_adapter_passes_every_check(tiny_folders: dict[str, Path], llama_adapter: Path) -> None:
    report = load_adapter(opened(tiny_folders["llama"]), llama_adapter).health
    assert report.worst is CheckStatus.PASSED
    assert {c.name for c in report.checks} >= {
        "Architecture",
        "Mask",
        "Base",
        "Targets",
        "Layers",
        "Sizes",
        "Pooler and head",
        "Labels",
        "Keys",
        "Values",
    }


def test_files_that_cannot_be_read(tiny_folders: dict[str, Path], llama_adapter: Path, tmp_path: Path) -> None:
    base = opened(tiny_folders["llama"])
    pickled = Path(shutil.copytree(llama_adapter, tmp_path / "pickled"))
    (pickled / "adapter_model.safetensors").rename(pickled / "adapter_model.bin")
    with pytest.raises(CheckpointError, match="only as a pickle"):
        load_adapter(base, pickled)
    with pytest.raises(CheckpointError, match=r"is a folder of a whole model, not of an adapter.*Fix: give it as the"):
        load_adapter(base, tiny_folders["bert"])
    card = changed(llama_adapter, tmp_path / "card", card={"pooler_typ": "mean"})
    with pytest.raises(ConfigError, match="AdapterCard has no field 'pooler_typ'.*did you mean 'pooler_type'"):
        load_adapter(base, card)
