"""A folder that is written whole or not at all, and never over another."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import InputError


def require_empty(output: Path) -> None:
    """Refuse to write over anything.

    Raises:
        InputError: a file, or a folder that holds something.
    """
    if output.is_symlink() or (output.exists() and (not output.is_dir() or any(output.iterdir()))):
        what = "holds files already" if output.is_dir() else "is no folder"
        raise InputError(f"'{output}' {what}: nothing is written over.", fix="give a folder that is not there yet.")


@contextmanager
def appearing(output: Path) -> Iterator[Path]:
    """A folder beside the output that takes its name at the end; after an error nothing of it is left."""
    output.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=output.parent, prefix=f".{output.name}."))
    try:
        yield folder
        mask = os.umask(0o022)  # it can be read only by setting it
        os.umask(mask)
        for file in folder.iterdir():
            file.chmod(0o666 & ~mask)  # safetensors keeps what it writes to the owner
        folder.chmod(0o777 & ~mask)
        os.replace(folder, output)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def existing(output: Path) -> Path:
    """The nearest folder above a path that is there."""
    return next(parent for parent in output.absolute().parents if parent.is_dir())
