"""What the model card of a folder states of the classifier's quality."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.results.stated_results import StatedResult

CARD = "README.md"
#: Cards are prose: of a longer one only the beginning, where the front matter is, is read.
_MOST_BYTES = 1 << 20


def stated_results(folder: Path) -> tuple[StatedResult, ...]:
    """The results in the `model-index` of the folder's README.md, those on a test split first.

    A card is written for people, and what is wrong with one must not stand in the way of a model: of one that is not
    there or cannot be understood nothing is stated.
    """
    try:
        stamp = (folder / CARD).stat()
    except OSError:
        return ()
    return _read(folder / CARD, (stamp.st_mtime_ns, stamp.st_size))


@lru_cache(maxsize=256)
def _read(card: Path, _stamp: tuple[int, int]) -> tuple[StatedResult, ...]:
    import yaml
    from pydantic import ValidationError

    from core.config.model_index import ModelIndex  # numpy comes with it

    try:
        with card.open(encoding="utf-8") as file:
            matter = yaml.safe_load(_front_matter(file.read(_MOST_BYTES)))
        return ModelIndex.model_validate(matter).stated
    except (OSError, ValueError, yaml.YAMLError, ValidationError, RecursionError):
        return ()


def _front_matter(text: str) -> str:
    """What stands between the first two lines of three dashes; empty where the text does not begin with one."""
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].rstrip() != "---":
        return ""
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0)
    return "\n".join(lines[1:end])
