"""From counted codes, or from streamed moments, to the statistics of a tensor."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.checkpoints import counting_kernels
from core.checkpoints.dtype_codes import Codes
from core.results.weights import BINS, Histogram

#: |w| below this is near zero.
NEAR = 1e-5
QUANTILES = (0.01, 0.5, 0.99)


@dataclass
class Moments:
    """Count, mean and sums of powers about the mean, merged block by block in float64 (Pébay 2008)."""

    count: int = 0
    mean: float = 0.0
    second: float = 0.0
    third: float = 0.0
    fourth: float = 0.0
    low: float = math.inf
    high: float = -math.inf
    zeros: int = 0
    near_zeros: int = 0
    nan: int = 0
    inf: int = 0

    def merge(self, other: Moments) -> None:
        """Take in another part of the same tensor."""
        for name in ("zeros", "near_zeros", "nan", "inf"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        a, b = self.count, other.count
        n = a + b
        if b == 0:
            return
        d = other.mean - self.mean
        s, o = self, other
        fourth = s.fourth + o.fourth + d**4 * a * b * (a * a - a * b + b * b) / n**3
        fourth += 6 * d * d * (a * a * o.second + b * b * s.second) / n**2 + 4 * d * (a * o.third - b * s.third) / n
        third = s.third + o.third + d**3 * a * b * (a - b) / n**2 + 3 * d * (a * o.second - b * s.second) / n
        self.second, self.third, self.fourth = s.second + o.second + d * d * a * b / n, third, fourth
        self.mean, self.count = self.mean + d * b / n, n


def from_codes(counts: NDArray[np.int64], alphabet: Codes) -> dict[str, Any]:
    """Exact statistics from how often each code (2**bits,) occurs: no value is left out, and sums do not drift."""
    held = counting_kernels.occurring(counts, alphabet.order)
    v, c = alphabet.values[held], counts[alphabet.order[held]]
    nan, inf = int(counts[alphabet.nan].sum()), int(counts[alphabet.inf].sum())
    if not len(v):
        return empty(nan, inf)
    mean, second, fourth, squares, n = counting_kernels.weighted_sums(v, c)
    moments = Moments(
        count=int(n),
        mean=mean,
        second=second,
        fourth=fourth,
        low=float(v[0]),
        high=float(v[-1]),
        zeros=int(c[v == 0].sum()),
        near_zeros=int(c[np.abs(v) < NEAR].sum()),
        nan=nan,
        inf=inf,
    )
    edges = bin_edges(moments.low, moments.high)
    places = np.clip(np.searchsorted(edges, v, side="right") - 1, 0, BINS - 1)
    bins = np.bincount(places, weights=c, minlength=BINS).astype(np.int64)
    ends = c.cumsum()
    quantiles = interpolated(moments.count, lambda rank: float(v[np.searchsorted(ends, rank, side="right")]))
    return {**assembled(moments, quantiles, edges, bins), "norm": math.sqrt(squares)}


def assembled(
    m: Moments, quantiles: tuple[float, ...], edges: NDArray[np.float64], bins: NDArray[np.int64]
) -> dict[str, Any]:
    """The fields of `WeightStats` from moments, quantiles at `QUANTILES` and a histogram."""
    variance = m.second / m.count
    with np.errstate(all="ignore"):  # fourth powers of extremes have no float64
        kurtosis = float(np.float64(m.count) * m.fourth / np.float64(m.second) ** 2 - 3) if variance > 0 else math.nan
        norm = float(np.sqrt(np.float64(m.second) + m.count * np.float64(m.mean) ** 2))
    return {
        "mean": m.mean,
        "std": math.sqrt(m.second / (m.count - 1)) if m.count > 1 else math.nan,
        "min": m.low,
        "max": m.high,
        "norm": norm,
        "zeros": m.zeros,
        "near_zeros": m.near_zeros,
        "nan": m.nan,
        "inf": m.inf,
        **dict(zip(("q01", "q50", "q99"), quantiles, strict=True)),
        "kurtosis": kurtosis,
        "histogram": Histogram(tuple(edges.tolist()), tuple(bins.tolist())),
    }


def empty(nan: int = 0, inf: int = 0) -> dict[str, Any]:
    """The fields of a tensor without a finite value."""
    names = ("mean", "std", "min", "max", "norm", "q01", "q50", "q99", "kurtosis")
    return {
        **dict.fromkeys(names, math.nan),
        "zeros": 0,
        "near_zeros": 0,
        "nan": nan,
        "inf": inf,
        "histogram": Histogram((), ()),
    }


def bin_edges(low: float, high: float) -> NDArray[np.float64]:
    """`BINS` + 1 edges as `numpy.histogram` draws them; also where high - low has no float64."""
    if low == high:
        low, high = low - 0.5, high + 0.5
    if math.isfinite(high - low):
        return np.linspace(low, high, BINS + 1)
    return np.linspace(low / 2, high / 2, BINS + 1) * 2


def ranks(count: int) -> list[int]:
    """The ranks (from 0) of the values between which `QUANTILES` lie."""
    return sorted({rank for q in QUANTILES for rank in (math.floor(q * (count - 1)), math.ceil(q * (count - 1)))})


def interpolated(count: int, value_at: Callable[[int], float]) -> tuple[float, ...]:
    """`QUANTILES` of so many values, by linear interpolation between ranks, numpy's default."""
    result = []
    for q in QUANTILES:
        place = q * (count - 1)
        rank = math.floor(place)
        share = place - rank
        low, high = value_at(rank), value_at(math.ceil(place))
        result.append(low + (high - low) * share if share < 0.5 else high - (high - low) * (1 - share))
    return tuple(result)
