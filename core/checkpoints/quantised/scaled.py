"""One code a number, times a scale: float8 and int8 with a scale for the tensor, a row, a group or a block.

DeepSeek's blocks (`weight_scale_inv`, which is multiplied all the same), `weight_scale` of compressed-tensors, FBGEMM
and ModelOpt, `SCB` of bitsandbytes' LLM.int8 (rows over 127; Dettmers et al. 2022).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.checkpoints.quantised.coded import Coded, Floats32, Rows, Source, read_rows
from core.files.safetensors_headers import TensorEntry

Sizes = tuple[int, int, int]


@dataclass(frozen=True)
class Scaled(Coded):
    """(code - zero point) x scale.

    Attributes:
        blocks: how many experts, rows and columns share a scale.
        divisor: what the scale is divided by.
        zero: a zero point a scale, or None.
    """

    scale: TensorEntry
    blocks: Sizes
    divisor: float = 1.0
    zero: TensorEntry | None = None

    def opened(self, source: Source) -> Rows:
        """Scales come with their rows, a few at a time."""
        _, rows, columns = three(self.shape)
        counts = scale_counts(self.shape, self.blocks)

        def scales(tensor: TensorEntry, first: int, end: int) -> Floats32:
            """(end - first, columns), one a number."""
            place = np.arange(first, end)
            expert, row = place // rows, place % rows
            at = expert // self.blocks[0] * counts[1] + row // self.blocks[1]
            low, high = int(at.min()), int(at.max()) + 1
            held = read_rows(source, tensor, counts[2], low, high).astype(np.float32)
            return np.asarray(np.repeat(held, self.blocks[2], axis=1)[:, :columns][at - low])

        def read(start: int, end: int) -> Floats32:
            codes = read_rows(source, self.codes, columns, start, end).astype(np.float32)
            if self.zero is not None:
                codes -= scales(self.zero, start, end)
            scale = scales(self.scale, start, end)
            return codes * (scale if self.divisor == 1.0 else scale / np.float32(self.divisor))

        return read


def three(shape: tuple[int, ...]) -> Sizes:
    """(experts, rows, columns): a matrix is one expert; a convolution has a row a filter."""
    if len(shape) == 3:
        return shape[0], shape[1], shape[2]
    return 1, shape[0], math.prod(shape[1:])


def scale_counts(shape: tuple[int, ...], blocks: Sizes) -> Sizes:
    """How many scales there are along experts, rows, columns."""
    experts, rows, columns = (-(-n // size) for n, size in zip(three(shape), blocks, strict=True))
    return experts, rows, columns


def blocks_of(shape: tuple[int, ...], scale: tuple[int, ...], hint: tuple[int, ...]) -> Sizes | None:
    """How many numbers share a scale along each axis; None where the two shapes do not say it.

    `hint` is the block size that the config states; without it 128 is tried, DeepSeek's, where the axis is no multiple.
    """
    sizes = three(shape)
    if math.prod(scale) == 1:
        return sizes
    axes = _aligned(sizes, scale, is_stack=len(shape) == 3)
    if axes is None:
        return None
    hints = (1, *((128, 128) if len(hint) != 2 else hint))
    result = [_block(n, s, hinted) for n, s, hinted in zip(sizes, axes, hints, strict=True)]
    experts, rows, columns = result
    if experts is None or rows is None or columns is None:
        return None
    return experts, rows, columns


def _aligned(sizes: Sizes, scale: tuple[int, ...], *, is_stack: bool) -> Sizes | None:
    """The axes of a scale as (experts, rows, columns)."""
    match scale, is_stack:
        case (n,), False:
            return 1, n, 1
        case (n,), True:
            return (n, 1, 1) if n == sizes[0] else None
        case (a, b), False:
            return 1, a, b
        case (a, b), True:
            return (a, b, 1) if a == sizes[0] else None
        case (a, b, c), True:
            return a, b, c
        case (a, *others), False if math.prod(others) == 1:
            return 1, a, 1
        case _:
            return None


def _block(count: int, scales: int, hinted: int) -> int | None:
    if scales in (1, count):
        return count // max(scales, 1)
    if -(-count // hinted) == scales:
        return hinted
    return count // scales if scales and count % scales == 0 else None
