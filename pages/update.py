"""Adapter update: how much the adapter changes each weight, and how much of its rank it uses."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.figures import lora_update as figures
from core.results import AdapterUpdate, ModuleUpdate, Selection
from pages.ui import address, charts, frame, loading, markup, numbers, tables
from pages.ui.engine import weights

_MODULE = "update.module"
_KEYS = {"module": _MODULE}
ABOUT = (
    "The update of a module is s B A, of rank r at most; its norm and singular values come from the factors alone, in "
    "float64. Change: Frobenius norm of what is added, against that of the weight it is added to. Effective rank: exp "
    "of the entropy of the singular values' shares (Roy and Vetterli 2007); far below r, rank was paid for in vain."
)
DORA = " With DoRA a learnt magnitude rescales the weight too: the change counts it; the singular values are of s B A."


def lead(found: AdapterUpdate) -> str:
    """Where the adapter changes most, and what it uses of its rank."""
    most = max(found.modules, key=lambda m: m.relative)
    paid, used = sum(m.rank for m in found.modules), sum(m.effective_rank for m in found.modules)
    return (
        f"It changes {most.name} most, by {numbers.percent(most.relative)} % of the weight, and uses "
        f"{used / len(found.modules):.1f} of {paid / len(found.modules):.3g} ranks in the mean."
    )


def parts(found: AdapterUpdate) -> str:
    """What the adapter consists of."""
    facts = [("Low-rank factors", numbers.count(found.parameters), f"parameters in {len(found.modules)} modules")]
    if found.whole:
        facts.append(("Held whole", numbers.count(found.whole_parameters), "parameters: " + ", ".join(found.whole)))
    return markup.facts(facts)


def one(chosen: ModuleUpdate) -> None:
    """Numbers and singular values of a module."""
    facts = [
        ("Change", f"{numbers.percent(chosen.relative)} %", "of the weight"),
        ("Norm", numbers.three_digits(chosen.norm), f"weight {numbers.three_digits(chosen.base_norm)}"),
        ("Effective rank", f"{chosen.effective_rank:.1f}", f"of {chosen.rank}"),
        ("Scale", numbers.three_digits(chosen.scale), "s"),
    ]
    st.html(markup.facts(facts))
    charts.chart(figures.singular_values(chosen, charts.theme()), "update-singular", f"Singular values, {chosen.name}")


def table(found: AdapterUpdate) -> None:
    """One row a module."""
    rows = [
        {"Module": m.name, "Change in %": 100 * m.relative, "Norm": m.norm, "Norm of the weight": m.base_norm,
         "Rank": m.rank, "Effective rank": m.effective_rank, "Largest singular value": float(m.singular_values[0])}
        for m in found.modules
    ]  # fmt: skip
    st.html(markup.section("Every module"))
    tables.table(rows, "The update, module by module", key="update-table")


def draw(selection: Selection) -> None:
    """The sentence, the map, one module, all of them."""
    found = weights().adapter_update(selection)
    st.session_state.update({_KEYS[key]: value for key, value in address.asked("update", _KEYS).items()})
    names = [m.name for m in found.modules]
    if st.session_state.get(_MODULE) not in names:
        st.session_state[_MODULE] = max(found.modules, key=lambda m: m.relative).name

    def clicked(x: float, y: float) -> None:
        hit = (round(x), figures.modules(found)[round(y)])
        st.session_state[_MODULE] = next(m.name for m in found.modules if (m.layer, m.module) == hit)

    st.html(markup.lead(lead(found)))
    st.html(parts(found))
    left, right = st.columns([8, 5], gap="medium")
    with right:
        picked = st.selectbox("Module", names, key=_MODULE, persist_state="session")
        chosen = found.modules[names.index(picked or names[0])]
        one(chosen)
    with left:
        st.html(markup.note("Change against the weight, layer by module. A click chooses a module."))
        if any(m.layer is not None for m in found.modules):
            alt = f"Relative change of {len(names)} modules"
            charts.clickable(figures.relative(found, chosen, charts.theme()), "update-layers", alt, clicked)
    table(found)
    st.html(markup.note(ABOUT + (DORA if any(m.is_dora for m in found.modules) else "")))
    address.write("update", {"module": st.session_state[_MODULE]})


selection, candidate = frame.selection()
st.html(markup.title("Adapter update", "How much the adapter changes each weight, and what it uses of its rank."))
frame.section_links()
if loading.ready(selection, candidate) is not None:
    try:
        draw(selection)
    except AppError as error:
        st.html(markup.problem(error))
