"""Pooling: the weight of each word, and every pooler on the same hidden states."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.figures.positions import bars
from core.figures.ranking import ranking
from core.figures.strip import legend, strip
from core.results import PoolerVerdict, Pooling, PositionParts, by_unit
from core.words import numbers
from core.words import pooling as words
from core.words import position_parts as part_words
from core.words.verdict import stated
from pages.ui import charts, markup
from pages.ui.question import Question


def weights(request: Question, result: Pooling) -> None:
    """The tinted text, the bars, the numbers."""
    values = by_unit(result.weights, request.units)
    st.html(markup.lead(words.lead(result)))
    st.html(strip(request.reading, request.units, values, result.meaning))
    st.html(legend("0 %", numbers.percentage(float(values.max())), signed=False))
    st.html(markup.facts(facts(request, result)))
    st.html(markup.section(f"{result.meaning.capitalize()} by position"))
    figure = bars(request.units, values, charts.theme(), result.meaning, percent=True)
    charts.chart(figure, "weights", f"{result.meaning} of each of the {len(values)} {request.by}, in the text's order")


def clamped(request: Question, result: Pooling) -> None:
    """How much of each state lies below the pooler's eps; for a pooler that has one."""
    if result.clamped is None:
        return
    st.html(markup.note("Hidden values below eps are all taken as eps: pooling cannot tell them apart."))
    shares = np.array([result.clamped[list(u.tokens)].mean() for u in request.units])
    figure = bars(request.units, shares, charts.theme(), "clamped", percent=True)
    charts.chart(figure, "clamped", f"Share of clamped dimensions of each of the {len(shares)} {request.by}")


def facts(request: Question, result: Pooling) -> list[tuple[str, str, str]]:
    """Effective tokens, special tokens, what was cut off; what was clamped, where the pooler clamps."""
    prediction = request.reading.prediction
    special = sum(float(result.weights[t]) for u in request.reading.pieces if u.special for t in u.tokens)
    rows = [
        ("Effective tokens", *words.effective_tokens(result)),
        ("On special tokens", numbers.percent(special), "%"),
        ("Cut off", f"{prediction.total_tokens - len(prediction.tokens):,}", f"of {prediction.total_tokens:,} tokens"),
        ("Padding", "0", "tokens: a text is read alone"),
    ]
    if clamped := words.clamped(result):
        rows.insert(1, ("Clamped", *clamped))
    return rows


def parts(request: Question, result: PositionParts) -> None:
    """What the finished state at each position adds to the logit of the class."""
    tag = part_words.kind(result.exact)
    st.html(f'<span class="hl-tag{" hl-on" if result.exact else ""}">{markup.text(tag)}</span>')
    values = by_unit(result.of(request.label), request.units)
    left, right = st.columns(2, gap="large")
    with left:
        st.html(strip(request.reading, request.units, values, "part"))
        st.html(legend("against", "for", signed=True))
    with right:
        st.html(ranking(request.units, values, request.unit))
    st.html(
        markup.note(
            f"{part_words.whole(result, request.label, request.measure)} How: {result.method}. {part_words.NO_CAUSES}"
        )
    )


def all_poolers(request: Question, verdicts: list[PoolerVerdict]) -> None:
    """Every pooler, side by side."""
    st.html(markup.note("One pass through the backbone. Only the pairing of pooler and head that was trained counts."))
    k = request.reading.prediction.labels.index(request.label)
    for column, verdict in zip(st.columns(len(verdicts)), verdicts, strict=True):
        values = by_unit(verdict.pooling.weights, request.units)
        with column, st.container(border=True):
            st.html(card(verdict, request.label, k, request.labels))
            st.html(strip(request.reading, request.units, values, verdict.pooling.meaning))


def card(verdict: PoolerVerdict, label: str, k: int, labels: Sequence[str]) -> str:
    """Name, whether it was trained, what it says and of class `k`; `labels` are all classes of the model."""
    tag = f'<span class="hl-tag{" hl-on" if verdict.trained else ""}">{words.training(verdict.trained)}</span>'
    probability = float(verdict.probabilities[k])
    says = markup.leads(verdict.label, labels) if probability == probability else ""
    number = markup.text(stated(probability, float(verdict.logits[k])))
    effective = markup.text(words.effective(verdict.pooling))
    return (
        f'<div class="hl-pooler"><h3>{markup.text(verdict.pooling.title)}</h3>{tag}{says}'
        f"<p>{markup.label(label, labels)} {number}<br>{effective}</p></div>"
    )
