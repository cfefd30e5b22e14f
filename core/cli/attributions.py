"""What `explain --method` prints: one method's number of each word, and whether they add up."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from core.cli.output import print_table
from core.cli.progress import follow
from core.results import METHODS, Attribution, AttributionOptions, Attributions, Baseline, Method, Selection
from core.services import Explainer
from core.words import attributions as words
from core.words.numbers import signed, two_digits

#: The methods as they are typed.
MethodName = Literal["contributions", "position-parts", "gradient-x-input", "integrated-gradients", "occlusion"]
MethodOption = Annotated[
    MethodName,
    typer.Option(
        "--method",
        metavar="M",
        help="What each word gets: its share along the path that this text takes (contributions), its part after the "
        "backbone (position-parts), or what it did to the logit by integrated-gradients, gradient-x-input, occlusion.",
    ),
]
BaselineOption = Annotated[
    Baseline,
    typer.Option("--baseline", help="What stands for no word: the padding token, zeros, the vocabulary's mean."),
]
Steps = Annotated[int, typer.Option("--steps", metavar="N", min=1, help="Points of integrated gradients.")]


def method_of(name: MethodName) -> Method:
    """The method behind what is typed."""
    return next(method for method in METHODS if method == name.replace("-", " "))


def attributed(explainer: Explainer, selection: Selection, text: str, options: AttributionOptions) -> Attributions:
    """The result, with its progress on stderr."""
    return follow(explainer.attributions(selection, text, options))


def tell(result: Attributions) -> None:
    """A row a word, then the sum."""
    method, name = result.methods[0], result.methods[0].method
    rows = [(unit.text, signed(float(value))) for unit, value in zip(result.units, method.values, strict=True)]
    print_table(("word", f"{name} for {result.options.label}"), rows)
    print_table((f"sum for {result.options.label}", "must be", "completeness error", "how"), [_sum(result, method)])


def _sum(result: Attributions, method: Attribution) -> tuple[str, ...]:
    """What the values sum to and what they should, where the method promises a sum."""
    baseline = f", {result.options.steps} steps" if method.method == "integrated gradients" else ""
    how = f"{method.method}{baseline}, baseline: {words.BASELINES[result.options.baseline]}"
    if method.owed is None or method.error is None:
        return f"{method.total:+.5f}", "nothing promised", "none stated", how
    return f"{method.total:+.5f}", f"{method.owed:+.5f}", two_digits(method.error), how


def document(result: Attributions) -> dict[str, Any]:
    """The same as plain data."""
    method = result.methods[0]
    return {
        "method": method.method,
        "class": result.options.label,
        "baseline": result.options.baseline,
        "steps": result.options.steps,
        "words": [
            {"text": unit.text, "start": unit.start, "end": unit.end, "kind": unit.kind, "value": float(value)}
            for unit, value in zip(result.units, method.values, strict=True)
        ],
        "sum": method.total,
        "owed": method.owed,
        "completeness_error": method.error,
        "logit": result.logit,
        "dtype": result.dtype,
    }
