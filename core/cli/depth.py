"""What `explain` prints of the class lens: what would be said after each layer."""

from __future__ import annotations

from typing import Any

from core.cli.output import print_table, say
from core.errors import AppError
from core.results import Lens, Selection
from core.services import Explainer
from core.words.layers import after
from core.words.numbers import percentage, significant


def seen(explainer: Explainer, selection: Selection, text: str) -> Lens | None:
    """None, after the reason on stderr, where an architecture has none."""
    try:
        return explainer.depth(selection, text)
    except AppError as error:
        say(f"No class lens: {error.problem}")
        return None


def tell(lens: Lens, k: int, *, regression: bool) -> None:
    """A row a depth: what leads and the probability of class k; of a regression its output k."""
    name = lens.labels[k]
    if regression:
        rows = [(after(depth), significant(float(row[k]))) for depth, row in enumerate(lens.logits)]
        print_table(("depth", name), rows)
        return
    print_table(
        ("depth", "ahead", "its probability", name), [_row(lens, depth, k) for depth in range(len(lens.logits))]
    )


def _row(lens: Lens, depth: int, k: int) -> tuple[str, ...]:
    shares = lens.probabilities[depth]
    return after(depth), lens.verdicts[depth], percentage(float(shares.max())), percentage(float(shares[k]))


def document(lens: Lens | None) -> list[dict[str, Any]]:
    """The same as plain data; empty without a lens. `layer` counts those passed, `after` names the last of them."""
    rows = () if lens is None else lens.probabilities
    labels = () if lens is None else lens.labels
    return [
        {"layer": depth, "after": after(depth), "probabilities": dict(zip(labels, map(float, row), strict=True))}
        for depth, row in enumerate(rows)
    ]
