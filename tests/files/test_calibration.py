"""A calibration out of a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config.calibration import CALIBRATION_FILE
from core.errors import AppError
from core.files.calibration import stated_calibration
from tests.config.test_calibration import FIELDS


def test_a_folder_without_a_file_has_none(tmp_path: Path) -> None:
    assert stated_calibration(tmp_path) is None


def test_a_file_is_read(tmp_path: Path) -> None:
    from core.config.calibration import CalibrationCard

    card = CalibrationCard.parse(FIELDS)
    (tmp_path / CALIBRATION_FILE).write_text(card.to_json())
    assert stated_calibration(tmp_path) == card


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / CALIBRATION_FILE).write_text(content)
    with pytest.raises(AppError):
        stated_calibration(tmp_path)


def test_a_link_to_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / CALIBRATION_FILE).symlink_to(tmp_path / "gone")
    with pytest.raises(AppError, match="link to"):
        stated_calibration(tmp_path)
