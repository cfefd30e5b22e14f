"""What `explain` says of contributions: shares of the input tokens, and what deleting words did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
import typer

from core.cli.output import print_table, say
from core.results import Contributions, Deletions, Floats, Unit, by_unit
from core.words import contributions as words
from core.words.numbers import signed, three_digits, two_digits

At = Literal["input", "pooler"]
AtOption = Annotated[
    At,
    typer.Option(
        "--at",
        help="Where contributions are taken: at the input tokens, through the whole network, or at the positions that "
        "the pooler reads.",
    ),
]


def document(result: Contributions) -> dict[str, Any]:
    """Tokens and bias, which sum to the logit of the class where they are exact."""
    return {
        "at": "input",
        "exact": result.exact,
        "method": result.method,
        "why_not": result.why_not or None,
        "contributions": result.values.tolist(),
        "bias": result.bias,
        "sum": result.total,
        "drift": result.drift,
    }


def log_odds(result: Contributions) -> dict[str, Any]:
    """The same of log(p / (1 - p)), which has the other classes together besides; of a regression of the output."""
    return {
        "quantity": result.quantity,
        "value": result.value,
        "exact": result.exact,
        "contributions": result.values.tolist(),
        "bias": result.bias,
        "others": result.others,
        "sum": result.total,
    }


def deletions(result: Deletions) -> dict[str, Any]:
    """The words that were deleted, one at a time."""
    strongest = result.strongest
    return {
        "score": result.score,
        "of": "probability" if result.is_probability else "output",
        "words": [
            {
                "text": one.unit.text,
                "start": one.unit.start,
                "end": one.unit.end,
                "contribution": one.share,
                "score": one.score,
                "label": one.label,
            }
            for one in result.deletions
        ],
        "strongest": None if strongest is None else strongest.unit.text,
    }


def tell(result: Contributions, tested: Deletions, units: tuple[Unit, ...], weights: Floats, meaning: str) -> None:
    """A row a word, what is added besides, the sum; then the tested deletion."""
    rows = _rows(units, by_unit(result.values, units), weights)
    rows += [(f"({name})", signed(value), "") for name, value in words.parts(result)]
    print_table(("word", f"contribution to the {words.named(result)}", meaning), rows)
    if result.exact:
        row = (words.exactly(result.total), words.exactly(result.value), two_digits(result.gap), words.kind(result))
        print_table((f"sum for {result.options.label}", f"{result.quantity} by the model", "difference", "how"), [row])
    else:
        say(f"Note: {words.whole(result)}")
    if told := words.deleted(tested, shares=result.exact):
        say(told)


def _rows(units: Sequence[Unit], values: Floats, weights: Floats) -> list[tuple[str, str, str]]:
    return [
        (unit.text, signed(float(value)), three_digits(float(weight)))
        for unit, value, weight in zip(units, np.asarray(values), weights, strict=True)
    ]
