"""Which tensors a checkpoint holds: a safetensors file, or a folder of them, sharded or not; also an adapter's."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.checkpoints.stacks import layer_and_module as layer_and_module
from core.checkpoints.stacks import order
from core.errors import CheckpointError, NotFoundError
from core.files.folders import ADAPTER_WEIGHTS, PICKLES, listing, refuse_pickles, weight_files
from core.files.safetensors_headers import TensorEntry, read_header
from core.files.unusable import refuse_broken_link
from core.files.wrong_folder import holds_weights, kind_of, offered


@dataclass(frozen=True)
class Checkpoint:
    """Tensors in the order of layers and names. `signature` changes when a file does: size, time and place on disk."""

    path: Path
    tensors: tuple[TensorEntry, ...]
    signature: tuple[tuple[str, int, int, int], ...]

    @property
    def bytes(self) -> int:
        """Size of all tensors."""
        return sum(t.end - t.start for t in self.tensors)

    @property
    def state(self) -> tuple[Hashable, ...]:
        """Which files, and the state that they are in: what a result on them is remembered by."""
        return str(self.path), self.signature

    def require_unchanged(self) -> None:
        """Raises:
        CheckpointError: a file was replaced, written or removed since its header was read.
        """
        for file, *seen in self.signature:
            if not Path(file).exists() or _signature(Path(file)) != (file, *seen):
                raise CheckpointError(
                    f"'{file}' was replaced or written since its header was read.", fix="start again."
                )


def open_checkpoint(path: Path) -> Checkpoint:
    """Read the headers behind a path; no weight is read.

    Raises:
        NotFoundError: nothing there.
        CheckpointError: a pickle, a damaged or missing file, a name twice, a link out of the folder.
    """
    files = tuple(_files(path))
    return _read(path, files, tuple(_signature(f) for f in files))


@lru_cache(maxsize=32)
def _read(path: Path, files: tuple[Path, ...], signature: tuple[tuple[str, int, int, int], ...]) -> Checkpoint:
    """Once for each state of the files: pages look again with every rerun, and while work is under way."""
    entries: dict[str, TensorEntry] = {}
    for file in files:
        for entry in read_header(file):
            if entry.name in entries:
                raise CheckpointError(
                    f"The tensor '{entry.name}' is in '{entries[entry.name].file.name}' and in '{file.name}'.",
                    fix="give the folder of one checkpoint, or one of its files.",
                )
            entries[entry.name] = entry
    if not entries:
        raise CheckpointError(f"The weight files of '{path}' hold no tensor.", fix="save the model again.")
    keys = order(entries)
    return Checkpoint(path, tuple(sorted(entries.values(), key=lambda entry: keys[entry.name])), signature)


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise NotFoundError(f"There is nothing at '{path}'.", fix="check the path.")
    if path.is_dir():
        result = _in_folder(path)
        for file in result:
            _require_inside(file, path)
        return result
    if path.suffix in PICKLES:
        raise CheckpointError(
            f"'{path.name}' is a pickle, which can run code when opened; it was not opened.",
            fix="open it where you trust it and save it with safetensors.",
        )
    if path.suffix != ".safetensors":
        raise CheckpointError(f"'{path.name}' is no .safetensors file.", fix="give a .safetensors file or its folder.")
    return [path]


def _in_folder(path: Path) -> list[Path]:
    match kind_of(path):
        case "adapter":
            refuse_broken_link(path / ADAPTER_WEIGHTS)
            if (path / ADAPTER_WEIGHTS).is_file():
                return [path / ADAPTER_WEIGHTS]
        case "model":
            return weight_files(path)
        case None:
            if holds_weights(path):  # without its config.json
                return weight_files(path)
    result = sorted(path.glob("*.safetensors"))
    for file in result:
        refuse_broken_link(file)
    if not result:
        refuse_pickles(path)
        if nested := offered(path, "model") or offered(path, "adapter"):
            raise CheckpointError(
                f"'{path}' holds no .safetensors file itself.", fix=f"give one of its folders: {nested}."
            )
        raise CheckpointError(
            f"'{path}' holds no .safetensors file: it holds {listing(path)}.", fix="give a checkpoint's folder."
        )
    return result


def _require_inside(file: Path, folder: Path) -> None:
    """A link may lead to the folder itself or, in the Hub's cache, to the blobs beside its snapshots."""
    real, home = file.resolve(), folder.resolve()
    if not (real.is_relative_to(home) or real.is_relative_to(home.parent.parent / "blobs")):
        raise CheckpointError(
            f"'{file.name}' is a link out of its folder, to '{real}'.", fix="give the folder where the file itself is."
        )


def _signature(file: Path) -> tuple[str, int, int, int]:
    status = file.stat()
    return str(file.resolve()), status.st_ino, status.st_size, status.st_mtime_ns
