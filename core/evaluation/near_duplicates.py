"""Texts that are nearly the same: MinHash over 5-grams of characters, and the exact Jaccard index of what it finds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Signs of a shingle; the Jaccard index from which on two texts are near-duplicates.
SHINGLE, ALIKE = 5, 0.7
#: Two texts with Jaccard index s share a band with probability 1 - (1 - s^4)^25: 0.9990 for 0.7, 0.18 for 0.3.
BANDS, ROWS = 25, 4
#: Estimates from 100 hashes have a standard deviation of at most 0.05: 0.7 is 5 of them away.
_ESTIMATED = 0.45
#: Texts that are compared; pairs of each band that are looked at, and that are kept, but for the last step.
MOST_TEXTS, MOST_LOOKED, MOST_KEPT = 100_000, 400_000, 20_000
_BLOCK = 2**21
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB), np.uint64(0x9E3779B97F4A7C15))


@dataclass(frozen=True)
class NearDuplicates:
    """P pairs among distinct texts.

    Attributes:
        pairs: (P, 2) places of the texts, the smaller first; the most alike pairs first.
        jaccard: (P,) of their sets of shingles, at least 0.7.
        compared: texts that were looked at, from the first.
        complete: no pair of these was left out for there being too many.
    """

    pairs: NDArray[np.int64]
    jaccard: NDArray[np.float64]
    compared: int
    complete: bool


def normalised(text: str) -> str:
    """Unicode NFKC, case folded, every run of white space as one space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def near_duplicates(texts: Sequence[str]) -> NearDuplicates:
    """Pairs of normalised, distinct texts (Broder 1997; banding: Leskovec et al., Mining of Massive Datasets, 3.4).

    A pair at 0.7 is missed with a chance of 1 in 1,000, more alike ones with less. The same texts give the same pairs.
    """
    texts = texts[:MOST_TEXTS]
    if len(texts) < 2:
        return NearDuplicates(np.zeros((0, 2), np.int64), np.zeros(0), len(texts), True)
    signatures = np.empty((len(texts), BANDS * ROWS), np.uint32)
    shingles, lengths = [], []
    done = 0
    for part in _blocks(texts):
        hashes, counts = _shingles(part)
        _sign(hashes, counts, signatures[done : done + len(part)])
        shingles.append(hashes)
        lengths.append(counts)
        done += len(part)
    sets = _sets(np.concatenate(shingles), np.concatenate(lengths))
    pairs, complete = _candidates(signatures, np.diff(sets.indptr))
    jaccard = _jaccard(sets, pairs)
    kept = np.flatnonzero(jaccard >= ALIKE)
    kept = kept[np.lexsort((pairs[kept, 1], pairs[kept, 0], -jaccard[kept]))]
    return NearDuplicates(pairs[kept], jaccard[kept], len(texts), complete)


def _blocks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts in parts of some millions of signs."""
    start, signs = 0, 0
    for i, text in enumerate(texts):
        signs += len(text)
        if signs > _BLOCK:
            yield texts[start : i + 1]
            start, signs = i + 1, 0
    if start < len(texts):
        yield texts[start:]


def _shingles(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """(T,) hashes of all shingles, text after text, and how many each has; one of the whole text if it is shorter."""
    padded = [text.ljust(SHINGLE) for text in texts]
    signs = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    sizes = np.array([len(text) for text in padded], np.int64)
    last = np.cumsum(sizes)
    hashes = np.zeros(len(signs) - SHINGLE + 1, np.uint64)
    for k in range(SHINGLE):
        hashes = hashes * _MIX[2] + signs[k : len(signs) - SHINGLE + 1 + k]
    hashes = (hashes ^ (hashes >> np.uint64(30))) * _MIX[0]
    hashes = (hashes ^ (hashes >> np.uint64(27))) * _MIX[1]
    inside = np.ones(len(hashes), bool)
    for k in range(1, SHINGLE):  # those that begin in one text and end in the next
        inside[last[:-1] - k] = False
    return (hashes ^ (hashes >> np.uint64(31)))[inside], sizes - SHINGLE + 1


def _sign(hashes: NDArray[np.uint64], counts: NDArray[np.int64], out: NDArray[np.uint32]) -> None:
    """The least value of each hash function over the shingles of every text."""
    chance = np.random.default_rng(0)
    starts = np.cumsum(counts) - counts
    for k in range(out.shape[1]):
        a, b = chance.integers(0, 2**64, 2, np.uint64)
        out[:, k] = np.minimum.reduceat(hashes * (a | np.uint64(1)) + b, starts) >> np.uint64(32)


def _candidates(signatures: NDArray[np.uint32], sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], bool]:
    """(P, 2) places that have a whole band in common and may be alike, and whether these are all."""
    count, found, complete = len(signatures), np.zeros(0, np.int64), True
    for band in range(BANDS):
        key = np.zeros(count, np.uint64)
        for k in range(band * ROWS, (band + 1) * ROWS):
            key = ((key ^ (key >> np.uint64(29))) + signatures[:, k]) * _MIX[2]
        order = np.argsort(key, kind="stable")
        key, flat, looked, kept = key[order], [found], 0, 0
        for step in range(1, count):
            at = np.flatnonzero(key[step:] == key[:-step])
            if not len(at):
                break
            if looked > MOST_LOOKED or kept > MOST_KEPT:
                complete = False
                break
            pairs = np.stack([order[at], order[at + step]], axis=1)  # a stable sort: the first place is the smaller
            looked += len(pairs)
            pairs = pairs[sizes[pairs].min(axis=1) >= ALIKE * sizes[pairs].max(axis=1)]
            pairs = pairs[(signatures[pairs[:, 0]] == signatures[pairs[:, 1]]).mean(axis=1) >= _ESTIMATED]
            kept += len(pairs)
            flat.append(pairs[:, 0] * count + pairs[:, 1])
        found = np.unique(np.concatenate(flat))
    return np.stack([found // count, found % count], axis=1), complete


def _sets(hashes: NDArray[np.uint64], counts: NDArray[np.int64]) -> Any:
    """(texts, shingles) sparse: 1 where a text has a shingle."""
    from scipy.sparse import csr_matrix

    _, column = np.unique(hashes, return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(counts)])
    sets = csr_matrix((np.ones(len(column), np.int32), column, starts), shape=(len(counts), int(column.max()) + 1))
    sets.sum_duplicates()
    sets.data[:] = 1
    return sets


def _jaccard(sets: Any, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """(P,) common shingles over all of the two."""
    common = [np.zeros(0, np.int64)]
    for start in range(0, len(pairs), 2**15):
        part = pairs[start : start + 2**15]
        common.append(np.asarray(sets[part[:, 0]].multiply(sets[part[:, 1]]).sum(axis=1), np.int64).ravel())
    both, sizes = np.concatenate(common), np.diff(sets.indptr)
    found: NDArray[np.float64] = both / (sizes[pairs].sum(axis=1) - both)
    return found
