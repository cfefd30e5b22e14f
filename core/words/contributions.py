"""What contributions are, whether they add up, and what deleting words did, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

from core.results import Attributions, Contributions, Deletions, Target
from core.results.contributions import Deletion, Quantity
from core.words.class_names import readable
from core.words.numbers import percentage, signed, three_digits, two_digits
from core.words.outputs import noun
from core.words.text_units import quoted
from core.words.verdict import leads

_TARGETS: dict[Target, str] = {"log-odds": "Log-odds", "logit": "Logit", "lead": "Lead over another"}
SPECIAL, CONSTANTS, OTHERS = "special tokens", "the model's constants", "the other classes together"
_COUNTS = ("", "the", "the two", "the three", "the four", "the five", "the six", "the seven", "the eight")
#: What a share is not.
NO_EFFECT = "A share is not what removing the word would do: that is measured by deleting it and asking again."
_METHOD = (
    "One pass through the network and one back. Held at this text's values are the attention weights, the scale "
    "of each norm, the opening of each gate, the ratio of each other activation. Along that path each output is a "
    "sum over the input: each token's embedding times the gradient at it, and the same for what the model adds "
    "whatever the text says (biases, positions), which are its constants. After the frozen path of arXiv 2505.24293."
)
_LOG_ODDS = (
    "The log-odds are log(p / (1 - p)): the logit of the class less the mean logit of the others, weighed by their "
    "probabilities at this text, less the entropy of the others, which is the bar of the other classes together."
)
_OCCLUSION = (
    "Shown instead is occlusion: how far the {quantity} falls when the tokens of one {unit} are replaced by padding. "
    "These falls do not add up to it."
)


def target_name(target: Target, problem_type: str) -> str:
    """What is split, for a person to choose: `Lead over another class`."""
    return _TARGETS[target] + (f" {noun(problem_type)}" if target == "lead" else "")


def title(result: Contributions, unit: str, labels: Sequence[str]) -> str:
    """What each word added, and to what; `labels` are all classes of the model."""
    verb = "added to" if result.exact else "is worth to"
    return f"What each {unit} {verb} the {named(result, labels)}"


def named(result: Contributions, labels: Sequence[str] = ()) -> str:
    """`log-odds of 'Card'`, `lead of 'Card' over 'Home'`; by their ids where no labels are given."""
    over = f" over '{readable(result.options.against, labels)}'" if result.quantity == "lead" else ""
    return f"{result.quantity} of '{readable(result.options.label, labels)}'{over}"


def whole(result: Contributions) -> str:
    """That the shares make the model's own value, with the numbers; why there are none where there are none."""
    if not result.exact:
        unit = result.options.by.removesuffix("s")
        return f"{result.why_not} {_OCCLUSION.format(quantity=result.quantity, unit=unit)}"
    verb = "are" if result.quantity == "log-odds" else "is"
    numbers = (
        f"they sum to {exactly(result.total)}, the {result.quantity} by the model {verb} {exactly(result.value)}, the "
        f"difference {two_digits(result.gap)}"
    )
    if result.dtype in ("float16", "bfloat16"):
        return f"Along the path this text took, the shares add up to it within the digits of {result.dtype}: {numbers}."
    return f"Along the path this text took, the shares add up to it exactly: {numbers}."


def kind(result: Contributions) -> str:
    """Whether they are shares."""
    return "shares that add up" if result.exact else "occlusion: falls, not shares"


def how(result: Contributions) -> list[str]:
    """How they were found, a paragraph each."""
    if not result.exact:
        return [whole(result)]
    return [_METHOD, *([_LOG_ODDS] if result.others else []), _drift(result)]


def _drift(result: Contributions) -> str:
    what = "values" if result.quantity == "output" else "logits"
    moved = f"moves the {what} by {two_digits(result.drift)} at most" if result.drift else f"does not move the {what}"
    return f"Holding the path {moved}. {NO_EFFECT}"


def deleted(result: Deletions, labels: Sequence[str] = (), *, shares: bool = True) -> str:
    """The deletion that lowered the score most, by name and numbers; empty where none was run.

    Classes go by their ids where no labels are given.
    """
    count = len(result.deletions)
    if not count:
        return ""
    unit, what = _unit(result), "share" if shares else "fall"
    plural = "s" if count > 1 else ""
    among = f"{_COUNTS[count]} {unit}{plural} with the largest {what}{plural}"
    score = "probability" if result.is_probability else "output"
    whole, strongest = _score(result.score, result), result.strongest
    if strongest is None:
        one = "without it" if count == 1 else "without any one of them"
        return f"Tested by deleting {among}: {one} the {score} is no lower than the {whole} of the whole text."
    if _score(strongest.score, result) == whole:
        return f"Tested by deleting {among}, one at a time: the {score} stays {whole}."
    place = f", the largest fall among {among}" if count > 1 else f", {among}"
    without = f"without {_word(strongest, unit)} the {score} is {_score(strongest.score, result)} in place of {whole}"
    return f"Tested by deleting: {without}{place}{_then(result, strongest, labels)}."


def reason(result: Deletions, labels: Sequence[str] = (), *, shares: bool = True) -> str:
    """Why this class, in a sentence: the words that add most to it, and what came of deleting them; empty for none.

    Classes go by their ids where no labels are given.
    """
    unit = _unit(result)
    first = result.deletions[:3]
    named = [_word(deletion, unit) for deletion in first]
    if not named:
        return ""
    listed = " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
    several = len(named) > 1
    adds = ("add most" if several else "adds most") if shares else ("weigh most" if several else "weighs most")
    noun = "probability" if result.is_probability else "output"
    strongest = result.strongest
    if strongest is None:
        tried = "none of them" if len(result.deletions) == len(first) else f"none of {len(result.deletions)}"
        each = f"deleted one at a time, {tried} lowers" if several else "deleting it does not lower"
        return f"{listed} {adds}: {each} the {noun} of {_score(result.score, result)}."
    before, after = (_score(score, result) for score in (result.score, strongest.score))
    if before == after:
        return f"{listed} {adds}, and the {noun} stays {before} without any one of {len(result.deletions)}."
    fell = f"from {before} to {after}"
    then = _then(result, strongest, labels)
    if strongest not in first:
        tried = f"of {len(result.deletions)} {result.options.by} deleted one at a time"
        return f"{listed} {adds}; {tried} {_word(strongest, unit)} lowers the {noun} most, {fell}{then}."
    return f"{listed} {adds}: without {_word(strongest, unit)} the {noun} falls {fell}{then}."


def _unit(result: Deletions) -> str:
    """What was deleted: a word, or a token."""
    return result.options.by.removesuffix("s")


def _word(deletion: Deletion, noun: str) -> str:
    """The word in quotes, with its number where the same characters stand elsewhere, too."""
    return quoted(deletion.unit, deletion.number, noun)


def _then(result: Deletions, strongest: Deletion, labels: Sequence[str]) -> str:
    """Which class leads without the word, where that is another; however sure it is."""
    if strongest.label in ("", result.verdict):
        return ""
    return f", and {leads(strongest.label, labels)}"


def _score(score: float, result: Deletions) -> str:
    return percentage(score) if result.is_probability else three_digits(score)


def faithful(result: Attributions) -> str:
    """How far the score falls without the first words in this order, beside random orders."""
    (own,) = result.faithfulness
    factor, unit = (100.0, " points") if result.score == "probability" else (1.0, "")
    mean, spread = (factor * number for number in result.chance("comprehensiveness"))
    fall, rest = factor * own.comprehensiveness, factor * own.sufficiency
    order = " Attributions orders them by the logit." if result.options.target == "log-odds" else ""
    return (
        f"Measured on this text: without the first 10 to 50 % of its {result.options.by} in the order of these numbers "
        f"the {result.score} falls by {three_digits(fall)}{unit} on average; in random order by {three_digits(mean)} ± "
        f"{three_digits(spread)}. With these {result.options.by} alone it falls by {three_digits(rest)}{unit}; with "
        f"random ones by {three_digits(factor * result.chance('sufficiency')[0])}.{order}"
    )


def parts(result: Contributions) -> list[tuple[str, float]]:
    """What is added besides the tokens, by name; none of it where there are falls."""
    rows = [(CONSTANTS, result.bias)] if result.bias else []
    return [*rows, (OTHERS, result.others)] if result.others else rows


def apart(result: Contributions) -> str:
    """What passes through the base's weights alone and what through the adapter's updates; empty where it is one."""
    if result.base is None or result.adapter is None:
        return ""
    base, adapter = float(result.base.sum()), float(result.adapter.sum())
    return (
        f"Of the tokens' shares {signed(base)} pass through the base's weights alone and {signed(adapter)} through at "
        f"least one of the adapter's updates; together they are the whole. The head is in both; what the adapter did "
        f"to attention, norms and gates is held at this text's values, and in neither."
    )


def quantity(name: Quantity) -> str:
    """With a capital."""
    return name[:1].upper() + name[1:]


def exactly(value: float) -> str:
    """A logit with all the digits that float32 gives."""
    return f"{value:.5f}"
