"""Who reads whom: attention of one layer, of all heads in a few numbers, and rolled out over the layers.

Layers and heads are counted from 0, as layers are in the names of tensors. Rows are queries (who reads), columns are
keys (who is read), and a row sums to 1; to less where a head lets a part go to a sink, which is no token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.results.arrays import Floats
from core.results.text_units import Unit, by_unit

#: What an overview knows of each head; the names of `AttentionOverview.values`.
HEAD_MEASURES = ("effective tokens", "first token", "token before", "itself", "distance")
#: What can be asked for: all heads in numbers, the rollout, or all heads of one layer, by its number from 0.
AttentionPart = Literal["overview", "rollout"] | int


@dataclass(frozen=True)
class AttentionCost:
    """Memory for attention maps, known before anything runs. Bytes.

    Attributes:
        number_bytes: bytes a number of the model's dtype.
        budget: what may be taken; the setting `attention_budget_mb`.
    """

    layers: int
    heads: int
    tokens: int
    number_bytes: int
    budget: int

    @property
    def peak(self) -> int:
        """While a layer runs: heads x T x T for its logits and again for the softmax of them, and T x T masks.

        Eager attention takes the softmax in float32: at half precision the logits are widened first, so there
        are three copies (2 + 4 + 4 bytes), else two.
        """
        widened = 4 if self.number_bytes < 4 else 0
        softmax = max(4, self.number_bytes)
        area = self.tokens**2
        return self.heads * area * (self.number_bytes + widened + softmax) + area * 2 * self.number_bytes

    @property
    def kept(self) -> int:
        """What stays of a layer that is looked at: heads x T x T in float32."""
        return 4 * self.heads * self.tokens**2

    @property
    def all_layers(self) -> int:
        """What maps of all layers at once would take; never asked for."""
        return self.layers * self.kept

    @property
    def fits(self) -> bool:
        """Whether a layer may be captured."""
        return self.peak <= self.budget


@dataclass(frozen=True, eq=False)
class AttentionOverview:
    """Every head in a few numbers, means over all queries of the text.

    Attributes:
        values: for each of `HEAD_MEASURES` an array (L, H). "effective tokens" is exp of the entropy of a row; "first
            token", "token before" and "itself" are shares of attention; "distance" is in tokens. NaN where a
            text of one token has no token before. What goes to a sink is left out of the first and the last.
    """

    values: Mapping[str, Floats]

    @property
    def shape(self) -> tuple[int, int]:
        """Layers and heads."""
        layers, heads = self.values[HEAD_MEASURES[0]].shape
        return layers, heads


@dataclass(frozen=True, eq=False)
class AttentionMaps:
    """All heads of one layer: `maps` (H, T, T), float32."""

    layer: int
    maps: Floats

    @property
    def nbytes(self) -> int:
        """Memory it holds."""
        return self.maps.nbytes

    def head(self, number: int) -> Floats:
        """(T, T) of a head, counted from 0."""
        return np.asarray(self.maps[number])


@dataclass(frozen=True, eq=False)
class AttentionRollout:
    """How much of each input position reaches each position after the last layer (Abnar and Zuidema 2020).

    Attributes:
        matrix: (T, T), rows sum to 1. Product over the layers of 0.5 A + 0.5 I, A the mean over heads.
    """

    matrix: Floats

    @property
    def nbytes(self) -> int:
        """Memory it holds."""
        return self.matrix.nbytes


def between_units(matrix: Floats, units: tuple[Unit, ...]) -> Floats:
    """Attention between words (U, U) from that between tokens (T, T).

    To a word: the sum over its tokens as keys. From a word: the mean over its tokens as queries. Rows sum to 1.
    """
    to_units = by_unit(matrix, units)
    sizes = np.array([len(unit.tokens) for unit in units])
    return np.asarray(by_unit(to_units.T, units).T / sizes[:, None])


def read_by(matrix: Floats, weights: Floats) -> Floats:
    """(T,) what a mixture of queries reads: rows of `matrix` (T, T) weighed by `weights` (T,), which sum to 1."""
    return np.asarray(weights.astype(np.float64) @ matrix.astype(np.float64))
