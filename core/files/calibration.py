"""The calibration that a folder states."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.files.unusable import require_usable

if TYPE_CHECKING:
    from core.config.calibration import CalibrationCard


def stated_calibration(folder: Path) -> CalibrationCard | None:
    """`calibration.json` of an adapter's or a base's folder, in use or not; None where there is none.

    Raises:
        AppError: a file that cannot be read, or states something else.
    """
    from core.config.calibration import CALIBRATION_FILE, CalibrationCard  # numpy comes with them

    require_usable(folder, [CALIBRATION_FILE])
    path = folder / CALIBRATION_FILE
    return CalibrationCard.from_file(path) if path.is_file() else None
