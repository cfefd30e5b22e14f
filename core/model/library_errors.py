"""What transformers, safetensors and quantisation libraries raise while a folder is opened, as problem and fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from core.errors import AppError, CheckpointError
from core.files.stored_quantisation import stored_quantisation

#: Of a message that was not written for our readers.
SHOWN = 300


@contextmanager
def told_of(folder: Path, config: Mapping[str, Any]) -> Iterator[None]:
    """Errors of libraries inside, which open this folder, become ours.

    Raises:
        CheckpointError: with the library's own words.
    """
    try:
        yield
    except (AppError, torch.OutOfMemoryError, MemoryError):
        raise
    except Exception as error:  # the libraries raise every kind there is, all about the files or their values
        stored = stored_quantisation(config)
        if stored is None:
            raise CheckpointError(
                f"'{folder}' cannot be opened: {seen(error)}",
                fix="correct config.json where it is named here, or fetch the folder again, whole.",
            ) from error
        raise CheckpointError(
            f"'{folder}', whose weights are quantised by {stored.title}, cannot be opened: {seen(error)}",
            fix="give the checkpoint that it was made from, in float16, bfloat16 or float32, or fetch it again, whole.",
        ) from error


def seen(error: Exception) -> str:
    """An exception's kind and its words on one line, not too many of them."""
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words[:SHOWN]}{' ...' if len(words) > SHOWN else ''}".rstrip(": ") + "."
