"""What may be said of a row besides its answer, and which rows it is true of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.results.dataset_evaluation import NO_CLASS
from core.results.slices import Condition, SliceKind, TextForm

#: A condition, and the rows (ascending) that it is true of.
Found = tuple[Condition, NDArray[np.int64]]
#: Columns with more different cells are taken by quartiles if they hold numbers, else not at all.
MOST_VALUES = 50
MOST_COLUMNS = 50
MOST_KEYWORDS = 2000
LENGTH_BINS, QUARTERS = 5, 4
#: Upper ends of the bands of probabilities; the last is 1.
BANDS = (0.5, 0.8, 0.95, 1.0)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

FORMS: Mapping[TextForm, Callable[[str], bool]] = {
    TextForm.DIGITS: lambda text: any(letter.isdigit() for letter in text),
    TextForm.QUESTION: lambda text: "?" in text or "？" in text,
    TextForm.CAPITALS: str.isupper,
    TextForm.NON_ASCII: lambda text: not text.isascii() and any(c.isalpha() and not c.isascii() for c in text),
}


def lengths(texts: Sequence[str]) -> Iterator[Found]:
    """Fifths of the texts by their number of words, which white space parts."""
    words = np.array([len(text.split()) for text in texts], np.float64)
    yield from _ranges(Condition(SliceKind.LENGTH), words, LENGTH_BINS)


def pieces(texts: Sequence[str], tokens: NDArray[np.int64]) -> Iterator[Found]:
    """Fifths of the texts by the tokens that each of their words takes: rare words take many.

    tokens: (N,) of each text itself. To a hundredth, so that a bound can be said.
    """
    words = np.array([max(1, len(text.split())) for text in texts], np.float64)
    yield from _ranges(Condition(SliceKind.PIECES), np.round(tokens / words, 2), LENGTH_BINS)


def columns(cells: Mapping[str, Sequence[str]]) -> Iterator[Found]:
    """Each value of a column with 2 to 50 different ones; quartiles of a column with more, where all are numbers."""
    for name, column in list(cells.items())[:MOST_COLUMNS]:
        values: dict[str, int] = {}
        codes = np.array([values.setdefault(cell.strip(), len(values)) for cell in column], np.int64)
        if 2 <= len(values) <= MOST_VALUES:
            for value, rows in zip(values, _by_code(codes, len(values)), strict=True):
                yield Condition(SliceKind.COLUMN, name, value), rows
        elif len(values) > MOST_VALUES and (numbers := _numbers(values)) is not None:
            yield from _ranges(Condition(SliceKind.COLUMN, name), numbers[codes], QUARTERS)


def classes(kind: SliceKind, numbers: NDArray[np.int32], names: Sequence[str]) -> Iterator[Found]:
    """Rows by their class, of the label or of the verdict."""
    for name, rows in zip(
        names, _by_code(np.where(numbers == NO_CLASS, len(names), numbers), len(names)), strict=False
    ):
        yield Condition(kind, value=name), rows


def forms(texts: Sequence[str]) -> Iterator[Found]:
    """Texts with a digit, with a question mark, in capitals alone, with a letter outside of ASCII."""
    for form, test in FORMS.items():
        yield Condition(SliceKind.FORM, value=form.value), np.flatnonzero([test(text) for text in texts])


def keywords(texts: Sequence[str], least: int) -> Iterator[Found]:
    """Words of two letters or more that stand in at least so many texts and at most half, the most frequent first."""
    found = [set(_WORD.findall(text.lower())) for text in texts]
    counts = Counter(chain.from_iterable(found))
    fit = [(n, word) for word, n in counts.items() if least <= n <= len(texts) / 2 and len(word) > 1]
    kept = [word for _, word in sorted(fit, key=lambda item: (-item[0], item[1]))[:MOST_KEYWORDS]]
    number = {word: i for i, word in enumerate(kept)}
    pairs = [(number[word], row) for row, words in enumerate(found) for word in words if word in number]
    if not pairs:
        return
    code, row = np.array(pairs, np.int64).T
    for word, at in zip(kept, _by_code(code, len(kept)), strict=True):
        yield Condition(SliceKind.KEYWORD, value=word), row[at]


def bands(probability: NDArray[np.floating[Any]]) -> Iterator[Found]:
    """Verdicts by their probability: from 0, 50, 80 and 95 %; one at a bound belongs to the band above."""
    inner = np.array(BANDS[:-1], probability.dtype)
    code = np.where(np.isfinite(probability), np.searchsorted(inner, probability, side="right"), len(BANDS))
    for i, rows in enumerate(_by_code(code, len(BANDS))):
        yield Condition(SliceKind.CONFIDENCE, above=BANDS[i - 1] if i else 0.0, most=BANDS[i]), rows


def _ranges(named: Condition, x: NDArray[np.float64], parts: int) -> Iterator[Found]:
    """Quantile bins (above, most]; fewer where many values are equal, none where all are."""
    inner = np.unique(np.quantile(x, np.arange(1, parts) / parts, method="lower")) if len(x) else x
    below = x[x < x.max(initial=-np.inf)]
    if not len(below):
        return
    inner = inner[inner <= below.max()] if inner[0] <= below.max() else np.array([below.max()])
    bounds = [None, *(float(edge) for edge in inner), None]
    for i, rows in enumerate(_by_code(np.searchsorted(inner, x, side="left"), len(inner) + 1)):
        yield Condition(named.kind, named.subject, above=bounds[i], most=bounds[i + 1]), rows


def _by_code(codes: NDArray[Any], count: int) -> list[NDArray[np.int64]]:
    """Places of each code from 0 to `count`, ascending; larger codes are left out."""
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=count)[:count])
    return np.split(order[: ends[-1]], ends[:-1]) if count else []


def _numbers(values: Mapping[str, int]) -> NDArray[np.float64] | None:
    """The values as numbers; None where one is none."""
    try:
        numbers = np.array([float(value) for value in values])
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() else None
