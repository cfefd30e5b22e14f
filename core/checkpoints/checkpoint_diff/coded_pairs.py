"""What is compared where one side at least is codes, or belongs to codes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.checkpoints.checkpoint_diff.pair import Pair
from core.checkpoints.checkpoint_diff.stored_views import Plain, is_view, plain, turned
from core.checkpoints.dtype_codes import TORCH_NAMES
from core.checkpoints.quantised.coded import Coded
from core.checkpoints.quantised.contents import Apart
from core.checkpoints.reader import OpenFile
from core.files.safetensors_headers import TensorEntry
from core.results import TensorStatus

Special = Coded | Apart | None


def weight_of(special: Special) -> Coded | None:
    """The weight, where a tensor holds the codes of one whose layout is known."""
    return special if isinstance(special, Coded) else None


def of_codes(first: TensorEntry, second: TensorEntry, one: Special, two: Special) -> Pair | None:
    """The numbers that codes stand for are compared, in one order of axes; codes of an unknown layout by their bytes.

    None where both sides are as they lie in their files: scales are compared as the tensors that they are.
    """
    if any(isinstance(side, Apart) and side.role == "codes" for side in (one, two)):
        return _of_unknown(first, second, one, two)
    a, b = weight_of(one), weight_of(two)
    if (a is None and b is None) or (isinstance(a, Plain) and isinstance(b, Plain)):
        return None
    as_it_is = next((t for t, w in ((first, a), (second, b)) if w is None), None)
    if as_it_is is not None and as_it_is.dtype not in TORCH_NAMES:
        return Pair(first, second, TensorStatus.NOT_COMPARED, note=f"The dtype {as_it_is.dtype} is not known here.")
    shapes = [w.shape if w else t.shape for t, w in ((first, a), (second, b))]
    if shapes[0] != shapes[1] or math.prod(shapes[0]) == 0:
        return Pair(first, second, TensorStatus.OTHER_SHAPE, note=_note(a, b), weights=(a, b))
    count, note = math.prod(shapes[0]), _note(a, b)
    if bool(a and a.inputs_first) != bool(b and b.inputs_first):
        if a is None or (b is not None and is_view(a)):  # what is no codes is read the other way round at less cost
            a = turned(a or plain(first))
        else:
            b = turned(b or plain(second))
    return Pair(first, second, count=count, note=note, weights=(a, b))


def _note(one: Coded | None, two: Coded | None) -> str:
    """How the two are compared."""
    both = (("first", one), ("second", two))
    said = [f"the {which} dequantised from {w.how}" for which, w in both if w and w.how]
    sentences = [f"Compared as numbers: {' and '.join(said)}."] if said else []
    orders = [bool(w and w.inputs_first) for w in (one, two)]
    if orders[0] != orders[1]:
        which, other = ("first", "second") if orders[0] else ("second", "first")
        sentences.append(f"The {which} is stored as (in, out) and the {other} as (out, in): compared as (out, in).")
    return " ".join(sentences)


def same_codes(pair: Pair, files: Mapping[Path, OpenFile], buffers: NDArray[np.uint8]) -> bool:
    """Whether the codes of both, and what belongs to them, are the same byte for byte; buffers (2, n) is room.

    Raises:
        CheckpointError: a file that ended early.
    """
    one, two = pair.weights
    if one is None or two is None or is_view(one) or is_view(two):
        return False
    if one.how != two.how or len(one.parts) != len(two.parts):
        return False
    both = [(one.codes, two.codes), *zip(one.parts, two.parts, strict=True)]
    if any(a.end - a.start != b.end - b.start for a, b in both):
        return False
    for tensors in both:
        blocks = (files[t.file].blocks(t.start, t.end, buffer) for t, buffer in zip(tensors, buffers, strict=True))
        if not all(np.array_equal(x, y) for x, y in zip(*blocks, strict=True)):
            return False
    return True


def _of_unknown(first: TensorEntry, second: TensorEntry, one: Special, two: Special) -> Pair:
    same = (first.dtype, first.shape) == (second.dtype, second.shape)
    if same and not isinstance(one, Coded) and not isinstance(two, Coded):
        note = "Packed codes of a quantised weight: bytes were compared."
        return Pair(first, second, count=first.end - first.start, opaque=True, note=note)
    note = "Packed codes of a quantised weight, of a layout that is not known here: not compared."
    return Pair(first, second, TensorStatus.NOT_COMPARED, note=note, weights=(weight_of(one), weight_of(two)))
