"""The names of classes as a folder's config.json gives them, `id2label`: used where they are what they seem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import CheckpointError
from core.results import Check, CheckStatus


def require_class_names(config: Mapping[str, Any], folder: Path) -> None:
    """Refuse what no class of transformers opens either.

    Raises:
        CheckpointError: `id2label` that is no table of class numbers and names.
    """
    stated = config.get("id2label")
    if stated is None:
        return
    fix = 'write class numbers from 0 and their names: "id2label": {"0": "no", "1": "yes"}.'
    if not isinstance(stated, Mapping):
        seen = f"{type(stated).__name__} ({str(stated)[:60]})"
        raise CheckpointError(f"id2label in '{folder / 'config.json'}' is no table of names, but a {seen}.", fix=fix)
    strange = next((key for key in stated if not _is_number(key)), None)
    if strange is not None:
        raise CheckpointError(
            f"id2label in '{folder / 'config.json'}' has the key '{strange}', which is no class number.", fix=fix
        )


def class_names(stated: Any, count: int) -> dict[int, str]:
    """A name for each of `count` classes, all different: those of `id2label` where it names exactly these classes.

    Where it does not (other keys, fewer or more of them), which name is whose is not known: then they are numbered,
    LABEL_0, LABEL_1 ..., as transformers does, and `names_check` says so.
    """
    numbered = {i: f"LABEL_{i}" for i in range(count)}
    if not _fits(stated, count):
        return numbered
    names = {int(key): name.strip() if isinstance(name, str) else str(name) for key, name in stated.items()}
    names = {i: names[i] or numbered[i] for i in range(count)}
    often = Counter(names.values())
    return {i: f"{name} ({i})" if often[name] > 1 else name for i, name in names.items()}


def names_check(stated: Any, count: int) -> Check | None:
    """A warning where the names in config.json are not used as they stand; None where they are, or are none."""
    if not isinstance(stated, Mapping) or not stated:
        return None
    fix = f"give each class number from 0 to {count - 1} one name in config.json."
    if not _fits(stated, count):
        keys = ", ".join(map(str, list(stated)[:4])) + (" ..." if len(stated) > 4 else "")
        message = f"id2label names {len(stated)} classes ({keys}), and the head has {count}, 0 to {count - 1}: "
        return Check(
            "Class names",
            CheckStatus.WARNING,
            f"{message}which name is whose is not known, so the classes are numbered.",
            fix,
        )
    often = Counter(map(str, stated.values()))
    twice = next((name for name, times in often.items() if times > 1), None)
    if twice is not None:
        message = f"id2label gives {often[twice]} classes the name '{twice}': their numbers stand behind it."
        return Check("Class names", CheckStatus.WARNING, message, fix)
    return None


def _fits(stated: Any, count: int) -> bool:
    """Whether the keys are the numbers of these classes."""
    return isinstance(stated, Mapping) and sorted(map(int, stated)) == list(range(count))


def _is_number(key: Any) -> bool:
    try:
        int(key)
    except (TypeError, ValueError):
        return False
    return True
