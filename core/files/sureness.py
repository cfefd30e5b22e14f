"""The thresholds of sureness that a folder states."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.files.unusable import require_usable

if TYPE_CHECKING:
    from core.results.sureness import SurenessThresholds


def sureness_thresholds(folder: Path) -> SurenessThresholds:
    """Those of `sureness.json` in an adapter's or a base's folder; the defaults where there is none.

    Raises:
        AppError: a file that cannot be read, or states something else.
    """
    from core.config.sureness import SURENESS_FILE, SurenessCard  # numpy comes with them
    from core.results.sureness import SurenessThresholds

    require_usable(folder, [SURENESS_FILE])
    path = folder / SURENESS_FILE
    return SurenessCard.from_file(path).thresholds if path.is_file() else SurenessThresholds()
