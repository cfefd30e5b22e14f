"""Statistics of every tensor of a checkpoint, read once, on all cores, in a few megabytes."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.checkpoints import counting_kernels, dequantised, wide_dtypes
from core.checkpoints.checkpoint import Checkpoint
from core.checkpoints.coded_tensors import blocks_of_rows, coded_tensors
from core.checkpoints.completeness import completeness
from core.checkpoints.dead_rows import dead_lines
from core.checkpoints.dtype_codes import FLOATS, TORCH_NAMES, WIDE, Codes, codes
from core.checkpoints.moments import empty, from_codes
from core.checkpoints.orientation import inputs_first
from core.checkpoints.outliers import outliers
from core.checkpoints.parallel import Threads
from core.checkpoints.quantised.coded import Coded
from core.checkpoints.quantised.contents import Apart
from core.checkpoints.reader import BLOCK, OpenFile, opened
from core.checkpoints.stacks import places
from core.files.safetensors_headers import TensorEntry
from core.results import TensorRole, WeightReport, WeightStats
from core.tasks.progress import Progress, ignore_progress

#: Large tensors are counted in parts of so many bytes, so that every core has work to the end.
PART = 1 << 26


def checkpoint_statistics(checkpoint: Checkpoint, on_progress: Progress = ignore_progress) -> WeightReport:
    """Statistics of all tensors: exact up to 16 bits, as `core.checkpoints.wide_dtypes` states above that.

    Raises:
        CheckpointError: a file that ended early, or changed while it was read.
    """
    started = time.perf_counter()
    checkpoint.require_unchanged()
    coded = coded_tensors(checkpoint)
    with opened({t.file for t in checkpoint.tensors}) as files:
        result = _WeightScan(checkpoint, coded, files, on_progress).all()
        for file in files.values():
            file.require_unchanged()
    packed = sum(t.end - t.start for t, stats in zip(checkpoint.tensors, result, strict=True) if stats.role == "codes")
    spent = time.perf_counter() - started
    whole = completeness(checkpoint, coded)
    return WeightReport(str(checkpoint.path), result, outliers(result), checkpoint.bytes, spent, packed, whole)


@dataclass(frozen=True)
class _ByteRange:
    """Some of a tensor's bytes: file[start:end]."""

    place: int
    start: int
    end: int


class _WeightScan:
    """One reading. Threads take parts; who finishes a tensor's last part makes its statistics."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        coded: Mapping[str, Coded | Apart],
        files: dict[Path, OpenFile],
        on_progress: Progress,
    ) -> None:
        self._tensors, self._total, self._files = checkpoint.tensors, checkpoint.bytes, files
        self._coded, self._inputs_first = coded, inputs_first(checkpoint)
        self._places = places(t.name for t in checkpoint.tensors)
        self._on_progress = on_progress
        self._found: list[WeightStats | None] = [None] * len(self._tensors)
        self._counts: dict[int, NDArray[np.int64]] = {}
        self._left: dict[int, int] = {}
        self._done, self._lock = 0, threading.Lock()
        self._scratch, self._threads = threading.local(), Threads("weights")

    def all(self) -> tuple[WeightStats, ...]:
        self._threads.share(list(self._parts()), self._measure)
        return tuple(stats for stats in self._found if stats is not None)

    def _parts(self) -> Iterator[_ByteRange]:
        for place, tensor in enumerate(self._tensors):
            size = max(tensor.end - tensor.start, 1)
            starts = range(0, size, size if tensor.dtype in WIDE or tensor.name in self._coded else PART)
            self._left[place] = len(starts)
            for start in starts:
                yield _ByteRange(place, tensor.start + start, min(tensor.start + start + starts.step, tensor.end))

    def _measure(self, part: _ByteRange) -> None:
        tensor = self._tensors[part.place]
        special = self._coded.get(tensor.name)
        if isinstance(special, Coded):
            numbers, dead = dequantised.statistics(special, partial(self._rows, special))
            self._store(part, special.shape, dead, numbers)
            return
        if special is not None and (special.role == "codes" or tensor.dtype not in FLOATS):
            self._finish(part, {**empty(), "note": special.note})
            return
        try:
            alphabet = codes(tensor.dtype)
        except KeyError:
            self._finish(part, self._uncounted(tensor))
            return
        counts = self._count(part, alphabet)
        with self._lock:
            known = self._counts.setdefault(part.place, counts)
            if known is not counts:
                known += counts
            self._left[part.place] -= 1
            last = self._left[part.place] == 0
        if last:
            self._finish(part, from_codes(self._counts.pop(part.place), alphabet))
        else:
            self._report(part, tensor)

    def _count(self, part: _ByteRange, alphabet: Codes) -> NDArray[np.int64]:
        """(2**bits,) how often each code occurs in a part."""
        buffer, tables = self._own()
        blocks = self._bytes(self._tensors[part.place], part.start, part.end, buffer)
        counts = np.zeros(2**alphabet.bits, dtype=np.int64)
        if alphabet.bits == 8:
            for block in blocks:
                counts += np.bincount(block, minlength=256)
            return counts
        tables[:] = 0
        for block in blocks:
            whole = len(block) & ~7
            counting_kernels.count_words(block[:whole].view(np.uint64), tables)
            if whole < len(block):
                np.add.at(counts, block[whole:].view(np.uint16), 1)
        counts += tables.sum(axis=0, dtype=np.int64)
        return counts

    def _uncounted(self, tensor: TensorEntry) -> dict[str, Any]:
        """What is too wide to count, or unknown."""
        if tensor.dtype not in WIDE:
            return {**empty(), "note": f"The dtype {tensor.dtype} is not known here: nothing was computed."}
        buffer, _ = self._own()
        numbers = wide_dtypes.statistics(partial(self._bytes, tensor, tensor.start, tensor.end, buffer), tensor.dtype)
        return {**numbers, "note": wide_dtypes.note(tensor.dtype)}

    def _bytes(
        self, tensor: TensorEntry, start: int, end: int, buffer: NDArray[np.uint8]
    ) -> Iterator[NDArray[np.uint8]]:
        for block in self._files[tensor.file].blocks(start, end, buffer):
            self._threads.require_going()
            yield block

    def _rows(self, weight: Coded) -> Iterator[NDArray[np.float32]]:
        for block in blocks_of_rows(weight, self._files):
            self._threads.require_going()
            yield block

    def _own(self) -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
        """This thread's buffer and tables."""
        if not hasattr(self._scratch, "buffer"):
            self._scratch.buffer = np.empty(BLOCK, dtype=np.uint8)
            self._scratch.tables = np.zeros((4, 2**16), dtype=np.uint32)
        return self._scratch.buffer, self._scratch.tables

    def _finish(self, part: _ByteRange, numbers: dict[str, Any]) -> None:
        tensor, special = self._tensors[part.place], self._coded.get(self._tensors[part.place].name)
        role: TensorRole = special.role if isinstance(special, Apart) else "weight"
        if role == "scales" and isinstance(special, Apart):
            numbers["note"] = special.note
        dead = dead_lines(tensor, numbers["zeros"], partial(self._bytes, tensor)) if role == "weight" else (0, 0)
        transposed = tensor.name in self._inputs_first
        self._store(part, tensor.shape, dead, {**numbers, "role": role, "inputs_first": transposed})

    def _store(self, part: _ByteRange, shape: tuple[int, ...], dead: tuple[int, int], numbers: dict[str, Any]) -> None:
        tensor = self._tensors[part.place]
        place = self._places[tensor.name]
        self._found[part.place] = WeightStats(
            name=tensor.name,
            layer=place.layer,
            module=place.module,
            dtype=TORCH_NAMES.get(tensor.dtype, tensor.dtype),
            shape=shape,
            count=math.prod(shape),
            dead_rows=dead[0],
            dead_columns=dead[1],
            stack=place.stack,
            **numbers,
        )
        self._report(part, tensor)

    def _report(self, part: _ByteRange, tensor: TensorEntry) -> None:
        with self._lock:
            self._done += part.end - part.start
            self._on_progress(self._done / max(self._total, 1), tensor.name)
