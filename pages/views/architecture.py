"""An architecture: its numbers, where the parameters are, what of it is trained, and the tree of its modules."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.architecture.costs import number_bytes
from core.figures import architecture as figures
from core.results import Architecture, FreezeCell, ModuleNode
from core.words import architecture as words
from core.words import numbers
from core.words import sizes as size_words
from pages.ui import charts, details, markup, tables

VIEWS = {"classifier": "Classifier", "causal_lm": "Language model", "backbone": "Backbone alone"}
TUNINGS = {"lora": "A LoRA adapter", "full": "All weights"}
COLOURS = {"kind": "What it is", "training": "What is trained"}


def facts(result: Architecture) -> str:
    """Its numbers."""
    sizes = result.sizes
    rows = [("Parameters", numbers.count(result.used), f"{result.used:,}")]
    if result.tuning:
        share = numbers.percent(result.trained / result.used)
        rows.append(("Trained", numbers.count(result.trained), f"{share} % of all"))
    rows += [
        ("Layers", f"{sizes.layers:,}", f"hidden size {sizes.hidden_size:,}"),
        ("Attention heads", f"{sizes.heads:,}", f"{sizes.kv_heads:,} for keys and values"),
        ("Vocabulary", f"{sizes.vocabulary:,}", "tokens"),
        (
            "In memory",
            size_words.size(number_bytes(result.dtype) * result.parameters),
            f"{numbers.count(result.parameters)} numbers, {result.dtype}",
        ),
        ("Modules", f"{len(result.nodes):,}", f"last: {result.last_module_name}"),
    ]
    return markup.facts(rows, stacked=True)


def treemap(result: Architecture, colours: figures.Colours) -> None:
    """An area a module."""
    st.html(legend(figures.legend(colours, result, charts.theme())))
    charts.chart(figures.treemap(result, colours, charts.theme()), "architecture-treemap", "Parameters by module")
    st.html(markup.note("An area is a share of the parameters. A click goes into a layer, the bar on top leads back."))
    st.html(markup.note(words.ties(result)))


def freeze_map(result: Architecture, search_key: str, tree_part: str) -> None:
    """What is trained, layer by module.

    A click puts the module's path under `search_key` in the session, and opens the part of the page with the tree.
    """

    def on_click(x: float, y: float) -> None:
        clicked = (round(x), result.modules[round(y)])
        st.session_state[search_key] = next(c.path for c in result.cells if (c.layer, c.module) == clicked)
        details.unfold(tree_part)

    st.html(legend(figures.legend("training", result, charts.theme())))
    if result.modules:
        chosen = cell_of(result, st.session_state.get(search_key, ""))
        figure = figures.freeze_map(result, chosen, charts.theme())
        charts.clickable(figure, "architecture-freeze", f"State of {len(result.cells)} modules", on_click)
        st.html(markup.note("A click on a module finds it in the tree below."))
    st.html(outside(result) + markup.note(words.copies(result)))


def legend(entries: list[tuple[str, str]]) -> str:
    """Words beside their colours."""
    marks = (f'<i class="hl-swatch" style="background:{colour}"></i>{markup.text(word)}' for word, colour in entries)
    return f'<p class="hl-legend">{" ".join(f"<span>{mark}</span>" for mark in marks)}</p>'


def outside(result: Architecture) -> str:
    """What stands outside of the layers, which the freeze map has no cells for; without PEFT's copies."""
    replaced = result.replaced
    rows = "".join(
        f"<tr><td>{markup.text(c.module)}</td><td>{c.status}</td>"
        f'<td class="hl-right">{c.parameters - replaced[c.path]:,}</td></tr>'
        for c in result.cells
        if c.layer is None
    )
    return (
        '<table class="hl-table"><thead><tr><th>Outside of the layers</th><th>State</th>'
        f'<th class="hl-right">Parameters</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def row(node: ModuleNode, *, with_training: bool) -> dict[str, Any]:
    """A line of the tree: indented by its depth."""
    weights = (f"{name} {size_words.shape(shape)}" for name, shape in node.shapes)
    state = {"Trained": node.trained, "State": "" if node.status == "empty" else node.status} if with_training else {}
    return {
        "Module": "\u2003" * node.depth + (node.name or "the model"),
        "Class": node.kind,
        "Its own weights": ", ".join(weights),
        "Parameters": node.total,
        **state,
        "Type": node.dtype,
        "Path": node.path,
    }


def modules(result: Architecture, search_key: str, levels_key: str, bounds: tuple[int, int]) -> None:
    """The tree and its search, kept under these keys of the session; `bounds` of the levels that are shown without."""
    left, right = st.columns([5, 2], gap="medium", vertical_alignment="bottom")
    search = left.text_input("Search by name or class", key=search_key, placeholder="q_proj", persist_state="session")
    levels = right.number_input("Levels without a search", *bounds, key=levels_key, persist_state="session")
    tree(result, search, levels)


def tree(result: Architecture, search: str, depth: int) -> None:
    """The modules that were searched for and those around them, or all down to a level."""
    nodes = result.found(search, depth)
    if not nodes:
        st.html(markup.note(f"No module's name or class holds '{search}'."))
        return
    import pandas as pd

    shown = pd.DataFrame([row(node, with_training=bool(result.tuning)) for node in nodes])
    form = st.column_config.NumberColumn(format="localized")
    widths = {"Module": 260, "Class": 200, "Its own weights": 190}
    columns: dict[str, Any] = {name: st.column_config.TextColumn(width=width) for name, width in widths.items()}
    st.dataframe(
        tables.without_formulas(shown),
        hide_index=True,
        key="architecture-tree",
        alt="Modules of the model",
        column_config=columns | {"Parameters": form, "Trained": form},
        placeholder=tables.ABSENT,
        height=min(563, 38 + 35 * len(shown)),
    )
    st.html(markup.note(f"{len(nodes):,} of {len(result.nodes):,} modules."))


def cell_of(result: Architecture, path: str) -> FreezeCell | None:
    """The cell of the freeze map that a search stands for."""
    return next((c for c in result.cells if c.path == path), None)
