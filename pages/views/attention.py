"""Attention: all heads in one number each, the numbers of one, and one matrix in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.figures import attention as figures
from core.figures.strip import legend, strip
from core.results import HEAD_MEASURES, AttentionOverview, Floats, Unit, between_units, by_unit, read_by
from core.words import attention as words
from core.words.numbers import percent, percentage, three_digits
from pages.ui import charts, markup
from pages.ui.question import Question

HEADS, ROLLOUT = "heads", "rollout"
VIEWS = {HEADS: "Head by head", ROLLOUT: "Rolled out over the layers"}


def choose_view(key: str) -> str:
    """Head by head, or all layers together; kept under `key` in the session."""
    chosen = st.segmented_control(
        "View",
        list(VIEWS),
        format_func=VIEWS.__getitem__,
        key=key,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    return chosen or HEADS


def choose_head(result: AttentionOverview, keys: Mapping[str, str]) -> tuple[int, int]:
    """Layer and head, from 0, kept under these keys of the session; a click on the map chooses them too."""
    layers, count = result.shape
    one, two = st.columns(2)
    layer = one.selectbox("Layer", range(layers), key=keys["layer"], persist_state="session")
    head = two.selectbox("Head", range(count), key=keys["head"], persist_state="session")
    return layer, head


def one_head(result: AttentionOverview, layer: int, head: int) -> None:
    """The numbers of one head."""
    st.html(markup.facts(facts(result, layer, head)))
    st.html(markup.note(words.HEAD))


def facts(result: AttentionOverview, layer: int, head: int) -> list[tuple[str, str, str]]:
    """Name, value and unit of each number of one head."""
    rows = []
    for measure, values in result.values.items():
        value = float(values[layer, head])
        tokens = measure in ("effective tokens", "distance")
        rows.append((words.MEASURED[measure], *((three_digits(value), "tokens") if tokens else (percent(value), "%"))))
    return rows


def heads(result: AttentionOverview, chosen: tuple[int, int], keys: Mapping[str, str]) -> None:
    """Layer by head, by one measure; a click on a cell chooses it.

    chosen: layer and head, from 0. keys: the session's keys of "measure", "layer" and "head".
    """

    def on_click(x: float, y: float) -> None:
        st.session_state[keys["layer"]], st.session_state[keys["head"]] = round(y), round(x)

    measure = st.selectbox(
        "All heads by",
        HEAD_MEASURES,
        format_func=words.MEASURED.__getitem__,
        key=keys["measure"],
        persist_state="session",
    )
    layers, count = result.shape
    alt = f"{words.MEASURED[measure]} of {count} heads in each of {layers} layers"
    charts.clickable(figures.heads(result, measure, chosen, charts.theme()), "heads", alt, on_click)


def matrix(
    request: Question, tokens: Floats, weights: Floats, name: str, hide_key: str, beside: DeltaGenerator
) -> None:
    """One matrix: everything as a heat map, and `beside` it what the pooled vector reads as tinted text.

    tokens: (T, T), rows read columns. weights: (T,), those of the pooler. The switch under `hide_key` hides the first
    column and spreads the colours over the rest.
    """
    pooled = by_unit(read_by(tokens, weights), request.units)
    first = next(i for i, unit in enumerate(request.units) if 0 in unit.tokens)
    word = request.units[first].text
    label = f"Leave out {markup.plain(word, 20)}, the first"
    hidden = first if st.toggle(label, key=hide_key, persist_state="session") else None
    values = between_units(tokens, request.units)
    heat_map(request, values, hidden, name)
    with beside:
        st.html(markup.note(words.first_took(values, pooled, first, word, request.by)))
        if hidden is not None:
            pooled[hidden] = 0.0
        st.html(markup.section("What the pooled vector reads"))
        st.html(strip(request.reading, request.units, pooled, "read"))
        st.html(legend("0 %", percentage(float(pooled.max())), signed=False))
        st.html(markup.note(words.POOLED))


def heat_map(request: Question, values: Floats, hidden: int | None, name: str) -> None:
    """Who reads whom, with the scale of its colours and how to read it."""
    figure = figures.matrix(values, request.units, charts.theme(), hidden=hidden)
    charts.square(figure, "matrix", f"{name}: which of {len(request.units)} {request.by} reads which")
    st.html(legend("0 %", percentage(largest(values, hidden)), signed=False))
    st.html(markup.note(how_to_read(request.units, request.by, float(values.sum(axis=1).min()))))


def largest(values: Floats, hidden: int | None) -> float:
    """The number at the end of the colours; 0 when the only column is hidden."""
    shown = figures.visible(values, hidden)
    return float(shown[shown == shown].max(initial=0.0))


def how_to_read(units: Sequence[Unit], by: str, least: float) -> str:
    """How to read the matrix, whose rows sum to `least` at least."""
    return words.how_to_read(by, least, picture=len(units) > figures.NUMBERS, block=figures.block(len(units)))
