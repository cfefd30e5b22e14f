"""Statistics of a weight behind codes, of its numbers: code times scale, a few rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.checkpoints import wide_dtypes
from core.checkpoints.dead_rows import dead_lines_of_values
from core.checkpoints.quantised.coded import Coded
from core.words.weights import DEQUANTISED

Blocks = Callable[[], Iterator[NDArray[np.float32]]]


def note(weight: Coded) -> str:
    """What the numbers are of."""
    return f"{DEQUANTISED} {weight.how}."


def statistics(weight: Coded, blocks: Blocks) -> tuple[dict[str, Any], tuple[int, int]]:
    """The numeric fields of `WeightStats`, with a note; and how many rows and columns of the weight are zero.

    `blocks` begins a new reading each time: rows as they are stored, (some, columns).
    """
    octets = partial(map, _octets)
    numbers = wide_dtypes.statistics(lambda: octets(blocks()), "F32")
    rows, columns = weight.stored
    searched = min(rows, columns) > 1 and numbers["zeros"] >= min(rows, columns)
    dead = dead_lines_of_values(blocks()) if searched else (0, 0)
    said = f"{note(weight)} {wide_dtypes.note('F32')}"
    return {**numbers, "note": said}, dead[::-1] if weight.inputs_first else dead


def _octets(block: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(block, dtype=np.float32).reshape(-1).view(np.uint8)
