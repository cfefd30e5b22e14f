"""Do the words that a method calls important matter to the model? Comprehensiveness and sufficiency.

After DeYoung et al. 2020 (ERASER, section 4.2, with the area over the perturbation curve): words are taken away,
or kept alone, in the order that a method gives. A word is removed by deleting its tokens; special tokens stay.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from core.engine.encoding import Encoded
from core.explain.attributions.embedding_function import padding_id
from core.explain.probe import Probe
from core.results import FRACTIONS, Faithfulness, Floats, Unit
from core.tasks.progress import OnCount

#: Random orders, and the seed that they come from.
SHUFFLES, SEED = 10, 0

Row = tuple[int, ...]


def by_value(units: Sequence[Unit], values: Floats) -> list[int]:
    """The units that can be taken away, largest value first; equal ones in the order of the text."""
    return [int(i) for i in np.argsort(-values, kind="stable") if not units[int(i)].special]


def random_orders(units: Sequence[Unit], count: int = SHUFFLES) -> list[list[int]]:
    """Orders by chance, the same each time."""
    chance, places = np.random.default_rng(SEED), [i for i, unit in enumerate(units) if not unit.special]
    return [[int(i) for i in chance.permutation(places)] for _ in range(count)]


def measure(
    probe: Probe,
    text: Encoded,
    units: Sequence[Unit],
    orders: Sequence[tuple[str, Sequence[int]]],
    target: int,
    on_count: OnCount | None = None,
) -> list[Faithfulness]:
    """Every named order of units measured on the score of class `target`; equal rows go through the model once.

    Where nothing would be left of a text without special tokens, one padding token stands for it.
    """
    plans = [
        (name, [_rows(probe, text, units, order, count) for count in _counts(len(order))]) for name, order in orders
    ]
    whole = tuple(text.ids)
    rows = list(dict.fromkeys([whole, *(row for _, plan in plans for pair in plan for row in pair)]))
    scores = dict(zip(rows, _scores(probe, rows, target, on_count), strict=True))
    return [
        Faithfulness(
            name,
            whole=scores[whole],
            removed=np.array([scores[removed] for removed, _ in plan]),
            kept=np.array([scores[retained] for _, retained in plan]),
        )
        for name, plan in plans
    ]


def _counts(units: int) -> list[int]:
    """How many units each fraction means: rounded up, so at least one."""
    return [math.ceil(round(fraction * units, 6)) for fraction in FRACTIONS]


def _rows(probe: Probe, text: Encoded, units: Sequence[Unit], order: Sequence[int], count: int) -> tuple[Row, Row]:
    """The token ids without the first units of an order, and with these alone."""
    chosen = {t for place in order[:count] for t in units[place].tokens}
    others = {t for place in order[count:] for t in units[place].tokens}

    def without(gone: set[int]) -> Row:
        return tuple(n for i, n in enumerate(text.ids) if i not in gone) or (padding_id(probe) or 0,)

    return without(chosen), without(others)


def _scores(probe: Probe, rows: Sequence[Row], target: int, on_count: OnCount | None) -> list[float]:
    """The class's probability for each row; of a regression the output."""
    logits = probe.logits([list(row) for row in rows], on_count)
    values = logits if probe.problem_type == "regression" else probe.probabilities(logits)
    return [float(v) for v in values[:, target]]
