"""How the texts and labels of one file differ from those of another: lengths, words, classes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.evaluation.near_duplicates import normalised
from core.results.training_rows import Shift

#: Unseen words that a result names.
MOST_WORDS = 50
#: Letters and digits, with an apostrophe or hyphen between them.
_WORD = re.compile(r"\w+(?:['’-]\w+)*")


def shift(
    texts: Sequence[str],
    training: Sequence[str],
    actual: NDArray[np.int32],
    learnt: NDArray[np.int32],
    classes: Sequence[str],
) -> Shift:
    """Of N test texts and M training texts; class numbers of the labelled rows of both, in any order.

    Lengths are compared by the two-sample Kolmogorov-Smirnov test; lengths have ties, which make its p-value too large
    rather than too small.
    """
    from scipy.stats import ks_2samp

    lengths = [np.array([len(text.split()) for text in part]) for part in (texts, training)]
    test = ks_2samp(*lengths)
    seen, counts = set(words(training)), Counter(words(texts))
    unseen = {word: count for word, count in counts.items() if word not in seen}
    total = sum(counts.values())
    support, trained = (np.bincount(labels, minlength=len(classes)) for labels in (actual, learnt))
    missing = [(classes[k], int(support[k])) for k in np.flatnonzero((support > 0) & (trained == 0)).tolist()]
    return Shift(
        test_median=float(np.median(lengths[0])),
        training_median=float(np.median(lengths[1])),
        distance=float(test.statistic),
        p=float(test.pvalue),
        unseen=sum(unseen.values()) / total if total else 0.0,
        unseen_words=len(unseen),
        words=len(counts),
        frequent=tuple(sorted(unseen.items(), key=lambda item: (-item[1], item[0]))[:MOST_WORDS]),
        missing=tuple(sorted(missing, key=lambda item: (-item[1], item[0]))),
        labels=_apart(support, trained) if support.any() else None,
    )


def _apart(support: NDArray[np.int64], trained: NDArray[np.int64]) -> float:
    """The total variation distance of two files' shares of classes."""
    return float(np.abs(support / support.sum() - trained / max(1, trained.sum())).sum() / 2)


def words(texts: Iterable[str]) -> Iterable[str]:
    """All running words of texts, after NFKC and case folding."""
    return (word for text in texts for word in _WORD.findall(normalised(text)))
