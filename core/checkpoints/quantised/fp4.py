"""Floats of four bits (E2M1), a scale a block: MXFP4 (blocks of 32, scales are powers of two) and NVFP4 (blocks of 16).

Open Compute Project, Microscaling Formats (2023). Two codes a byte, the first in the lower bits. NVFP4 has float8
scales, and one for the whole tensor besides: ModelOpt multiplies with it, compressed-tensors divides by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.checkpoints.quantised.coded import Coded, Floats32, Rows, Source, nibbles, read_rows, whole
from core.files.safetensors_headers import TensorEntry

#: What the sixteen codes stand for: a sign, two bits of exponent, one of mantissa.
E2M1 = np.array((0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6), dtype=np.float32)


@dataclass(frozen=True)
class FloatFour(Coded):
    """E2M1[code] x scale of its block x scale of the tensor.

    Attributes:
        scale: (rows, blocks): float8, or exponents of two plus 127 as bytes.
        block: numbers that share one.
        overall: one number for the whole tensor, or None; `divides` says that values are divided by it.
    """

    scale: TensorEntry
    block: int
    overall: TensorEntry | None = None
    divides: bool = False

    def opened(self, source: Source) -> Rows:
        """Scales come with their rows."""
        _, columns = self.stored
        factor = np.float32(1)
        if self.overall is not None:
            held = np.float32(whole(source, self.overall).reshape(-1)[0])
            factor = np.float32(1) / held if self.divides else held

        def read(start: int, end: int) -> Floats32:
            codes = nibbles(read_rows(source, self.codes, columns // 2, start, end), high_first=False)
            scales = read_rows(source, self.scale, columns // self.block, start, end)
            if self.scale.dtype == "U8":
                scales = np.ldexp(np.float32(1), scales.astype(np.int32) - 127)
            each = np.repeat(np.asarray(scales, dtype=np.float32) * factor, self.block, axis=1)
            return E2M1[codes] * each

        return read
