"""Two adapters: whether two adapters of the same base change the same things."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.figures import adapter_update as figures
from core.results import AdapterPair, CandidateSummary, ModulePair, Selection
from core.words import adapter_update as sentences
from core.words import numbers
from core.words.numbers import percentage
from pages.ui import charts, frame, loading, markup, tables, url_state
from pages.ui.services import weights

_OTHER, _MODULE = "two_adapters.other", "two_adapters.module"
_KEYS = {"other": _OTHER, "module": _MODULE}
ABOUT = (
    "Cosine: between the two updates s B A as vectors, 1 for the same change, 0 for unrelated ones, -1 for opposite "
    "ones. Reads and writes: mean squared cosine between the spaces of their directions (Hu et al. 2022, section 7.2), "
    "100 % for the same space, beside what random directions would have. From the factors alone, in float64; the "
    "magnitudes of DoRA are left out. Pooler and head belong to the classes and are not compared."
)


def other_of(selection: Selection, candidate: CandidateSummary) -> Selection | None:
    """The adapter to compare with; None after saying that there is none."""
    others = {a.id: a.title or a.id for a in candidate.adapters if a.id != selection.adapter}
    if selection.adapter is None:
        st.html(markup.note("Choose an adapter at the side; it is compared with another one of the same base."))
        return None
    if not others:
        st.html(markup.note("This candidate has one adapter. Add another on the page Candidates to compare the two."))
        return None
    if st.session_state.get(_OTHER) not in others:
        st.session_state[_OTHER] = next(iter(others))
    chosen = st.selectbox(
        "Compare with", list(others), format_func=others.__getitem__, key=_OTHER, persist_state="session"
    )
    return Selection(selection.candidate, chosen)


def one(m: ModulePair) -> None:
    """Numbers of a module."""
    facts = [
        ("Cosine", f"{m.cosine:.3f}", ""),
        ("Norms", " and ".join(numbers.three_digits(n) for n in m.norms), ""),
        ("Reads", percentage(m.inputs), f"by chance {percentage(m.inputs_by_chance)}"),
        ("Writes", percentage(m.outputs), f"by chance {percentage(m.outputs_by_chance)}"),
    ]
    st.html(markup.facts(facts, stacked=True))


def draw(result: AdapterPair) -> None:
    """The sentence, the map, one module, all of them."""
    st.html(markup.lead(sentences.pair(result)))
    for alone, words in ((result.only_first, "first"), (result.only_second, "second")):
        if alone:
            st.html(markup.note(f"Only the {words} adapts: {', '.join(alone[:8])}{' …' if len(alone) > 8 else ''}."))
    if not result.modules:
        return
    names = [m.name for m in result.modules]
    if st.session_state.get(_MODULE) not in names:
        st.session_state[_MODULE] = max(result.modules, key=lambda m: abs(m.cosine) if m.cosine == m.cosine else 0).name

    def clicked(x: float, y: float) -> None:
        hit = (round(x), figures.modules(result.modules)[round(y)])
        st.session_state[_MODULE] = next(m.name for m in result.modules if (m.layer, m.module) == hit)

    left, right = st.columns([8, 5], gap="medium")
    with right:
        picked = st.selectbox("Module", names, key=_MODULE, persist_state="session")
        chosen = result.modules[names.index(picked or names[0])]
        one(chosen)
    with left:
        st.html(markup.note("Cosine between the updates, layer by module. A click chooses a module."))
        if figures.modules(result.modules):
            message = [f"cosine {m.cosine:.3f}" for m in result.modules]
            values = [m.cosine for m in result.modules]
            figure = figures.layers(result.modules, values, message, chosen, charts.theme(), signed=True)
            charts.clickable(figure, "two-adapters-layers", f"Cosines of {len(names)} modules", clicked)
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
    st.html(markup.section("Every module"))
    tables.table(rows, "Two updates, module by module", key="two-adapters-table")


selection, candidate = frame.selection()
st.html(markup.title("Two adapters", "Whether two adapters of the same base change the same things."))
frame.section_links()
st.session_state.update({_KEYS[key]: value for key, value in url_state.asked("two_adapters", _KEYS).items()})
other = other_of(selection, candidate)
if other is not None:
    if loading.all_ready((selection, other), candidate) and frame.fits():
        try:
            draw(weights().adapter_pair(selection, other))
            st.html(markup.note(ABOUT))
        except AppError as error:
            st.html(markup.problem(error))
    url_state.write("two_adapters", {key: st.session_state.get(state) for key, state in _KEYS.items()})
