"""What `evaluate` found besides its figures, as small tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.cli.output import print_table
from core.words.evaluation import MEASURES
from core.words.numbers import percentage, points, signed, three_digits

Record = Mapping[str, Any]
#: Measures that are shares of 1.
_SHARES = ("accuracy", "macro_f1")


def tell_further(numbers: Record) -> None:
    """Robustness, comparison and training rows, where they were asked for."""
    if found := numbers.get("robustness"):
        _robustness(found)
    if found := numbers.get("comparison"):
        _comparison(found)
    if found := numbers.get("training"):
        _training(found)


def _robustness(found: Record) -> None:
    rows = [
        (test["change"], f"{test['texts']:,}", f"{test['changed']:,}", percentage(test["share"]))
        for test in found["tests"]
        if test["texts"]
    ]
    print_table(("Change", "Texts", "Answers change", "Share"), rows)


def _comparison(found: Record) -> None:
    rows = []
    for name, m in found["measures"].items():
        first, second, difference = (m[key] for key in ("first", "second", "difference"))
        if name in _SHARES:
            cells = percentage(first), percentage(second), f"{points(difference)} points"
        else:
            cells = three_digits(first), three_digits(second), signed(difference)
        rows.append((MEASURES[name], *cells, f"{m['p']:.3g}"))
    other = " + ".join(part for part in (found["candidate"], found["adapter"]) if part)
    print_table(("Measure", "This", other, "Difference", "p"), rows)


def _training(found: Record) -> None:
    overlap, shift = found["overlap"], found["shift"]
    rows = [
        ("Texts that stand in it word for word", f"{overlap['exact']:,}"),
        ("Texts that stand in it nearly so", f"{overlap['near']:,}"),
        ("Words that are new to it", percentage(shift["unseen_words"])),
        ("Rows unlike every training row", f"{len(found['unlike']['rows']):,}"),
    ]
    print_table(("Beside the training file", "Value"), rows)
