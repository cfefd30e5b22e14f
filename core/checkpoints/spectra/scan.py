"""The spectra of all matrices of a checkpoint, or of one."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, assert_never

import numpy as np

from core.checkpoints.checkpoint import Checkpoint
from core.checkpoints.coded_tensors import NUMBERS, FileSource
from core.checkpoints.dtype_codes import TORCH_NAMES
from core.checkpoints.reader import OpenFile, opened
from core.checkpoints.spectra.gram import singular_values
from core.checkpoints.spectra.lanczos import leading
from core.checkpoints.spectra.matrices import StoredMatrix, matrices
from core.checkpoints.spectra.matrix import Matrix, needed, of_values, read_matrix
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
    held, left_out = matrices(checkpoint)
    works = [work(m, kind) for m in held]
    total, done, result = sum(works) or 1.0, 0.0, []
    with opened({f for m in held for f in m.files}) as files, single_threaded(os.cpu_count() or 1, "spectra") as pool:
        beside = {m.name: pool.submit(_spectrum, m, files, kind, 1) for m in held if min(m.sides) <= SMALL}
        for matrix, own in zip(held, works, strict=True):
            on_progress(done / total, matrix.name)
            future = beside.get(matrix.name)
            result.append(_spectrum(matrix, files, kind) if future is None else future.result())
            done += own
        for file in files.values():
            file.require_unchanged()
    return SpectraReport(str(checkpoint.path), kind, tuple(result), left_out, time.perf_counter() - started)


def tensor_spectrum(checkpoint: Checkpoint, name: str) -> Spectrum:
    """The full spectrum of one tensor.

    Raises:
        NotFoundError: no such tensor.
        CheckpointError: no matrix of floats; a file that ended early, or changed while it was read.
    """
    matrix = next((m for m in matrices(checkpoint)[0] if m.name == name), None)
    if matrix is None:
        raise _no_spectrum(checkpoint, name)
    with opened(matrix.files) as files:
        result = _spectrum(matrix, files, "full")
        for file in files.values():
            file.require_unchanged()
    return result


def _no_spectrum(checkpoint: Checkpoint, name: str) -> NotFoundError | CheckpointError:
    entry = next((t for t in checkpoint.tensors if t.name == name), None)
    if entry is None:
        return NotFoundError(f"'{checkpoint.path}' holds no tensor '{name}'.", fix="choose one that it holds.")
    return CheckpointError(
        f"'{name}' has no spectrum: it is {entry.dtype} of shape {list(entry.shape)}.",
        fix="choose a matrix of floating-point numbers.",
    )


def full_work(checkpoint: Checkpoint) -> float:
    """Multiplications that all singular values of a checkpoint take, roughly."""
    return sum(work(m, "full") for m in matrices(checkpoint)[0])


def work(matrix: StoredMatrix, kind: SpectraKind) -> float:
    """Multiplications that a spectrum takes, roughly."""
    rows, columns = matrix.sides
    match kind:
        case "norms":
            return 80.0 * rows * columns
        case "full":
            return float(min(rows, columns)) ** 2 * (max(rows, columns) + 4 * min(rows, columns))
        case _:
            assert_never(kind)


def _spectrum(
    stored: StoredMatrix, files: Mapping[Path, OpenFile], kind: SpectraKind, workers: int | None = None
) -> Spectrum:
    """One matrix', or a note why it has none: too little memory, or values that no spectrum can be of."""
    rows, columns = stored.sides
    about: dict[str, Any] = {
        "name": stored.name,
        "layer": stored.place.layer,
        "module": stored.place.module,
        "dtype": TORCH_NAMES[stored.entry.dtype],
        "shape": stored.shape,
        "rows": rows,
        "columns": columns,
        "remark": stored.remark,
        "stack": stored.place.stack,
        "expert": stored.expert,
    }
    needs, free = needed(_as_read(stored), full=kind == "full"), free_memory("cpu")
    if needs > free:
        return Spectrum(**about, note=f"its spectrum needs {gibibytes(needs)}, and {gibibytes(free)} are free")
    matrix = _read(stored, files, workers)
    if isinstance(matrix, str):
        return Spectrum(**about, note=matrix)
    return Spectrum(**about, norm=matrix.norm, **_numbers(matrix, kind, workers))


def _as_read(stored: StoredMatrix) -> TensorEntry:
    """What is held in memory of it: codes become float32."""
    if stored.weight is None:
        return stored.entry
    return replace(stored.entry, dtype="F32", shape=(stored.rows, stored.columns))


def _read(stored: StoredMatrix, files: Mapping[Path, OpenFile], workers: int | None) -> Matrix | str:
    if stored.weight is None:
        return read_matrix(stored.entry, files[stored.entry.file], workers)
    values = np.empty((stored.rows, stored.columns), dtype=np.float32)
    rows = stored.weight.opened(FileSource(files))
    step = max(NUMBERS // stored.columns, 1)
    for start in range(0, stored.rows, step):
        end = min(start + step, stored.rows)
        values[start:end] = rows(stored.first + start, stored.first + end)
    return of_values(values, workers)


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
