"""What the adapter does to one prediction: scales, ablation. Arrays are read only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.results.arrays import Floats


@dataclass(frozen=True, eq=False)
class AtScale:
    """What is said with the adapter's update at one scale: 0 is without it, 1 as it was trained.

    Attributes:
        logits: (K,).
        probabilities: (K,); NaN for a regression.
        label: the verdict.
    """

    scale: float
    labels: tuple[str, ...]
    logits: Floats
    probabilities: Floats
    label: str

    @property
    def has_probabilities(self) -> bool:
        """Whether the outputs are classes; a regression has values only."""
        return not bool(np.isnan(self.probabilities).any())


@dataclass(frozen=True)
class Flip:
    """The verdict is `before` just below this scale, and `after` at it; exact to a thousandth."""

    scale: float
    before: str
    after: str


@dataclass(frozen=True, eq=False)
class ScaleCurve:
    """The classes over the scale of the adapter's update; pooler and head stay as they were trained.

    Attributes:
        scales: (S,) from 0 to 2, evenly spaced, 0 and 1 and 2 among them.
        logits: (S, K).
        probabilities: (S, K); NaN for a regression.
        verdicts: S of them.
        flips: where the verdict changes, by scale.
        kept: what else the adapter holds, which no scale changes.
    """

    labels: tuple[str, ...]
    scales: Floats
    logits: Floats
    probabilities: Floats
    verdicts: tuple[str, ...]
    flips: tuple[Flip, ...]
    kept: tuple[str, ...]

    @property
    def has_probabilities(self) -> bool:
        """Whether the outputs are classes; a regression has values only."""
        return not bool(np.isnan(self.probabilities).any())

    def at(self, scale: float) -> AtScale:
        """One of the points.

        Raises:
            ValueError: there is no such point.
        """
        result = np.flatnonzero(np.isclose(self.scales, scale, atol=1e-9))
        if not len(result):
            raise ValueError(f"the curve has no point at {scale}")
        i = int(result[0])
        return AtScale(scale, self.labels, self.logits[i], self.probabilities[i], self.verdicts[i])


@dataclass(frozen=True)
class Part:
    """One adapted module: what its absence does to the logit of a class, and what is said then."""

    module: str
    layer: str
    change: float
    verdict: str


@dataclass(frozen=True, eq=False)
class Ablation:
    """The logits with parts of the adapter's update taken away, everything else as it was trained.

    A cell is one kind of module in one layer; NaN stands where the adapter has nothing.

    Attributes:
        layers: R names, from the first layer to the last; what stands outside of the layers comes behind them.
        modules: C kinds of modules, in the order in which a layer holds them.
        full, without: (K,) logits with the whole update, and with none of it.
        cells: (R, C, K), `by_layer` (R, K), `by_module` (C, K): logits without that part.
        cell_verdicts: R rows of C, "" where there is nothing; `layer_verdicts` R, `module_verdicts` C.
        verdict, verdict_without: with the whole update, and with none of it.
        is_regression: whether the logits are values, and no verdict says more than the first one's name.
    """

    labels: tuple[str, ...]
    layers: tuple[str, ...]
    modules: tuple[str, ...]
    full: Floats
    without: Floats
    cells: Floats
    by_layer: Floats
    by_module: Floats
    verdict: str
    verdict_without: str
    cell_verdicts: tuple[tuple[str, ...], ...]
    layer_verdicts: tuple[str, ...]
    module_verdicts: tuple[str, ...]
    is_regression: bool = False

    def change(self, label: str) -> tuple[Floats, Floats, Floats]:
        """Change of a class's logit without each cell (R, C), layer (R,) and kind (C,); it spoke for it below 0."""
        k = self.labels.index(label)
        cells, layers, modules = (x[..., k] - self.full[k] for x in (self.cells, self.by_layer, self.by_module))
        return cells, layers, modules

    def whole(self, label: str) -> float:
        """Change of the class's logit when the whole update is taken away."""
        k = self.labels.index(label)
        return float(self.without[k] - self.full[k])

    def parts(self, label: str) -> list[Part]:
        """All cells that there are, those first whose absence changes the class's logit most."""
        cells = self.change(label)[0]
        result = [
            Part(self.modules[c], self.layers[r], float(cells[r, c]), verdict)
            for r, row in enumerate(self.cell_verdicts)
            for c, verdict in enumerate(row)
            if verdict
        ]
        return sorted(result, key=lambda part: -abs(part.change))
