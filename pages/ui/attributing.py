"""Attributions in words: what each method is, what they cost, which one is faithful to the model here."""

from __future__ import annotations

from typing import Any, Literal

from core.results import Attribution, AttributionCost, Attributions, Baseline, Method
from pages.ui import markup, numbers

BASELINES: dict[Baseline, str] = {
    "padding": "padding token",
    "zero": "all zeros",
    "mean": "mean of the vocabulary",
}
SAYS: dict[Method, str] = {
    "contributions": "The finished state at each position, pooled and multiplied with the head. A split after the "
    "backbone, where each state already holds what it read from others. Costs one pass.",
    "gradient x input": "The slope of the logit at this text, times each embedding: what the smallest change of a word "
    "would do. Costs one backward pass, and is blind where the model is already sure.",
    "integrated gradients": "The slope averaged over the straight way from the baseline to the text. It must sum to "
    "what the text adds over the baseline: the completeness error says by how much it does not.",
    "occlusion": "Each part of the text replaced by the baseline, one at a time, the rest left as it is: how far the "
    "logit falls.",
}
FAITHFULNESS = (
    "Comprehensiveness: how far the {score} of the class falls when the first 10, 20, 30 and 50 % of the {by} are "
    "taken away, mean of the four; large is good. Sufficiency: how far it falls when only they are left; small is "
    "good (DeYoung et al. 2020). Each method's order is its own, largest value first. What is taken away is deleted "
    "from the token ids; special tokens stay. Random order: {count} shuffles from a fixed seed, mean ± standard "
    "deviation."
)
WAYS: tuple[Literal["removed", "kept"], ...] = ("removed", "kept")
#: A completeness error above this share is worth a warning.
LARGE_ERROR = 0.05


def cost(told: AttributionCost) -> str:
    """What it takes, said before."""
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in told.passes.items())
    measured = " ".join(numbers.duration(told.measured))
    rows = f"{told.rows} row{'s' if told.rows != 1 else ''}"
    return f"At most {kinds}: about {time(told.seconds)}, from one measured batch ({rows} forward in {measured})."


def time(seconds: float) -> str:
    """A time in words."""
    return " ".join(numbers.duration(seconds))


def heading(method: Method, kind: str) -> str:
    """The head of a method's card."""
    tag = f' <span class="hl-tag">{markup.text(kind)}</span>' if kind else ""
    return f'<div class="hl-pooler"><h3>{markup.text(method.capitalize())}{tag}</h3></div>'


def best(found: Attributions) -> str:
    """Which method does best on this text by either measure; that none beats chance, where none does."""
    whole, part, by = found.best("comprehensiveness"), found.best("sufficiency"), found.options.by
    if not whole and not part:
        return f"On this text no method's first {by} matter clearly more to the model than {by} drawn by chance."
    if whole == part:
        return f"Most faithful on this text, by both measures: {_names(whole)}."
    first = f"most is lost without the first {by} of {_names(whole)}" if whole else f"no method's first {by} are missed"
    second = f"the first {by} of {_names(part)} do most alone" if part else f"no method's first {by} stand out alone"
    return f"On this text {first}, and {second}."


def incomplete(found: Attributions) -> str | None:
    """A warning where integrated gradients do not add up."""
    method = next(m for m in found.methods if m.method == "integrated gradients")
    if method.error is None or method.owed is None or method.error <= LARGE_ERROR * max(abs(method.owed), 1e-6):
        return None
    words = f"The integrated gradients miss {method.error:.3f} of the {method.owed:+.3f} they must sum to"
    zero = " A norm has no slope to follow at all zeros." if found.options.baseline == "zero" else ""
    return f"{words}: take more steps, or another baseline.{zero}"


def table(found: Attributions) -> list[dict[str, Any]]:
    """One row a method, and one for the random orders."""
    rows: list[dict[str, Any]] = [
        {"Order of": f.name, "Comprehensiveness": f.comprehensiveness, "Sufficiency": f.sufficiency,
         "Computed in": time(m.seconds)}
        for f, m in zip(found.faithfulness, found.methods, strict=True)
    ]  # fmt: skip
    falls, lacks = (
        " ± ".join(map(numbers.three_digits, pair))
        for pair in (found.chance("comprehensiveness"), found.chance("sufficiency"))
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


def precision(found: Attributions) -> str | None:
    """In which digits it was computed, where that is not what is loaded or is coarse."""
    if found.widened:
        return f"Computed on a {found.dtype} copy of the half-precision weights, where the logit is {found.logit:.4f}."
    if found.dtype in ("float16", "bfloat16"):
        return f"The weights are {found.dtype}, too large for a float32 copy: sums are float32, passes are not."
    return None


def _names(methods: tuple[Method, ...]) -> str:
    return " and ".join((", ".join(methods[:-1]), methods[-1])) if len(methods) > 1 else methods[0]
