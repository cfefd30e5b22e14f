"""An adapter's update: the whole, the map of layers, one module, all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.figures import adapter_update as figures
from core.results import AdapterUpdate, ModuleOverlap, ModuleUpdate
from core.words import adapter_update as words
from core.words import numbers
from core.words.numbers import percentage
from pages.ui import charts, markup, tables

CHANGE, READS, WRITES = "change", "reads", "writes"
#: What the map can show.
MEASURES = {
    CHANGE: "Change against the weight",
    READS: "Overlap with what the weight mostly reads",
    WRITES: "Overlap with what the weight mostly writes",
}
ABOUT = (
    "The update of a module is s B A, of rank r at most; its norm and singular values come from the factors alone, in "
    "float64. Change: Frobenius norm of what is added, against that of the weight it is added to. Effective rank: exp "
    "of the entropy of the singular values' shares (Roy and Vetterli 2007); far below r, a smaller r would have done."
)
DORA = " With DoRA a learnt magnitude rescales the weight too: the change counts it; the singular values are of s B A."
OVERLAP = (
    "Overlap: mean squared cosine between the directions of the update and as many leading singular directions of the "
    "weight, 100 % for the same space; what random directions would have is said beside it. Amplification: norm of the "
    "update over that of the weight within the update's directions (Hu et al. 2022, sections 7.2 and 7.3)."
)


def summary(result: AdapterUpdate) -> None:
    """The sentence, and what the adapter consists of."""
    st.html(markup.lead(words.update(result)))
    st.html(parts(result))


def parts(result: AdapterUpdate) -> str:
    """What the adapter consists of."""
    facts = [("Low-rank factors", numbers.count(result.parameters), f"parameters in {len(result.modules)} modules")]
    if result.whole:
        facts.append(("Held whole", numbers.count(result.whole_parameters), "parameters: " + ", ".join(result.whole)))
    return markup.facts(facts)


def module(chosen: ModuleUpdate, overlap: ModuleOverlap | None) -> None:
    """Numbers and singular values of a module."""
    facts = [
        ("Change", percentage(chosen.relative), "of the weight"),
        ("Norm", numbers.three_digits(chosen.norm), f"weight {numbers.three_digits(chosen.base_norm)}"),
        ("Effective rank", f"{chosen.effective_rank:.1f}", f"of {chosen.rank}"),
        ("Scale s", numbers.three_digits(chosen.scale), "times B A"),
    ]
    if overlap is not None:
        facts += [
            ("Reads", percentage(overlap.inputs), f"by chance {percentage(overlap.inputs_by_chance)}"),
            ("Writes", percentage(overlap.outputs), f"by chance {percentage(overlap.outputs_by_chance)}"),
            ("Amplification", numbers.three_digits(overlap.amplification), "times the weight there"),
        ]
    st.html(markup.facts(facts, stacked=True))
    charts.chart(figures.singular_values(chosen, charts.theme()), "update-singular", f"Singular values, {chosen.name}")


def layers(
    modules: Sequence[ModuleUpdate],
    overlaps: Sequence[ModuleOverlap] | None,
    measure: str,
    chosen: int,
    module_key: str,
) -> None:
    """Layer by module; a click puts the module's name under `module_key` in the session. Nothing outside the layers."""
    values, hover = cells(modules, overlaps, measure)
    shown = figures.leading(modules, values)
    if not shown:
        return

    def on_click(x: float, y: float) -> None:
        st.session_state[module_key] = modules[shown[round(x), round(y)]].name

    figure = figures.layers(modules, values, hover, modules[chosen], charts.theme())
    st.html(markup.note("A click chooses a module." + words.shown(modules)))
    charts.clickable(figure, "update-layers", f"{MEASURES[measure]}, {len(modules)} modules", on_click)


def cells(
    modules: Sequence[ModuleUpdate], overlaps: Sequence[ModuleOverlap] | None, measure: str
) -> tuple[list[float], list[str]]:
    """The values of the map, shares of 1, and what hovering says; both one a module."""
    if overlaps is None:
        return [m.relative for m in modules], [
            f"{percentage(m.relative)} of the weight<br>effective rank {m.effective_rank:.1f} of {m.rank}"
            for m in modules
        ]
    values = [o.inputs if measure == READS else o.outputs for o in overlaps]
    chance = [o.inputs_by_chance if measure == READS else o.outputs_by_chance for o in overlaps]
    return values, [
        f"{percentage(v)} of the space<br>by chance {percentage(c)}" for v, c in zip(values, chance, strict=True)
    ]


def table(result: AdapterUpdate, overlaps: Sequence[ModuleOverlap] | None) -> None:
    """One row a module."""
    rows: list[dict[str, Any]] = [
        {
            "Module": m.name,
            "Change in %": 100 * m.relative,
            "Norm": m.norm,
            "Norm of the weight": m.base_norm,
            "Rank": m.rank,
            "Effective rank": m.effective_rank,
            "Largest singular value": float(m.singular_values[0]),
        }
        for m in result.modules
    ]
    for row, overlap in zip(rows, overlaps or (), strict=False):
        row |= {
            "Reads in %": 100 * overlap.inputs,
            "Writes in %": 100 * overlap.outputs,
            "Amplification": overlap.amplification,
        }
    tables.table(rows, "The update, module by module", key="update-table")


def notes(result: AdapterUpdate, measure: str) -> None:
    """What the numbers are."""
    st.html(markup.note(ABOUT + (DORA if any(m.is_dora for m in result.modules) else "")))
    if measure != CHANGE:
        st.html(markup.note(OVERLAP))
