"""Texts in which a person's words stand, or that a regular expression of theirs finds something in."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.results.slices import TextMatch

MOST_SIGNS = 200
#: For all texts together.
SECONDS = 5.0


def matches(texts: Sequence[str], wanted: TextMatch, seconds: float = SECONDS) -> NDArray[np.bool_]:
    """(N,) whether each text has the part, whatever its case, or the regular expression finds something in it.

    Args:
        texts: N of them.
        wanted: what is looked for; case matters to a regular expression, unless it begins with (?i).
        seconds: after so long a regular expression is stopped.

    Raises:
        InputError: more than 200 signs, a regular expression that is none, or one that takes too long.
    """
    if len(wanted.text) > MOST_SIGNS:
        raise InputError(f"The search has {len(wanted.text):,} signs.", fix=f"give one of {MOST_SIGNS} at most.")
    if wanted.regex:
        return _searched(texts, wanted.text, seconds)
    part = wanted.text.casefold()
    return np.array([part in text.casefold() for text in texts], bool)


def _searched(texts: Sequence[str], written: str, seconds: float) -> NDArray[np.bool_]:
    """By the module `regex`, for that of Python cannot be stopped: some expressions take exponential time."""
    import regex

    try:
        re.compile(written)
        pattern = regex.compile(written)
    except (re.error, regex.error, OverflowError, RecursionError) as error:
        raise InputError(
            f"'{written}' is no regular expression: {error}.",
            fix="mend it, or search for it as plain text (brackets, dots and stars stand for themselves there).",
        ) from None
    end, found = time.monotonic() + seconds, np.zeros(len(texts), bool)
    for i, text in enumerate(texts):
        try:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            found[i] = pattern.search(text, timeout=left, concurrent=True) is not None
        except TimeoutError:
            raise InputError(
                f"'{written}' was stopped after {seconds:g} s, at text {i + 1:,} of {len(texts):,}.",
                fix="give a simpler one: repetitions inside of repetitions, as in (a+)+, take very long.",
            ) from None
    return found
