"""Two checkpoints, tensor by tensor: both read once, block by block, on all cores, in a few megabytes."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.checkpoints.checkpoint import Checkpoint
from core.checkpoints.checkpoint_diff.block_diff import Seen, described, of_block, together
from core.checkpoints.checkpoint_diff.coded_pairs import same_codes
from core.checkpoints.checkpoint_diff.layouts import layouts
from core.checkpoints.checkpoint_diff.matching import match
from core.checkpoints.checkpoint_diff.pair import Pair
from core.checkpoints.checkpoint_diff.tensor_pairs import paired
from core.checkpoints.coded_tensors import FileSource
from core.checkpoints.parallel import Threads
from core.checkpoints.quantised.coded import Coded
from core.checkpoints.reader import OpenFile, opened
from core.files.safetensors_headers import TensorEntry
from core.results import CheckpointDiff, TensorDiff
from core.tasks.progress import Progress, ignore_progress

#: Elements of one block of either file: with their float32 they fit a core's second-level cache.
BLOCK = 1 << 17
#: Elements of one part: large tensors are compared in parts, so that every core has work to the end.
PART = 1 << 25


def diff_checkpoints(first: Checkpoint, second: Checkpoint, on_progress: Progress = ignore_progress) -> CheckpointDiff:
    """What differs between two checkpoints; neither is loaded.

    Raises:
        CheckpointError: a file that ended early, or changed while it was read.
    """
    started = time.perf_counter()
    with opened({t.file for c in (first, second) for t in c.tensors}) as files:
        for checkpoint in (first, second):
            checkpoint.require_unchanged()
        both = layouts(first, second)
        matches = match(first.tensors, second.tensors, both, files, lambda: on_progress(0.0, "names"))
        pairs = paired(first, second, matches, both)
        run = _DiffScan(pairs, files, on_progress)
        tensors = run.all()
        for file in files.values():
            file.require_unchanged()
    spent = time.perf_counter() - started
    return CheckpointDiff(str(first.path), str(second.path), tensors, matches.prefixes, run.total, spent)


@dataclass(frozen=True)
class _ElementRange:
    """Some elements of a pair, from `start` up to `end`."""

    place: int
    start: int
    end: int


class _DiffScan:
    """One reading. Threads take parts; who finishes a pair's last part puts its numbers together."""

    def __init__(self, pairs: Sequence[Pair], files: Mapping[Path, OpenFile], on_progress: Progress) -> None:
        self._pairs, self._files, self._on_progress = pairs, files, on_progress
        self._found: list[TensorDiff | None] = [None if p.both else described(p) for p in pairs]
        self._seen: dict[int, list[Seen]] = defaultdict(list)
        self._left: dict[int, int] = {}
        self._lock = threading.Lock()
        self._done = 0
        self._scratch = threading.local()
        self._threads = Threads("comparison")
        self.total = sum(sum(p.item_bytes) * p.count for p in pairs)

    def all(self) -> tuple[TensorDiff, ...]:
        self._threads.share(list(self._parts()), self._compare)
        return tuple(result for result in self._found if result is not None)

    def _parts(self) -> Iterator[_ElementRange]:
        for place, pair in enumerate(self._pairs):
            if pair.both:
                starts = range(0, max(pair.count, 1), max(pair.count, 1) if any(pair.weights) else PART)
                step = starts.step
                self._left[place] = len(starts)
                for start in starts:
                    yield _ElementRange(place, start, min(start + step, pair.count))

    def _compare(self, part: _ElementRange) -> None:
        pair = self._pairs[part.place]
        raw, wide = self._own()
        sides = [
            self._bytes(tensor, part, size, buffer) if weight is None else self._numbers(weight, part)
            for tensor, weight, size, buffer in zip(pair.both or (), pair.weights, pair.item_bytes, raw, strict=True)
        ]
        blocks = []
        explained = True
        for one, two in zip(*sides, strict=True):
            self._threads.require_going()
            blocks.append(of_block(pair, one, two, wide, explained))
            explained = blocks[-1].rounded
        seen = together(part.start, blocks)
        if seen.same_bytes and any(pair.weights):
            seen = replace(seen, same_codes=same_codes(pair, self._files, raw))
        with self._lock:
            self._seen[part.place].append(seen)
            self._left[part.place] -= 1
            last = self._left[part.place] == 0
        if last:
            parts = sorted(self._seen.pop(part.place), key=lambda s: s.start)
            self._found[part.place] = described(pair, together(0, parts))
        self._report(part, pair)

    def _bytes(
        self, tensor: TensorEntry, part: _ElementRange, size: int, buffer: NDArray[np.uint8]
    ) -> Iterator[NDArray[np.uint8]]:
        start, end = (tensor.start + place * size for place in (part.start, part.end))
        return self._files[tensor.file].blocks(start, end, buffer[: BLOCK * size])

    def _numbers(self, weight: Coded, part: _ElementRange) -> Iterator[NDArray[np.uint8]]:
        """What codes stand for, as the bytes of float32, in blocks as long as those of `_bytes`."""
        columns, read = weight.stored[1], weight.opened(FileSource(self._files))
        for start in range(part.start, part.end, BLOCK):
            end = min(start + BLOCK, part.end)
            first = start // columns
            rows = np.ascontiguousarray(read(first, -(-end // columns)), dtype=np.float32).reshape(-1)
            yield rows[start - first * columns : end - first * columns].view(np.uint8)

    def _own(self) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
        """This thread's buffers for both sides: bytes (2, 8 BLOCK), and floats (2, BLOCK)."""
        if not hasattr(self._scratch, "raw"):
            self._scratch.raw = np.empty((2, 8 * BLOCK), dtype=np.uint8)
            self._scratch.wide = np.empty((2, BLOCK), dtype=np.float64)
        return self._scratch.raw, self._scratch.wide

    def _report(self, part: _ElementRange, pair: Pair) -> None:
        with self._lock:
            self._done += sum(pair.item_bytes) * (part.end - part.start)
            self._on_progress(self._done / max(self.total, 1), pair.either.name)
