"""Exports as long work."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InputError
from core.export.service import ExportService
from core.tasks.runner import TaskRunner
from tests.export.conftest import PAIR, engine_with


def test_an_export_is_met_again_and_begun_anew(tmp_path: Path) -> None:
    service = ExportService(engine_with(tmp_path, "llama"), TaskRunner(1))
    first = service.export(PAIR, str(tmp_path / "out"))
    assert first.state() is None
    result = first.result()
    again = service.export(PAIR, str(tmp_path / "out"))
    assert again.id == first.id
    assert again.result() is result
    again.restart()
    with pytest.raises(InputError, match="nothing is written over"):
        again.result()


def test_a_folder_must_be_named(tmp_path: Path) -> None:
    service = ExportService(engine_with(tmp_path, "llama"), TaskRunner(1))
    with pytest.raises(InputError, match="No folder to write"):
        service.export(PAIR, "  ")
