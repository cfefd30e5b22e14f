"""What an architecture costs: memory by type of the weights, and what a text of some length takes."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.architecture.costs import costs
from core.figures.architecture import by_length
from core.results import Architecture, Costs
from core.words import sizes
from pages.ui import charts, markup, tables

MEMORY = (
    "Full fine-tuning holds weights, gradients and AdamW's two moments, all in the type of the row (mixed precision "
    "takes at least the float32 row). LoRA holds the frozen weights, and 16 bytes for each number that is trained. "
    "int8 and 4 bit shrink the layers' matrices, with their float32 scales, and leave the rest in 16 bits (Dettmers et "
    "al. 2022, 2023). Activations come on top."
)
LENGTH = (
    "KV cache: keys and values of every layer, which text generation keeps; a layer with a sliding window of W tokens "
    "keeps the last W - 1. Attention maps: layers x heads x T x T in float32; the page Attention takes one layer at a "
    "time. FLOPs, forward: two for every number of the matrices that a token is multiplied with, and 4 x heads x head "
    "size x T a layer for attention (Kaplan et al. 2020; Hoffmann et al. 2022), or what torch counts while a model "
    "without weights runs, where that is more than 1 % apart (shared layers, windows, experts); the mask saves "
    "nothing, as all pairs are computed. Training takes about three times as much."
)
NO_CACHE = " Here every token sees those after it, so that nothing can be kept: there is no KV cache."
#: Lengths on offer are powers of two from 2 ** SHORTEST on; the first one shown is at most USUAL.
SHORTEST, USUAL = 4, 2048


def section(result: Architecture, longest: int, key: str, cost: Callable[[int], Costs]) -> None:
    """The length that is asked about, its costs, and memory by dtype.

    `longest` is the longest text it takes, `cost` what a text of some length does.
    """
    if result.remark:
        st.html(markup.note(result.remark))
    offered = lengths(result, longest)
    if st.session_state.get(key) not in offered:
        st.session_state[key] = max(n for n in offered if n <= USUAL)
    length = st.selectbox(
        "Length of a text, in tokens", offered, format_func="{:,}".format, key=key, persist_state="session", width=240
    )
    spent = cost(length)
    st.html(by_text(spent, result.dtype))
    if spent.flops_reason:
        st.html(markup.note(spent.flops_reason))
    left, right = st.columns(2, gap="large")
    with left:
        memory_table(spent)
        st.html(markup.note(MEMORY))
    with right:
        figure = by_length([costs(result, n) for n in offered], length, charts.theme())
        charts.chart(figure, "architecture-by-length", "Memory of KV cache and attention maps by length")
        st.html(markup.note(LENGTH + ("" if result.sizes.cached else NO_CACHE)))


def lengths(result: Architecture, longest: int) -> list[int]:
    """Powers of two up to the longest text, and that one."""
    most = max(longest, result.sizes.positions, 2**SHORTEST)
    return sorted({*(2**power for power in range(SHORTEST, 40) if 2**power <= most), most})


def by_text(spent: Costs, dtype: str) -> str:
    """What one text takes."""
    return markup.facts(
        [
            ("KV cache", size(spent.kv_cache), dtype if spent.kv_cache is not None else ""),
            ("Attention maps", size(spent.attention), "all layers, float32"),
            ("A token, forward", *flops(spent.flops_per_token)),
            ("The text, forward", *flops(spent.flops)),
        ],
        stacked=True,
    )


def memory_table(spent: Costs) -> None:
    """Weights, full fine-tuning and LoRA, a row a dtype."""
    rows = [
        {"Weights in": r.dtype, "Weights": size(r.weights), "Full fine-tuning": size(r.full)}
        | ({"LoRA": size(r.lora)} if r.lora is not None else {})
        for r in spent.memory
    ]
    tables.table(rows, "Memory by type of the weights", key="architecture-memory")


def flops(count: float | None) -> tuple[str, str]:
    """Operations and their unit."""
    return ("not known", "") if count is None else sizes.operations(count)


def size(count: int | None) -> str:
    """Bytes, or that there can be none."""
    return "not possible" if count is None else sizes.size(count)
