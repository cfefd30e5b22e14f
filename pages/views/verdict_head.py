"""The head of a verdict: who answers, how sure it is, what it says, and what was expected."""

from __future__ import annotations

from core.results import Prediction
from core.results.example import Example
from core.results.sureness import Sureness
from core.words import calibrated, numbers
from core.words import verdict as words
from pages.ui.markup import label, sureness, text


def by(name: str, earlier: bool = False) -> str:
    """Who answers; with the remark that shows while something else is typed than was asked."""
    first = "Earlier answer, by" if earlier else "Answer by"
    unasked = "" if earlier else '<span class="hl-unasked">to the text below, not to what is typed now</span>'
    return f'<p class="hl-by">{first} <strong>{text(name)}</strong> {unasked}</p>'


def one_label(prediction: Prediction, example: Example | None) -> str:
    """The verdict in the largest type; two classes where it is between them, none where it is not sure."""
    match prediction.sureness:
        case Sureness.BETWEEN_TWO:
            first, second = (label(row.label, prediction.labels) for row in prediction.ranked[:2])
            head = f'<h2 class="hl-label">{first} <small>or</small> {second}</h2>'
        case Sureness.NOT_SURE:
            head = '<h2 class="hl-label">Closest classes</h2>'
        case _:
            share = numbers.percent(prediction.top.probability)
            head = (
                f'<h2 class="hl-label">{label(prediction.label, prediction.labels)}</h2>'
                f'<p class="hl-probability">{text(share)}<small> %</small></p>'
            )
    as_set = calibrated.prediction_set(prediction)
    below = f'<p class="hl-expected hl-set">{text(as_set)}</p>' if as_set else ""
    state = f'<p class="hl-state">{sureness(prediction)}{_because(prediction)}</p>' if prediction.sureness else ""
    return f'{state}<div class="hl-headline">{head}</div>{below}{expectation(prediction, example)}'


def _because(prediction: Prediction) -> str:
    because = words.sureness_because(prediction)
    return f' <span class="hl-because">{text(because)}</span>' if because else ""


def expectation(prediction: Prediction, example: Example | None) -> str:
    """The class that a person gives the text, beside the verdict; empty where none is stated."""
    if example is None or not example.expected:
        return ""
    hard = "A hard example. " if example.hard else ""
    agreement = words.agreement(prediction, example.expected)
    differs = " hl-differs" if agreement in words.DISAGREEMENTS else ""
    expected = label(example.expected, prediction.labels)
    return f'<p class="hl-expected{differs}">{hard}Expected: <strong>{expected}</strong>, {agreement}.</p>'
