"""The spectra of all matrices of a checkpoint, or of one."""

from __future__ import annotations

import os
import time
from typing import Any, assert_never

from core.checkpoints.checkpoint import Checkpoint, layer_and_module
from core.checkpoints.dtype_codes import TORCH_NAMES
from core.checkpoints.reader import OpenFile, opened
from core.checkpoints.spectra.gram import singular_values
from core.checkpoints.spectra.lanczos import leading
from core.checkpoints.spectra.matrix import Matrix, is_matrix, needed, read_matrix, sides
from core.checkpoints.spectra.power_law import fit_power_law
from core.engine.torch_threads import single_threaded
from core.errors import CheckpointError, NotFoundError
from core.files.safetensors_headers import TensorEntry
from core.model.devices import free_memory
from core.results import SpectraKind, SpectraReport, Spectrum
from core.tasks.progress import Progress, ignore_progress
from core.words.sizes import gibibytes

#: Up to this smaller side a core has its own matrix.
SMALL = 1024


def checkpoint_spectra(
    checkpoint: Checkpoint, kind: SpectraKind, on_progress: Progress = ignore_progress
) -> SpectraReport:
    """One spectrum a matrix: small ones side by side, large ones one after the other with all cores.

    Raises:
        CheckpointError: a file that ended early, or changed while it was read.
    """
    started = time.perf_counter()
    entries = [t for t in checkpoint.tensors if is_matrix(t)]
    works = [work(t, kind) for t in entries]
    total, done, result = sum(works) or 1.0, 0.0, []
    with opened({t.file for t in entries}) as files, single_threaded(os.cpu_count() or 1, "spectra") as pool:
        beside = {t.name: pool.submit(_spectrum, t, files[t.file], kind, 1) for t in entries if min(sides(t)) <= SMALL}
        for entry, own in zip(entries, works, strict=True):
            on_progress(done / total, entry.name)
            future = beside.get(entry.name)
            result.append(_spectrum(entry, files[entry.file], kind) if future is None else future.result())
            done += own
        for file in files.values():
            file.require_unchanged()
    left_out = len(checkpoint.tensors) - len(entries)
    return SpectraReport(str(checkpoint.path), kind, tuple(result), left_out, time.perf_counter() - started)


def tensor_spectrum(checkpoint: Checkpoint, name: str) -> Spectrum:
    """The full spectrum of one tensor.

    Raises:
        NotFoundError: no such tensor.
        CheckpointError: no matrix of floats; a file that ended early, or changed while it was read.
    """
    entry = next((t for t in checkpoint.tensors if t.name == name), None)
    if entry is None:
        raise NotFoundError(f"'{checkpoint.path}' holds no tensor '{name}'.", fix="choose one that it holds.")
    if not is_matrix(entry):
        raise CheckpointError(
            f"'{name}' has no spectrum: it is {entry.dtype} of shape {list(entry.shape)}.",
            fix="choose a matrix of floating-point numbers.",
        )
    with opened({entry.file}) as files:
        result = _spectrum(entry, files[entry.file], "full")
        files[entry.file].require_unchanged()
    return result


def work(entry: TensorEntry, kind: SpectraKind) -> float:
    """Multiplications that a spectrum takes, roughly; 0 for what has none."""
    if not is_matrix(entry):
        return 0.0
    rows, columns = sides(entry)
    match kind:
        case "norms":
            return 80.0 * rows * columns
        case "full":
            return float(min(rows, columns)) ** 2 * (max(rows, columns) + 4 * min(rows, columns))
        case _:
            assert_never(kind)


def _spectrum(entry: TensorEntry, file: OpenFile, kind: SpectraKind, workers: int | None = None) -> Spectrum:
    """One tensor's, or a note why it has none: too little memory, or values that no spectrum can be of."""
    layer, module = layer_and_module(entry.name)
    rows, columns = sides(entry)
    about: dict[str, Any] = {
        "name": entry.name,
        "layer": layer,
        "module": module,
        "dtype": TORCH_NAMES[entry.dtype],
        "shape": entry.shape,
        "rows": rows,
        "columns": columns,
    }
    needs, free = needed(entry, full=kind == "full"), free_memory("cpu")
    if needs > free:
        return Spectrum(**about, note=f"its spectrum needs {gibibytes(needs)}, and {gibibytes(free)} are free")
    matrix = read_matrix(entry, file, workers)
    if isinstance(matrix, str):
        return Spectrum(**about, note=matrix)
    return Spectrum(**about, norm=matrix.norm, **_numbers(matrix, kind, workers))


def _numbers(matrix: Matrix, kind: SpectraKind, workers: int | None) -> dict[str, Any]:
    """The fields of `Spectrum` that its singular values give: the largest alone, or all of them."""
    match kind:
        case "norms":
            return {"spectral_norm": float(leading(matrix, workers=workers).values[0])}
        case "full":
            result = singular_values(matrix)
            return {
                "spectral_norm": float(result.values[0]),
                "singular_values": result.values,
                "resolution": result.resolution,
                "power_law": fit_power_law(result.values, result.resolution),
            }
        case _:
            assert_never(kind)
