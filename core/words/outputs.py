"""What the outputs of a head are called: classes, labels of which several may hold, values of a regression."""

from __future__ import annotations

from core.results import Prediction


def noun(problem_type: str, count: int = 1) -> str:
    """What one of the outputs is called: a class, a label (of several that may hold at once), an output."""
    names = {"regression": ("output", "outputs"), "multi_label_classification": ("label", "labels")}
    return names.get(problem_type, ("class", "classes"))[count != 1]


def measure(problem_type: str) -> str:
    """What the head gives for one of the outputs: a logit, or the value itself."""
    return "value" if problem_type == "regression" else "logit"


def all_of(prediction: Prediction) -> str:
    """`All 77 classes`; `The output` for a lone one."""
    count = len(prediction.labels)
    name = noun(prediction.problem_type, count)
    return f"All {count:,} {name}" if count > 1 else f"The {name}"


def indefinite(problem_type: str) -> str:
    """`a class`, `a label`, `an output`."""
    name = noun(problem_type)
    return f"{'an' if name.startswith('o') else 'a'} {name}"


def title(prediction: Prediction) -> str:
    """What stands in front of an answer: a verdict, labels, a value."""
    match prediction.problem_type:
        case "multi_label_classification":
            return "Labels"
        case "regression":
            return "Value"
        case _:
            return "Verdict"


def first_of(prediction: Prediction) -> str:
    """What the first of the ranked outputs is: sure or not, since not every first class is a verdict."""
    if prediction.untrained_head:
        return "random"
    match prediction.problem_type:
        case "multi_label_classification":
            return "most probable"
        case "regression":
            return "the value" if len(prediction.labels) == 1 else "the largest"
        case _:
            return "first class"


def values(count: int) -> str:
    """What the outputs of a regression are."""
    return "A value, not a probability." if count == 1 else "Values, not probabilities."
