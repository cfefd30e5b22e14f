"""Integers of a few bits in words of 32, a scale and a zero point a group of inputs: GPTQ, AWQ, compressed-tensors.

GPTQ (Frantar et al. 2023; AutoGPTQ's `qweight`, `qzeros`, `scales`, `g_idx`) packs inputs, low bits first, and stores
zero points minus one, but for format 2. AWQ (Lin et al. 2024; AutoAWQ) packs eight outputs a word in the order
0 2 4 6 1 3 5 7. compressed-tensors packs inputs of an (out, in) matrix, values moved up by half of their range.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.checkpoints.quantised.coded import Coded, Floats32, Rows, Source, from_words, read_rows, whole
from core.files.safetensors_headers import TensorEntry

#: Where the outputs of a word of AWQ stand: nibble i holds output _AWQ[i].
_AWQ = np.array((0, 2, 4, 6, 1, 3, 5, 7))


@dataclass(frozen=True)
class Grouped(Coded):
    """What the three have in common.

    Attributes:
        bits: of a code.
        scale: (groups, out); of compressed-tensors (out, groups).
        zero: packed as the codes are, or None.
        group: inputs that share a scale.
        index: the group of each input, where inputs were reordered; else None.
    """

    bits: int
    scale: TensorEntry
    zero: TensorEntry | None
    group: int
    index: TensorEntry | None

    def _groups(self, source: Source, inputs: int) -> NDArray[np.int64]:
        """(inputs,) the group of each."""
        if self.index is None:
            return np.arange(inputs) // self.group
        return np.asarray(whole(source, self.index), dtype=np.int64)


@dataclass(frozen=True)
class Gptq(Grouped):
    """Rows of inputs. `added` is what zero points lack: 1, and 0 in format 2."""

    added: int = 1

    def opened(self, source: Source) -> Rows:
        """Scales and zero points at once: a hundredth of the codes."""
        inputs, outputs = self.stored
        scales = np.asarray(whole(source, self.scale), dtype=np.float32)
        groups = self._groups(source, inputs)
        middle = np.full(scales.shape, 2 ** (self.bits - 1), dtype=np.int32)
        zeros = middle
        if self.zero is not None:
            zeros = from_words(whole(source, self.zero), self.bits, axis=1)[:, :outputs] + self.added

        def read(start: int, end: int) -> Floats32:
            low, high = start // 32 * self.bits, min(-(-end // 32) * self.bits, self.codes.shape[0])
            words = read_rows(source, self.codes, outputs, low, high)
            codes = from_words(words, self.bits, axis=0)[start % 32 :][: end - start]
            at = groups[start:end]
            return (codes - zeros[at]).astype(np.float32) * scales[at]

        return read


@dataclass(frozen=True)
class Awq(Grouped):
    """Rows of inputs."""

    def opened(self, source: Source) -> Rows:
        """Scales and zero points at once."""
        inputs, outputs = self.stored
        scales = np.asarray(whole(source, self.scale), dtype=np.float32)
        groups = self._groups(source, inputs)
        zeros = None if self.zero is None else _in_order(whole(source, self.zero))

        def read(start: int, end: int) -> Floats32:
            codes = _in_order(read_rows(source, self.codes, outputs // 8, start, end))
            at = groups[start:end]
            shifted = codes - (2 ** (self.bits - 1) if zeros is None else zeros[at])
            return shifted.astype(np.float32) * scales[at]

        return read


def _in_order(words: NDArray[np.int32]) -> NDArray[np.int32]:
    """(r, c) words -> (r, 8 c) codes, outputs in their order."""
    packed = from_words(words, 4, axis=1).reshape(len(words), -1, 8)
    result = np.empty_like(packed)
    result[:, :, _AWQ] = packed
    return result.reshape(len(words), -1)


@dataclass(frozen=True)
class PackedRows(Grouped):
    """compressed-tensors' `pack-quantized`: rows of outputs; codes of so many bits, as many as fit, in each word."""

    def opened(self, source: Source) -> Rows:
        """Scales at once; zero points too, which are packed along the outputs."""
        outputs, inputs = self.stored
        scales = np.asarray(whole(source, self.scale), dtype=np.float32).reshape(outputs, -1)
        groups = self._groups(source, inputs) if scales.shape[1] > 1 else np.zeros(inputs, dtype=np.int64)
        half = 2 ** (self.bits - 1)
        zeros = None
        if self.zero is not None:
            zeros = _fitting(whole(source, self.zero).reshape(-1, scales.shape[1]).T, self.bits).T[:outputs] - half
        columns = self.codes.shape[1]

        def read(start: int, end: int) -> Floats32:
            words = read_rows(source, self.codes, columns, start, end)
            codes = _fitting(words, self.bits)[:, :inputs] - half
            if zeros is not None:
                codes -= zeros[start:end][:, groups]
            return np.asarray(codes.astype(np.float32) * scales[start:end][:, groups])

        return read


def _fitting(words: NDArray[np.int32], bits: int) -> NDArray[np.int32]:
    """(r, c) words -> (r, c * (32 // bits)) codes, low bits first, none across two words."""
    shifts = np.arange(32 // bits, dtype=np.uint32) * np.uint32(bits)
    held = words.astype(np.int64).astype(np.uint32)[:, :, None] >> shifts
    return (held & np.uint32(2**bits - 1)).astype(np.int32).reshape(len(words), -1)
