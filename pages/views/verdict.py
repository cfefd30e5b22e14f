"""An answer: the verdict, its classes as bars, what the model read, and all classes in a table."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.results import CheckStatus, ClassScore, HealthReport, Prediction, Selection
from core.results.example import Example
from core.words import calibrated, durations, numbers, outputs
from core.words import verdict as words
from core.words.sureness import thresholds
from pages.ui import markup, question
from pages.ui.markup import facts, kind, label, mark, sentence, text
from pages.views import class_table, verdict_head

SHOWN = 5
#: Checks that speak of the head.
_OF_HEAD = ("Head", "Pooler and head")
_BEFORE_CUT, _AFTER_CUT = 240, 360


@dataclass(frozen=True)
class Answer:
    """What was said of a text, by whom (also by name), and how long it took."""

    selection: Selection
    prediction: Prediction
    seconds: float
    by: str


def draw(answer: Answer, example: Example | None = None) -> DeltaGenerator:
    """The verdict, the way to its reasons, every class; gives the place for the reason, which takes longer.

    `example` is the one that the text is, if it is one.
    """
    with st.container(key="verdict"):
        st.html(verdict(answer, example))
        with st.container(key="reason"):  # as high as a line from the start: what is below does not jump
            reason = st.empty()
        if answer.prediction.finite:
            _ways_on(answer.prediction.text)
            if folded := explanation(answer.prediction):
                st.html(folded)  # apart from the verdict: it stays open when the next one comes
        class_table.table(answer.prediction)
    return reason


def draw_earlier(answer: Answer) -> None:
    """An answer that is not to what is chosen or typed now: paler, and without ways on."""
    with st.container(key="earlier"):
        st.html(verdict(answer, earlier=True))


def _ways_on(asked: str) -> None:
    """To the reasons, and to somebody else."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.page_link(
            "pages/overview.py", label="Why this answer?", icon=":material/arrow_forward:", icon_position="right"
        )
        question.share(asked)


def warnings(report: HealthReport, *, untrained_head: bool = False) -> None:
    """What a person should know of the pair before they believe its verdicts.

    Of an untrained head the page says more in its own place.
    """
    for check in report.checks:
        said = untrained_head and check.name in _OF_HEAD
        if check.status is CheckStatus.WARNING and not said:
            st.html(markup.warning(f"{check.message} {markup.sentence(check.fix)}".strip()))


def verdict(answer: Answer, example: Example | None = None, *, earlier: bool = False) -> str:
    """The whole answer to one text."""
    prediction = answer.prediction
    by_problem: dict[str, Callable[[Prediction, Example | None], str]] = {
        "multi_label_classification": _several_labels,
        "regression": _outputs,
    }
    by = by_problem.get(prediction.problem_type, _one_label)
    body = by(prediction, example) if prediction.finite else _none(prediction)
    beginning = text(prediction.text[:400])
    return (
        f'<section class="hl-answer{kind(prediction)}" aria-label="Verdict">'
        f'{verdict_head.by(answer.by, earlier)}<p class="hl-asked" dir="auto">{beginning}</p>'
        f"{mark(prediction)}{body}{facts(_facts(answer))}{_cut(prediction)}</section>"
    )


def _none(prediction: Prediction) -> str:
    """Logits that are no numbers: no class, no bar."""
    return (
        f'<div class="hl-box hl-warn"><p><strong>{text(words.not_finite([prediction]))}</strong> '
        f"{text(sentence(words.NOT_FINITE_FIX))}</p></div>"
    )


def _one_label(prediction: Prediction, example: Example | None) -> str:
    top, rest = prediction.ranked[:SHOWN], prediction.ranked[SHOWN:]
    rows = [_bar(row, prediction, first=i == 0) for i, row in enumerate(top)]
    if rest:
        together = math.fsum(row.probability for row in rest)
        rows.append(_bar(ClassScore(words.others(len(rest)), math.nan, together), prediction, other=True))
    return verdict_head.one_label(prediction, example) + _list(rows)


def _several_labels(prediction: Prediction, example: Example | None) -> str:
    chosen = [row for row in prediction.ranked if row.probability >= words.HOLDS]
    pills = "".join(f'<span class="hl-pill">{label(row.label, prediction.labels)}</span>' for row in chosen)
    message = text(words.chosen(prediction))
    shown = prediction.ranked[: max(SHOWN, len(chosen))]
    rows = [_bar(row, prediction, first=row.probability >= words.HOLDS) for row in shown]
    head = f'<div class="hl-headline"><h2 class="hl-label">{pills or "No label holds"}</h2></div>'
    expected = verdict_head.expectation(prediction, example)
    return f'{head}{expected}<p class="hl-muted">{message}</p>{_list(rows, threshold=True)}'


def _outputs(prediction: Prediction, _: Example | None) -> str:
    shown = prediction.ranked if len(prediction.labels) > 1 else (prediction.top,)
    rows = "".join(
        f'<div class="hl-headline"><h2 class="hl-label">{label(row.label, prediction.labels)}</h2>'
        f'<p class="hl-probability">{numbers.three_digits(row.logit)}</p></div>'
        for row in shown[:SHOWN]
    )
    return f'{rows}<p class="hl-muted">{text(outputs.values(len(prediction.labels)))}</p>'


def _bar(row: ClassScore, prediction: Prediction, *, first: bool = False, other: bool = False) -> str:
    kind = "hl-first" if first else "hl-other" if other else ""
    return (
        f'<li class="{kind}"><span class="hl-name">{label(row.label, prediction.labels)}</span>'
        f'<span class="hl-track"><i style="width:{100 * row.probability:.2f}%"></i></span>'
        f'<span class="hl-number">{text(numbers.percent(row.probability))} %</span></li>'
    )


def _list(rows: list[str], *, threshold: bool = False) -> str:
    return f'<ol class="hl-bars{" hl-threshold" if threshold else ""}">{"".join(rows)}</ol>'


def _facts(answer: Answer) -> list[tuple[str, str, str]]:
    prediction = answer.prediction
    tokens = ("Tokens", *words.tokens_read(prediction))
    time = ("Time", *durations.parts(answer.seconds))
    if prediction.problem_type != "single_label_classification" or not prediction.finite:
        return [tokens, time]
    return [
        ("Margin", words.margin(prediction), "points"),
        ("Entropy", *words.entropy(prediction)),
        tokens,
        time,
    ]


def _cut(prediction: Prediction) -> str:
    """The place where the text was cut off: what was read on one side of it, marked what was not on the other."""
    if not prediction.truncated:
        return ""
    (start, end), original = prediction.kept, prediction.text
    head = f'<div class="hl-box hl-warn"><p><strong>{words.cut_off(prediction)}</strong>'
    if (start, end) == (0, len(original)):
        return f"{head}</p></div>"
    if start == 0:
        read, unread = original[max(0, end - _BEFORE_CUT) : end], original[end:]
        shown = f"{'… ' if end > _BEFORE_CUT else ''}{text(read)}<mark>{text(unread[:_AFTER_CUT])}</mark>"
    else:
        read, unread = original[start : start + _BEFORE_CUT], original[:start]
        shown = f"<mark>{text(unread[-_AFTER_CUT:])}</mark>{text(read)}{' …' if end - start > _BEFORE_CUT else ''}"
    left_out = len(unread) - _AFTER_CUT
    more = f"<p>… and {left_out:,} more characters{' before it' if start else ''}.</p>" if left_out > 0 else ""
    return f'{head} The marked part was cut off.</p><p class="hl-cut" dir="auto">{shown}</p>{more}</div>'


def explanation(prediction: Prediction) -> str:
    """What the states, margin and entropy mean, folded; only single labels have them."""
    if prediction.problem_type != "single_label_classification":
        return ""
    limits = f"<p>{text(thresholds(prediction.thresholds))}</p>" if prediction.sureness else ""
    if prediction.calibration is not None:
        limits += f"<p>{text(calibrated.stated_by(prediction.calibration))}</p>"
    return _EXPLANATION.format(limits=limits)


_EXPLANATION = """<details class="hl-details"><summary>How sure is it? Margin and entropy</summary>{limits}
<p><strong>Margin</strong> is the lead of the first class over the second, in percentage points: near 0 the
model could as well have said the other.</p>
<p><strong>Entropy</strong> says how far the probability is spread over all classes. 0 bits: all of it on one
class. The most there can be, log2 of the number of classes, means that it does not know at all.</p></details>"""
