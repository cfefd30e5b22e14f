"""Attributions in words: what each method is, what they cost, which one is faithful to the model here."""

from __future__ import annotations

from core.results import AttributionCost, Attributions, Baseline, Faithfulness, Method
from core.words.durations import duration
from core.words.numbers import signed, three_digits
from core.words.sizes import gibibytes

BASELINES: dict[Baseline, str] = {
    "padding": "padding token",
    "zero": "all zeros",
    "mean": "mean of the vocabulary",
}
METHODS: dict[Method, str] = {
    "contributions": "The share of each word along the path that this text takes through the whole network, everything "
    "held that makes it curved. With the share of the constants they sum to the {measure}. Costs two passes.",
    "position parts": "The finished state at each position, pooled and multiplied with the head. A split after the "
    "backbone, where each state already holds what it read from others. Costs one pass.",
    "gradient x input": "The slope of the {measure} at this text, times each embedding: what the smallest change of a "
    "word would do. Costs one backward pass, and is blind where the model is already sure.",
    "integrated gradients": "The slope averaged over the straight way from the baseline to the text. It must sum to "
    "what the text adds over the baseline: the completeness error says by how much it does not.",
    "occlusion": "Each part of the text replaced by the baseline, one at a time, the rest left as it is: how far the "
    "{measure} falls.",
}
#: What a method's values must sum to, and what the rest is called.
SUMS: dict[Method, tuple[str, str]] = {
    "contributions": ("{Measure} less the constants", "Difference"),
    "position parts": ("{Measure}", "Difference"),
    "integrated gradients": ("Over the baseline", "Completeness error"),
}
_FAITHFULNESS = (
    "Comprehensiveness: how far {score} falls when the first 10, 20, 30 and 50 % of the {by} are "
    "taken away, mean of the four; large is good. Sufficiency: how far it falls when only they are left; small is "
    "good (DeYoung et al. 2020). Each method's order is its own, largest value first. What is taken away is deleted "
    "from the token ids; special tokens stay. Random order: {count} shuffles from a fixed seed, mean ± standard "
    "deviation."
)
#: A completeness error above this share is worth a warning.
LARGE_ERROR = 0.05


def about(method: Method, measure: str) -> str:
    """What a method's numbers are; `measure` is what the head gives: a logit, a value."""
    return METHODS[method].format(measure=measure)


def owed(method: Method, measure: str) -> tuple[str, str]:
    """What a method's values must sum to, and what the rest is called."""
    what, rest = SUMS[method]
    return what.format(Measure=measure.capitalize()), rest


def cost(cost: AttributionCost) -> str:
    """What it takes, said before."""
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in cost.passes.items())
    rows = f"{cost.rows} row{'s' if cost.rows != 1 else ''}"
    memory = f" Gradients take {gibibytes(cost.memory)} of memory at most." if cost.memory else ""
    return (
        f"At most {kinds}: about {duration(cost.seconds)}, from one measured batch "
        f"({rows} forward in {duration(cost.measured)}).{memory}"
    )


def best(result: Attributions) -> str:
    """Which method does best on this text by either measure; that none beats chance, where none does."""
    whole, part, by = result.best("comprehensiveness"), result.best("sufficiency"), result.options.by
    if not whole and not part:
        return f"On this text no method's first {by} matter clearly more to the model than {by} drawn by chance."
    if both := tuple(method for method in whole if method in part):
        return f"On this text the order by {_names(both)} is the one to believe, by both measures of faithfulness."
    if whole and part:
        return (
            f"Two questions, two answers on this text. Which {by} the answer needs: read {_names(whole)}, without "
            f"whose first {by} most is lost. Which are enough for it: read {_names(part)}, whose first {by} alone "
            f"do most."
        )
    first = (
        f"most is lost without the {by} that {_puts(whole)} first" if whole else f"no method's first {by} are missed"
    )
    second = f"the {by} that {_puts(part)} first do most alone" if part else f"no method's first {by} stand out alone"
    return f"On this text {first}, and {second}."


def incomplete(result: Attributions) -> str | None:
    """A warning where integrated gradients do not add up."""
    method = next((m for m in result.methods if m.method == "integrated gradients"), None)
    if (
        method is None
        or method.error is None
        or method.owed is None
        or method.error <= LARGE_ERROR * max(abs(method.owed), 1e-6)
    ):
        return None
    missed, total = three_digits(method.error), signed(method.owed)
    words = f"The integrated gradients miss {missed} of the {total} they must sum to"
    zero = " A norm has no slope to follow at all zeros." if result.options.baseline == "zero" else ""
    return f"{words}: take more steps, or another baseline.{zero}"


def precision(result: Attributions) -> str | None:
    """In which digits it was computed, where that is not what is loaded or is coarse."""
    if result.widened:
        value = f"{'logit' if result.score == 'probability' else 'value'} is {three_digits(result.logit)}"
        return f"Computed on a {result.dtype} copy of the half-precision weights, where the {value}."
    if result.dtype in ("float16", "bfloat16"):
        return f"The weights are {result.dtype}, too large for a float32 copy: sums are float32, passes are not."
    return None


def faithfulness(result: Attributions) -> str:
    """What the measures of faithfulness are."""
    score = "the probability of the class" if result.score == "probability" else "the output"
    return _FAITHFULNESS.format(score=score, by=result.options.by, count=len(result.shuffles))


def measures(result: Attributions) -> tuple[str, str]:
    """The two measures of faithfulness with their unit."""
    unit = " in points" if result.score == "probability" else ""
    return f"Comprehensiveness{unit}", f"Sufficiency{unit}"


def measured(result: Attributions, one: Faithfulness) -> tuple[float, float]:
    """Both measures of one order in that unit: falls of the probability in percentage points, or of the value."""
    factor = _factor(result)
    return factor * one.comprehensiveness, factor * one.sufficiency


def by_chance(result: Attributions) -> tuple[tuple[float, float], tuple[float, float]]:
    """Both measures over the random orders: mean and standard deviation of each."""
    factor = _factor(result)
    falls, rests = result.chance("comprehensiveness"), result.chance("sufficiency")
    return (factor * falls[0], factor * falls[1]), (factor * rests[0], factor * rests[1])


def _factor(result: Attributions) -> float:
    return 100.0 if result.score == "probability" else 1.0


def _puts(methods: tuple[Method, ...]) -> str:
    """`occlusion puts`, `contributions and occlusion put`."""
    return f"{_names(methods)} put{'s' if len(methods) == 1 else ''}"


def _names(methods: tuple[Method, ...]) -> str:
    return " and ".join((", ".join(methods[:-1]), methods[-1])) if len(methods) > 1 else methods[0]
