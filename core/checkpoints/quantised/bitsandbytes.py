"""bitsandbytes' 4 bits (Dettmers et al. 2023): codes of a table of sixteen, times the largest value of their block.

The largest values may themselves be codes of eight bits, minus an offset (double quantisation). Two codes a byte, the
first in the upper bits; blocks run over the numbers row by row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.checkpoints.quantised.coded import Coded, Floats32, Rows, Source, nibbles, whole
from core.files.safetensors_headers import TensorEntry

KINDS = {f".quant_state.bitsandbytes__{kind}": kind.upper() for kind in ("nf4", "fp4")}
PARTS = (".absmax", ".quant_map", ".nested_absmax", ".nested_quant_map")


@dataclass(frozen=True)
class FourBit(Coded):
    """Table[code] x absmax of its block.

    Attributes:
        blocksize: numbers of a block.
        nested: the tensors of the double quantisation (their table, their largest values), block size and offset.
    """

    absmax: TensorEntry
    table: TensorEntry
    blocksize: int
    nested: tuple[TensorEntry, TensorEntry, int, float] | None = None

    def opened(self, source: Source) -> Rows:
        """Scales come with their rows."""
        table = np.asarray(whole(source, self.table), dtype=np.float32)
        columns, count = self.stored[1], self.count

        def largest(first: int, end: int) -> Floats32:
            """Of the blocks [first:end)."""
            held = source.elements(self.absmax, first, end)
            if self.nested is None:
                return np.asarray(held, dtype=np.float32)
            inner, outer, size, offset = self.nested
            values = np.asarray(whole(source, inner), dtype=np.float32)[held]
            low, high = first // size, -(-end // size)
            scales = np.asarray(source.elements(outer, low, high), dtype=np.float32)
            return np.asarray(values * scales[np.arange(first, end) // size - low] + np.float32(offset))

        def read(start: int, end: int) -> Floats32:
            first, last = start * columns, min(end * columns, count)
            octets = source.elements(self.codes, first // 2, -(-last // 2))
            codes = nibbles(octets[None], high_first=True)[0][first % 2 :][: last - first]
            low = first // self.blocksize
            scales = largest(low, -(-last // self.blocksize))
            at = np.arange(first, last) // self.blocksize - low
            return np.asarray(table[codes] * scales[at]).reshape(end - start, columns)

        return read


def four_bit(codes: TensorEntry, named: Mapping[str, TensorEntry], source: Source) -> FourBit | str | None:
    """The weight behind a tensor's codes; why it cannot be known; None where they are no such codes."""
    ending = next((ending for ending in KINDS if codes.name + ending in named), None)
    if ending is None:
        return None
    state = _state(named[codes.name + ending], source)
    absmax, table, outer, inner = (named.get(codes.name + part) for part in PARTS)
    if absmax is None or table is None:
        return f"packed codes of bitsandbytes ({KINDS[ending]}), whose scales are not here"
    if state is None:
        return f"packed codes of bitsandbytes ({KINDS[ending]}), whose quant_state says no shape"
    nested = None
    if outer is not None and inner is not None:
        nested = (inner, outer, int(state.get("nested_blocksize", 256)), float(state.get("nested_offset", 0.0)))
    shape, blocksize = tuple(state["shape"]), int(state["blocksize"])
    result = FourBit(
        codes=codes,
        parts=tuple(t for t in (absmax, table, outer, inner, named[codes.name + ending]) if t is not None),
        shape=shape,
        inputs_first=False,
        how=f"{KINDS[ending]} codes of bitsandbytes, blocks of {blocksize:,}"
        + (", double quantisation" if nested else ""),
        absmax=absmax,
        table=table,
        blocksize=blocksize,
        nested=nested,
    )
    fits = -(-result.count // 2) == codes.count and -(-result.count // blocksize) == absmax.count
    return result if fits else f"packed codes of bitsandbytes ({KINDS[ending]}), whose sizes do not fit their shape"


def _state(tensor: TensorEntry, source: Source) -> dict[str, Any] | None:
    """The JSON that bitsandbytes keeps as bytes; None where it is none, or lacks what is needed."""
    try:
        state = json.loads(whole(source, tensor).tobytes())
        shape, blocksize = state["shape"], state["blocksize"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    numbers = [*shape, blocksize] if isinstance(shape, list) else []
    return state if len(numbers) > 1 and all(isinstance(n, int) and n > 0 for n in numbers) else None
