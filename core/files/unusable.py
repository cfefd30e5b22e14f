"""Files and folders that cannot be used as they are: what each of them is, and how to get the real one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.errors import CheckpointError
from core.files.contents import LFS_POINTER, is_lfs_pointer

#: Files that a tokenizer may be read from.
TOKENIZER_FILES = (
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json"),
    *("vocab.txt", "merges.txt", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "chat_template.jinja"),
)
PICKLES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt")
#: Beginnings of the names of what a trainer leaves beside the weights.
_STATE = ("training_args", "optimizer", "scheduler", "rng_state", "scaler")


def require_usable(folder: Path, names: Iterable[str]) -> None:
    """Look at files that somebody else will open; those that are not there are left to them.

    Raises:
        CheckpointError: a link to nowhere, a pointer of git-lfs, a file that may not be read.
    """
    for name in names:
        path = folder / name
        try:
            if not path.is_file():
                refuse_broken_link(path)
            elif is_lfs_pointer(path):
                raise pointer(path)
        except OSError as error:
            raise unreadable(path, error) from None


def refuse_broken_link(path: Path) -> None:
    """Raises:
    CheckpointError: a link to a file that is not there: a download that did not end, or a blob that was removed.
    """
    if path.is_symlink() and not path.exists():
        raise CheckpointError(
            f"'{path}' is a link to '{os.readlink(path)}', where there is nothing.",
            fix="mend the link, or fetch the model again.",
        )


def pointer(path: Path) -> CheckpointError:
    """The error for a file that only says where git-lfs would fetch the real one from."""
    return CheckpointError(
        f"'{path.name}' is a pointer of git-lfs, not the file itself.",
        fix="have the file itself fetched by git-lfs where this runs.",
        command_fix=f"run `git lfs pull` in '{path.parent}'.",
    )


def unreadable(path: Path, error: OSError) -> CheckpointError:
    """The error for a file or folder that is there and cannot be read; what was seen is the system's own word."""
    return CheckpointError(
        f"'{path}' cannot be read: {error.strerror or error}.", fix="let the user of this process read it."
    )


def refuse_pickles(path: Path) -> None:
    """Raises:
    CheckpointError: the folder has weights as a pickle.
    """
    pickles = sorted(p.name for p in path.iterdir() if p.suffix in PICKLES and not p.name.startswith(_STATE))
    if pickles:
        raise CheckpointError(
            f"'{path}' holds weights only as a pickle ('{pickles[0]}'), which can run code when opened.",
            fix="open it where you trust it and save it with `save_pretrained` (safetensors).",
        )


def listing(path: Path) -> str:
    """What a folder holds, in a few words."""
    names = sorted(p.name for p in path.iterdir())
    return ("nothing" if not names else ", ".join(names[:5])) + (
        f" and {len(names) - 5} more" if len(names) > 5 else ""
    )


def read_json(path: Path) -> dict[str, Any]:
    """A JSON file of fields.

    Raises:
        CheckpointError: it cannot be read, is a pointer of git-lfs, is damaged, or holds something else than fields.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from None
    if text.startswith(LFS_POINTER):
        raise pointer(path)
    try:
        data = json.loads(text.decode())
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"'{path}' is not valid JSON: {error}.", fix="fetch or write it again.") from None
    if not isinstance(data, dict):
        raise CheckpointError(f"'{path}' holds {type(data).__name__}, not fields.", fix="fetch or write it again.")
    return data
