"""A weight as codes with what belongs to them, and where its rows of numbers come from."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.files.safetensors_headers import TensorEntry

Floats32 = NDArray[np.float32]
#: Rows [start:end) of a weight as they are stored: (end - start, columns).
Rows = Callable[[int, int], Floats32]


class Source(Protocol):
    """What tensors hold."""

    def elements(self, tensor: TensorEntry, start: int, end: int) -> NDArray[Any]:
        """Elements [start:end) of a tensor, (n,): integers as they are, floats of 8 and 16 bits as float32."""


@dataclass(frozen=True)
class Coded(ABC):
    """A weight that is stored as codes.

    Attributes:
        codes: the tensor of codes.
        parts: the tensors that belong to it: scales, zero points, tables.
        shape: of the weight: outputs before inputs.
        inputs_first: it is stored the other way round, as rows of inputs.
        how: what it is dequantised from, in words.
    """

    codes: TensorEntry
    parts: tuple[TensorEntry, ...]
    shape: tuple[int, ...]
    inputs_first: bool
    how: str

    @property
    def count(self) -> int:
        """Numbers of the weight."""
        return math.prod(self.shape)

    @property
    def stored(self) -> tuple[int, int]:
        """Rows and columns as they are stored: all axes but the last are rows; of a stack each matrix in turn."""
        if self.inputs_first:
            return math.prod(self.shape[:-2]) * self.shape[-1], self.shape[-2]
        return math.prod(self.shape[:-1]), self.shape[-1]

    @abstractmethod
    def opened(self, source: Source) -> Rows:
        """The rows, as code times scale in float32; what is small is read at once, the rest with the rows."""


def whole(source: Source, tensor: TensorEntry) -> NDArray[Any]:
    """All elements of a tensor, in its shape."""
    return source.elements(tensor, 0, tensor.count).reshape(tensor.shape)


def read_rows(source: Source, tensor: TensorEntry, columns: int, start: int, end: int) -> NDArray[Any]:
    """Rows [start:end) of a tensor as a matrix of so many columns."""
    return source.elements(tensor, start * columns, end * columns).reshape(end - start, columns)


def from_words(words: NDArray[Any], bits: int, axis: int) -> NDArray[np.int32]:
    """Codes of so many bits from words of 32, low bits first, across words where they do not divide 32.

    words (r, c) -> (r * 32 // bits, c) along axis 0, (r, c * 32 // bits) along axis 1.
    """
    held = words.astype(np.int64).astype(np.uint64) & np.uint64(0xFFFFFFFF)
    held = held if axis == 0 else held.T
    count = len(held) * 32 // bits
    start = np.arange(count) * bits
    word, shift = start // 32, (start % 32).astype(np.uint64)[:, None]
    low = held[word] >> shift
    beyond = held[np.minimum(word + 1, len(held) - 1)] << (np.uint64(32) - shift)
    codes = np.where(shift + np.uint64(bits) > np.uint64(32), low | beyond, low) & np.uint64(2**bits - 1)
    result = codes.astype(np.int32)
    return result if axis == 0 else result.T


def nibbles(octets: NDArray[np.uint8], *, high_first: bool) -> NDArray[np.uint8]:
    """Two codes a byte: (n, c) -> (n, 2 c)."""
    low, high = octets & np.uint8(15), octets >> np.uint8(4)
    pair = (high, low) if high_first else (low, high)
    return np.stack(pair, axis=-1).reshape(*octets.shape[:-1], -1)
