"""Classes of two models in one order, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.label_names import match_classes
from core.errors import InputError
from core.results.dataset_evaluation import NO_CLASS
from core.results.two_models import CommonClasses
from core.words.class_names import readable

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Alignment:
    """Classes of two models in one order: the first's, then those that the second alone has.

    Attributes:
        classes: all of them, as the first model names them where it has them.
        second: (K2,) number of each of the second's classes in it.
        columns: (C, 2) numbers of the common classes in the first model and in the second.
    """

    classes: tuple[str, ...]
    second: Numbers
    columns: Numbers

    @property
    def common(self) -> CommonClasses:
        """How many are common, of how many."""
        first = len(self.classes) - len(self.second) + len(self.columns)
        return CommonClasses(len(self.columns), first, len(self.second))


def align(first: Sequence[str], second: Sequence[str]) -> Alignment:
    """Classes of two models by name.

    Raises:
        InputError: they have none in common.
    """
    found = match_classes(second, first)
    columns = [(i, k) for k, i in enumerate(found) if i is not None]
    if not columns:
        raise InputError(
            f"The two models have no class in common: one has {_some(first)}, the other {_some(second)}.",
            fix="compare with a model of the same classes, by name.",
        )
    classes, numbers = list(first), []
    for name, i in zip(second, found, strict=True):
        numbers.append(len(classes) if i is None else i)
        if i is None:
            classes.append(name)
    return Alignment(tuple(classes), np.array(numbers, np.int64), np.array(columns, np.int64))


def _some(classes: Sequence[str]) -> str:
    return f"'{readable(classes[0], classes)}' and {len(classes) - 1:,} more"


def renumbered(numbers: NDArray[Any], to: Numbers | None) -> Numbers:
    """Class numbers (N,) of a model in the common order; `NO_CLASS` stays."""
    own = numbers.astype(np.int64)
    return own if to is None else np.where(own == NO_CLASS, NO_CLASS, to[np.maximum(own, 0)])
