"""What differs in a block of two tensors, in a part, in all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.checkpoints.checkpoint_diff import difference_kernels
from core.checkpoints.checkpoint_diff.dtype_casts import is_rounded, needs_float64, widened
from core.checkpoints.checkpoint_diff.pair import Pair
from core.checkpoints.dtype_codes import TORCH_NAMES
from core.results import TensorDiff, TensorStatus


@dataclass(frozen=True, eq=False)
class Seen:
    """What a block, a part or a whole tensor gave, from element `start` on.

    Attributes:
        sums: (8,) as `difference_kernels.differences` has them.
        same_bytes: no byte differs.
        rounded: the one is the other rounded, as far as it was asked.
        same_codes: where codes were compared as numbers, they are the same byte for byte as well.
    """

    start: int
    sums: NDArray[np.float64]
    same_bytes: bool
    rounded: bool
    same_codes: bool = True


def of_block(
    pair: Pair, one: NDArray[np.uint8], two: NDArray[np.uint8], wide: NDArray[np.float64], explained: bool
) -> Seen:
    """One block of both; whether rounding explains the difference is asked while nothing spoke against it."""
    assert pair.first is not None
    assert pair.second is not None
    dtypes = pair.dtypes
    sums = np.zeros(8)
    same = dtypes[0] == dtypes[1] and _same_bytes(one, two)
    if pair.opaque:
        return Seen(0, sums, same, rounded=False)
    double = any(needs_float64(dtype) for dtype in dtypes)
    places = wide if double else wide.view(np.float32)
    a = widened(one, dtypes[0], places[0])
    if same:
        sums[5:] = difference_kernels.squares(a)
        if not math.isfinite(sums[5]):
            _differences(a, a, sums)
        return Seen(0, sums, same_bytes=True, rounded=True)
    b = widened(two, dtypes[1], places[1])
    _differences(a, b, sums)
    if dtypes[0] == dtypes[1] and dtypes[0] in ("I64", "U64"):  # neighbours that float64 cannot tell apart
        sums[0] = np.count_nonzero(one.view(np.uint64) != two.view(np.uint64))
    return Seen(0, sums, same_bytes=False, rounded=explained and is_rounded(a, b, dtypes))


def _same_bytes(one: NDArray[np.uint8], two: NDArray[np.uint8]) -> bool:
    """Eight at a time."""
    whole = len(one) & ~7
    eights = np.array_equal(one[:whole].view(np.uint64), two[:whole].view(np.uint64))
    return eights and np.array_equal(one[whole:], two[whole:])


def _differences(a: NDArray[Any], b: NDArray[Any], sums: NDArray[np.float64]) -> None:
    difference_kernels.differences(a, b, sums)
    if not math.isfinite(sums[5] + sums[6]):
        sums[:] = 0
        difference_kernels.guarded_differences(a, b, sums)


def together(start: int, seen: Sequence[Seen]) -> Seen:
    """Blocks, or parts, in their order; none at all are equal."""
    with np.errstate(all="ignore"):  # squares of extremes have no float64
        sums = np.sum([s.sums for s in seen], axis=0) if seen else np.zeros(8)
    sums[2] = max((s.sums[2] for s in seen), default=0.0)
    same_bytes, rounded, same_codes = (
        all(getattr(s, name) for s in seen) for name in ("same_bytes", "rounded", "same_codes")
    )
    return Seen(start, sums, same_bytes, rounded, same_codes)


def described(pair: Pair, seen: Seen | None = None) -> TensorDiff:
    """A tensor's comparison; `seen` is None where there is nothing to read."""
    first, second = (TORCH_NAMES.get(t.dtype, t.dtype) if t else None for t in (pair.first, pair.second))
    return TensorDiff(
        name=pair.either.name,
        other_name=(pair.second or pair.either).name,
        layer=pair.place.layer,
        module=pair.place.module,
        status=_status(pair, seen),
        dtypes=(first, second),
        shapes=pair.shapes,
        note=pair.note,
        stack=pair.place.stack,
        matched_by=pair.matched_by,
        **_numbers(pair, seen),
    )


def _status(pair: Pair, seen: Seen | None) -> TensorStatus:
    if pair.status is not None:
        return pair.status
    assert seen is not None
    same_type = pair.first and pair.second and pair.first.dtype == pair.second.dtype
    if seen.same_bytes and seen.same_codes and same_type:
        return TensorStatus.EQUAL
    if pair.opaque:
        return TensorStatus.CHANGED
    if seen.sums[0] == 0:
        return TensorStatus.SAME_VALUES
    return TensorStatus.ROUNDED if seen.rounded else TensorStatus.CHANGED


def _numbers(pair: Pair, seen: Seen | None) -> dict[str, Any]:
    """The numeric fields."""
    if seen is None or pair.opaque:
        return {}
    changed, left_out, largest, total, squares, own, other, product = seen.sums.tolist()
    counts = {"count": pair.count, "changed": int(changed), "left_out": int(left_out)}
    finite = pair.count - int(left_out)
    if not finite:
        return counts
    norms = (math.sqrt(own), math.sqrt(other))
    cosine = math.nan
    if all(norms):
        cosine = 1.0 if squares == 0 else min(1.0, max(-1.0, product / norms[0] / norms[1]))
    return {
        **counts,
        "largest": largest,
        "mean": total / finite,
        "norm": math.sqrt(squares),
        "norms": norms,
        "cosine": cosine,
    }
