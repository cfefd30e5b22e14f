"""Attributions in rows and facts: the faithfulness of each method, and what each sums to."""

from __future__ import annotations

from typing import Any, Literal

from core.results import Attribution, Attributions, Method
from core.words import numbers
from core.words.durations import duration
from pages.ui import markup

WAYS: tuple[Literal["removed", "kept"], ...] = ("removed", "kept")


def heading(method: Method, kind: str) -> str:
    """The head of a method's card."""
    tag = f' <span class="hl-tag">{markup.text(kind)}</span>' if kind else ""
    return f'<div class="hl-pooler"><h3>{markup.text(method.capitalize())}{tag}</h3></div>'


def table(result: Attributions) -> list[dict[str, Any]]:
    """One row a method, and one for the random orders."""
    rows: list[dict[str, Any]] = [
        {
            "Order of": f.name,
            "Comprehensiveness": f.comprehensiveness,
            "Sufficiency": f.sufficiency,
            "Computed in": duration(m.seconds),
        }
        for f, m in zip(result.faithfulness, result.methods, strict=True)
    ]
    falls, lacks = (
        " ± ".join(map(numbers.three_digits, pair))
        for pair in (result.chance("comprehensiveness"), result.chance("sufficiency"))
    )
    return [*rows, {"Order of": "random", "Comprehensiveness": falls, "Sufficiency": lacks, "Computed in": "–"}]


def sums(method: Attribution) -> list[tuple[str, str, str]]:
    """What the values sum to, and what they should."""
    rows = [("Sum", f"{method.total:+.4f}", "")]
    if method.owed is not None and method.error is not None:
        what = "Logit" if method.method == "contributions" else "Over the baseline"
        name = "Difference" if method.method == "contributions" else "Completeness error"
        rows += [(what, f"{method.owed:+.4f}", ""), (name, numbers.three_digits(method.error), "")]
    return rows
