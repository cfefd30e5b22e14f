"""Which file a model card says that a folder was trained on, and whether it is here."""

from __future__ import annotations

import re
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from core.files.model_card import CARD

if TYPE_CHECKING:
    from core.results.training_rows import TrainingFile

#: Of a longer card only the end is read, where the recipe is.
_MOST_BYTES = 1 << 20
#: A line of the recipe that `train` writes, which is YAML.
_LINE = re.compile(r"^[ \t]+train_file:[ \t]*(.+?)[ \t]*$", re.MULTILINE)


def training_file(folder: Path) -> TrainingFile | None:
    """The file of the recipe in the folder's README.md, looked for where it says, and beside the weights.

    None where there is no card, or it names none. A card that `train` writes has no folders of the machine.
    """
    from core.results.training_rows import TrainingFile  # numpy comes with it

    try:
        with (folder / CARD).open("rb") as file:
            file.seek(max(0, (folder / CARD).stat().st_size - _MOST_BYTES))
            found = _LINE.findall(file.read().decode("utf-8", "replace"))
    except OSError:
        return None
    written = found[-1].strip("'\"") if found else ""
    if not written:
        return None
    path = folder / written  # of an absolute one, itself
    return TrainingFile(PureWindowsPath(written).name, str(path) if path.is_file() else None)
