"""What must be there before anything is written."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from core.errors import MemoryBudgetError
from core.export.request import ExportRequest, memory_needed, require_room
from core.merge.cost import FILE_BYTES


def wanted(output: Path) -> ExportRequest:
    return ExportRequest("base", "", output, "onnx")


def test_memory_is_refused_with_both_numbers(tmp_path: Path) -> None:
    needed = memory_needed("onnx", 2**30, 0)
    require_room(wanted(tmp_path / "out"), 2**30, needed, 4 * 2**30)
    with pytest.raises(MemoryBudgetError, match=r"as ONNX takes 3\.3 GiB of memory .* and 3\.0 GiB are free"):
        require_room(wanted(tmp_path / "out"), 2**30, needed, 3 * 2**30)
    needed = memory_needed("onnx", 2**30, 0, converted=True)
    with pytest.raises(MemoryBudgetError, match=r"takes 4\.3 GiB"):
        require_room(wanted(tmp_path / "out"), 2**30, needed, 4 * 2**30)


def test_a_folder_takes_its_weights_once_with_what_is_merged_and_a_file() -> None:
    gib = 2**30
    assert memory_needed("transformers", 13 * gib, gib) == int((14 * gib + FILE_BYTES) * 1.05) + 128 * 2**20
    assert memory_needed("transformers", gib, gib) == int(3 * gib * 1.05) + 128 * 2**20


def test_disk_is_refused_with_both_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=2**20))
    with pytest.raises(MemoryBudgetError, match=r"takes 1\.0 GiB of disk, and 1 MiB are free"):
        require_room(wanted(tmp_path / "a" / "out"), 2**30, 2**30, 2**40)
