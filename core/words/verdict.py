"""What a prediction says, in words: how probable, how sure, how much of the text was read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from core.results import Prediction
from core.results.sureness import Sureness
from core.words.class_names import is_outside, readable
from core.words.numbers import percentage, three_digits


def stated(probability: float, output: float) -> str:
    """One class's probability, `93.4 %`; of a regression, which has none, its value."""
    return percentage(probability, absent=three_digits(output))


def number(prediction: Prediction) -> str:
    """What stands behind an answer: the probability of the verdict, the value; nothing behind several labels."""
    if prediction.problem_type == "multi_label_classification":
        return ""
    return stated(prediction.top.probability, prediction.top.logit)


def answer(prediction: Prediction) -> str:
    """What it says, in one line: the class or the labels by name, the value of one output, else several outputs."""
    if prediction.problem_type == "regression":
        return stated(math.nan, prediction.top.logit) if len(prediction.labels) == 1 else _outputs(prediction)
    return readable(prediction.label, prediction.labels)


def leads(verdict: str, labels: Sequence[str]) -> str:
    """A verdict in a sentence about probabilities: which class leads, sure or not; of several labels, what it says.

    Classes go by their ids where no labels are given.
    """
    named = f"'{readable(verdict, labels)}'"
    return f"{named} leads" if verdict in labels or not labels else f"it says {named}"


def _outputs(prediction: Prediction) -> str:
    """Every output with its value, of many the first: `helpfulness 1.20, clarity 0.310`."""
    named = [f"{readable(row.label, prediction.labels)} {three_digits(row.logit)}" for row in prediction.ranked[:3]]
    return ", ".join(named) + (f" and {len(prediction.labels) - 3} more" if len(prediction.labels) > 3 else "")


def margin(prediction: Prediction) -> str:
    """The lead of the first class over the second in percentage points, without the unit."""
    return three_digits(100 * prediction.margin)


def entropy(prediction: Prediction) -> tuple[str, str]:
    """The entropy, and the most that so many classes allow: ("0.412", "of 6.27 bits")."""
    most = math.log2(max(1, len(prediction.labels)))
    return three_digits(prediction.entropy), f"of {three_digits(most)} bits"


def tokens_read(prediction: Prediction) -> tuple[str, str]:
    """How many tokens were read, and of how many: ("512", "of 730 read"), ("12", "all read")."""
    read, total = len(prediction.tokens), prediction.total_tokens
    return f"{read:,}", f"of {total:,} read" if prediction.truncated else "all read"


def cut_off(prediction: Prediction) -> str:
    """How much of a text the model read, for one that was cut off."""
    start, end = prediction.kept
    total = len(prediction.text)
    if end - start == total:
        read = f"{len(prediction.tokens):,} of {prediction.total_tokens:,} tokens"
        return f"The model read the whole text, but only {read}: the rest is of the chat template."
    which = "first" if start == 0 else "last"
    return f"The model read only the {which} {end - start:,} of {total:,} characters."


#: What to do about logits that are no numbers.
NOT_FINITE_FIX = (
    "`check` says where in the model values stop being finite, `weights` which tensors hold NaN or infinity; "
    "fetch the files again, or load in bfloat16 or float32."
)


def not_finite(predictions: Sequence[Prediction]) -> str:
    """A sentence on the texts whose logits name no class; empty where there are none."""
    count = sum(not prediction.finite for prediction in predictions)
    if not count:
        return ""
    if len(predictions) == 1:
        return "Its logits are not finite (NaN or infinite), so there is no verdict."
    return f"{count:,} of {len(predictions):,} texts have logits that are not finite (NaN or infinite): no verdict."


def others(count: int) -> str:
    """The classes that are not named, as one: `other (72 classes)`."""
    return f"other ({count} {'class' if count == 1 else 'classes'})"


def chosen(prediction: Prediction) -> str:
    """How many of several labels hold, and by which threshold."""
    count, total = sum(p >= HOLDS for p in prediction.probabilities), len(prediction.labels)
    return f"{count} of {total} labels hold: each is judged alone, and holds at {percentage(HOLDS)} or more."


#: The probability from which on one of several labels holds.
HOLDS = 0.5
#: How sure a verdict is, as the first word of it.
SURENESS: Mapping[Sureness, str] = {
    Sureness.SURE: "Sure",
    Sureness.BETWEEN_TWO: "Between two",
    Sureness.NOT_SURE: "Not sure",
}
_LEADS = 0.5  # a class with more has more than all others together


def sureness(prediction: Prediction) -> str:
    """How sure it is, in a few words; empty where that has no meaning."""
    if prediction.sureness is None:
        return ""
    state = SURENESS[prediction.sureness]
    about = f", by the {_read(prediction)} that it read" if prediction.truncated else ""
    return f"{state}{': this is unlike what it learnt' if prediction.unlike else about}"


def _read(prediction: Prediction) -> str:
    """How much of a cut text: a share of its characters, or a part where all of them are read."""
    start, end = prediction.kept
    share = (end - start) / max(1, len(prediction.text))
    return percentage(share) if share < 1 else "part"


def how_sure(prediction: Prediction) -> str:
    """How sure it is, and why not quite: sentences; empty where that has no meaning."""
    said = sureness(prediction)
    return f"{said}. {sureness_because(prediction)}".rstrip() if said else ""


def sureness_because(prediction: Prediction) -> str:
    """Why it is not sure, or what it is between; empty for one that is sure."""
    match prediction.sureness:
        case Sureness.BETWEEN_TWO:
            together = prediction.ranked[0].probability + prediction.ranked[1].probability
            both = f"The first two classes hold {percentage(together)} together"
            return f"{both}, {_ahead('the first alone', prediction) or 'and none of them stands out.'}"
        case Sureness.NOT_SURE if prediction.unlike:
            return _unlike(prediction)
        case Sureness.NOT_SURE:
            alone = _ahead("One class leads with", prediction) or _two_ahead(prediction) or "No class stands out."
            nowhere = "It is the class of texts that belong to no other."
            return f"{alone} {nowhere if is_outside(prediction.top.label) else 'The text may belong to none of them.'}"
        case _:
            return ""


def _ahead(beginning: str, prediction: Prediction) -> str:
    """What the first class of a verdict that is not sure has, and lacks; empty where it does not lead."""
    share = prediction.top.probability
    limit = f"from {percentage(prediction.thresholds.sure)} on it would be sure."
    return f"{beginning} {percentage(share)}; {limit}" if share > _LEADS else ""


def _two_ahead(prediction: Prediction) -> str:
    """Two classes far ahead of the third, with more than all others together; empty where there are none such."""
    first, second, third = [*(row.probability for row in prediction.ranked[:3]), 0.0, 0.0][:3]
    if first + second <= _LEADS or second < first / 2 or third > second / 2:
        return ""
    limit = f"from {percentage(prediction.thresholds.two)} together on it would be between them."
    return f"Two classes lead with {percentage(first)} and {percentage(second)}; {limit}"


def _unlike(prediction: Prediction) -> str:
    """How finely the text was cut, and what it is measured by."""
    limits = prediction.thresholds
    start, end = prediction.kept
    count = sum(token.kind == "text" for token in prediction.tokens)
    characters = f"{end - start:,} character{'s' if end - start > 1 else ''}"
    cut = f"The tokenizer cuts it finely: {characters} became {count:,} tokens of text"
    size = f"{three_digits(prediction.bytes_per_token)} bytes each"
    limit = three_digits(limits.bytes_per_token)
    if not limits.calibrated_on:
        return f"{cut}, {size} (below {limit}, the default limit)."
    return f"{cut}, {size}; nearly all of {limits.calibrated_on} have {limit} or more."


#: What `agreement` says of a verdict that is not what was expected.
DISAGREEMENTS = ("neither of the two", "not the closest class", "the verdict differs")


def agreement(prediction: Prediction, expected: str) -> str:
    """How the verdict stands to the class that a person gives the text."""
    match prediction.sureness:
        case Sureness.BETWEEN_TWO:
            among = expected in (prediction.ranked[0].label, prediction.ranked[1].label)
            return "one of the two" if among else "neither of the two"
        case Sureness.NOT_SURE:
            return "the closest class" if prediction.label == expected else "not the closest class"
        case _:
            return "the verdict agrees" if prediction.label == expected else "the verdict differs"
