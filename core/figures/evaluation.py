"""The four outcomes of a dataset's rows as one bar."""

from __future__ import annotations

from core.figures.markup import text
from core.results.dataset_evaluation import Outcomes
from core.words.evaluation import OUTCOMES
from core.words.numbers import percentage

#: The outcomes of rows in the colours of the bar on Evaluate; the last of rows without a label of the model's.
OUTCOME_COLOURS: dict[str, dict[str, str]] = {
    "light": {
        "right_kept": "#1f7a4d",
        "right_rejected": "#a8cab6",
        "wrong_rejected": "#ecb8b0",
        "wrong_kept": "#b3261e",
        "unlabelled": "#8792a2",
    },
    "dark": {
        "right_kept": "#6fcf9b",
        "right_rejected": "#4f8a70",
        "wrong_rejected": "#9c6661",
        "wrong_kept": "#ff9a90",
        "unlabelled": "#77828f",
    },
}


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
