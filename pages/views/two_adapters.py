"""Two adapters of one base: how alike they are, the map of layers, one module, all of them."""

from __future__ import annotations

import streamlit as st

from core.figures import adapter_update as figures
from core.results import AdapterPair, ModulePair
from core.words import adapter_update as update_words
from core.words import numbers
from core.words import two_adapters as words
from core.words.numbers import percentage
from pages.ui import charts, markup, tables

ABOUT = (
    "Cosine: between the two updates s B A as vectors, 1 for the same change, 0 for unrelated ones, -1 for opposite "
    "ones. Reads and writes: mean squared cosine between the spaces of their directions (Hu et al. 2022, section 7.2), "
    "100 % for the same space, beside what random directions would have. From the factors alone, in float64; the "
    "magnitudes of DoRA are left out. Pooler and head belong to the classes and are not compared."
)
#: Modules of one adapter alone that are named.
NAMED = 8


def summary(result: AdapterPair) -> None:
    """The sentence, and the modules that only one of them adapts."""
    st.html(markup.lead(words.pair(result)))
    for modules, which in ((result.only_first, "first"), (result.only_second, "second")):
        if modules:
            more = " …" if len(modules) > NAMED else ""
            st.html(markup.note(f"Only the {which} adapts: {', '.join(modules[:NAMED])}{more}."))


def layers(result: AdapterPair, chosen: ModulePair, module_key: str) -> None:
    """Layer by module; a click puts the module's name under `module_key` in the session."""
    about = "Cosine between the updates, layer by module. A click chooses a module."
    st.html(markup.note(about + update_words.shown(result.modules)))
    hover = [f"cosine {m.cosine:.3f}" for m in result.modules]
    values = [m.cosine for m in result.modules]
    shown = figures.leading(result.modules, values)
    if not shown:
        return

    def on_click(x: float, y: float) -> None:
        st.session_state[module_key] = result.modules[shown[round(x), round(y)]].name

    figure = figures.layers(result.modules, values, hover, chosen, charts.theme(), signed=True)
    charts.clickable(figure, "two-adapters-layers", f"Cosines of {len(result.modules)} modules", on_click)


def module(m: ModulePair) -> None:
    """Numbers of a module."""
    facts = [
        ("Cosine", f"{m.cosine:.3f}", ""),
        ("Norms", " and ".join(numbers.three_digits(n) for n in m.norms), ""),
        ("Reads", percentage(m.inputs), f"by chance {percentage(m.inputs_by_chance)}"),
        ("Writes", percentage(m.outputs), f"by chance {percentage(m.outputs_by_chance)}"),
    ]
    st.html(markup.facts(facts, stacked=True))


def table(result: AdapterPair) -> None:
    """One row a module."""
    rows = [
        {
            "Module": m.name,
            "Cosine": m.cosine,
            "Norm, first": m.norms[0],
            "Norm, second": m.norms[1],
            "Reads in %": 100 * m.inputs,
            "Writes in %": 100 * m.outputs,
        }
        for m in result.modules
    ]
    tables.table(rows, "Two updates, module by module", key="two-adapters-table")
