"""Recognising a base model by a few of its numbers, whatever its dtype, sharding or name.

A fingerprint holds eight values from fixed positions of up to 32 matrices of the backbone. Two checkpoints
are the same when all values agree as far as bfloat16 rounding allows; two trainings of one architecture differ.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from core.files.safetensors_headers import TensorEntry

Fingerprint = dict[str, list[float]]

MATRICES = 32
VALUES = 8
#: bfloat16 keeps 8 bits (relative 2^-8), float16 stops at 6e-8 in absolute terms.
RELATIVE, ABSOLUTE = 2**-7, 1e-6

_HEADS = ("lm_head.", "score.", "classifier.", "pooler.")


def fingerprint(tensors: Mapping[str, TensorEntry]) -> Fingerprint:
    """The fingerprint of a checkpoint from its headers, reading 256 numbers at most."""
    matrices = sorted(
        (bare_name(entry.name), entry)
        for entry in tensors.values()
        if len(entry.shape) == 2 and entry.count >= VALUES and entry.dtype in _READERS and _is_backbone(entry.name)
    )
    step = max(1, len(matrices) / MATRICES)
    chosen = [matrices[int(i * step)] for i in range(min(MATRICES, len(matrices)))]
    return {name: _sample(entry) for name, entry in chosen}


def mismatches(expected: Fingerprint, tensors: Mapping[str, TensorEntry]) -> list[str]:
    """Names of matrices whose values differ from the fingerprint's, or that are not there."""
    by_name = {bare_name(entry.name): entry for entry in tensors.values()}
    wrong = []
    for name, values in expected.items():
        entry = by_name.get(name)
        if (
            entry is None
            or entry.dtype not in _READERS
            or entry.count < VALUES
            or not all(abs(a - b) <= ABSOLUTE + RELATIVE * abs(a) for a, b in zip(values, _sample(entry), strict=True))
        ):
            wrong.append(name)
    return wrong


def comparable(expected: Fingerprint, tensors: Mapping[str, TensorEntry]) -> Fingerprint:
    """What of a fingerprint can be held against a checkpoint that is stored quantised: matrices that are no codes."""
    coded = {bare_name(entry.name) for entry in tensors.values() if entry.dtype not in _READERS}
    return {name: values for name, values in expected.items() if name not in coded}


def bare_name(name: str) -> str:
    """A parameter's name without the prefix under which a class holds its backbone: `model.layers.0...`."""
    first, _, rest = name.partition(".")
    return rest if first in ("model", "bert", "roberta", "transformer", "distilbert", "deberta", "electra") else name


def _is_backbone(name: str) -> bool:
    return not name.startswith(_HEADS)


def _sample(entry: TensorEntry) -> list[float]:
    size, read = _READERS[entry.dtype]
    last = entry.count - 1
    values = []
    with entry.file.open("rb") as file:
        for i in range(VALUES):
            file.seek(entry.start + size * (last * (2 * i + 1) // (2 * VALUES)))
            values.append(read(file.read(size)))
    return [round(v, 10) for v in values]


def _bfloat16(raw: bytes) -> float:
    return float(struct.unpack("<f", b"\0\0" + raw)[0])


_READERS = {
    "F64": (8, lambda raw: float(struct.unpack("<d", raw)[0])),
    "F32": (4, lambda raw: float(struct.unpack("<f", raw)[0])),
    "F16": (2, lambda raw: float(struct.unpack("<e", raw)[0])),
    "BF16": (2, _bfloat16),
}
