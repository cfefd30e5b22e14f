"""Results written into the model card of a folder; everything else in the card stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from core.config.model_index import model_index
from core.data.atomic import open_to_replace
from core.errors import InputError
from core.files.model_card import CARD
from core.results.stated_results import StatedResult

_FENCE = "---"


def write_results(folder: Path, name: str, result: StatedResult) -> Path:
    """Put results into the `model-index` of the folder's README.md, which is made where there is none.

    Earlier results on the same split of the same data set are replaced; the new ones come first.

    Raises:
        InputError: front matter that is no YAML mapping, or a folder that may not be written to.
    """
    card = folder / CARD
    try:
        before = card.read_text(encoding="utf-8") if card.is_file() else f"\n# {name}\n"
        text = with_results(before, name, result)
        with open_to_replace(card) as file:
            file.write(text.encode())
    except (OSError, UnicodeDecodeError) as error:
        seen = getattr(error, "strerror", None) or error
        raise InputError(
            f"'{card}' cannot be written: {seen}.",
            fix="let the server write to this folder, or copy the adapter to one where it may.",
        ) from None
    return card


def with_results(card: str, name: str, result: StatedResult) -> str:
    """A card with these results; its prose, and all else in its front matter, as they were.

    Raises:
        InputError: front matter that is no YAML mapping.
    """
    matter, prose = _split(card)
    (made,) = model_index(name, [result])
    models = matter.get("model-index")
    if isinstance(models, list) and models and isinstance(models[0], dict):
        others = [r for r in models[0].get("results") or [] if not _same(r, result)]
        models[0]["results"] = [*made["results"], *others]
    else:
        matter["model-index"] = [made]
    return f"{_FENCE}\n{yaml.safe_dump(matter, sort_keys=False, allow_unicode=True)}{_FENCE}\n{prose}"


def _split(card: str) -> tuple[dict[str, Any], str]:
    """The front matter, empty where there is none, and what follows it."""
    lines = card.removeprefix("\ufeff").splitlines(keepends=True)
    if not lines or lines[0].rstrip() != _FENCE:
        return {}, card
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), None)
    try:
        matter = yaml.safe_load("".join(lines[1:end])) if end else None
    except yaml.YAMLError:
        matter = None
    if not isinstance(matter, dict | None) or end is None or (matter is None and "".join(lines[1:end]).strip()):
        raise InputError(
            f"The front matter of the model card ('{CARD}') is no YAML that can be read.",
            fix="mend it, then try again.",
        )
    return matter or {}, "".join(lines[end + 1 :])


def _same(entry: object, result: StatedResult) -> bool:
    """Whether an entry of the card is about the same split of the same data set."""
    dataset = entry.get("dataset") if isinstance(entry, dict) else None
    if not isinstance(dataset, dict):
        return False
    return (dataset.get("name"), dataset.get("split") or "") == (result.dataset, result.split)
