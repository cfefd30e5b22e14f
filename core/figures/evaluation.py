"""The four outcomes of a dataset's rows as one bar."""

from __future__ import annotations

from core.figures.markup import text
from core.results.dataset_evaluation import Outcomes
from core.words.evaluation import OUTCOMES
from core.words.numbers import percentage


def outcomes(found: Outcomes) -> str:
    """A bar of four parts, as wide as their share of the rows, and what each stands for."""
    counts = {name: getattr(found, name) for name in OUTCOMES}
    total = max(1, sum(counts.values()))
    parts = "".join(
        f'<i class="hl-outcome-{name}" style="flex-grow: {count}" title="{text(OUTCOMES[name])}"></i>'
        for name, count in counts.items()
        if count
    )
    rows = "".join(
        f'<li><i class="hl-outcome-{name}"></i>{text(OUTCOMES[name])} <b>{count:,}</b> '
        f"<span>{percentage(count / total)}</span></li>"
        for name, count in counts.items()
    )
    return f'<div class="hl-outcomes"><div class="hl-outcome-bar" aria-hidden="true">{parts}</div><ul>{rows}</ul></div>'
