"""The candidate and the adapter in the top bar, kept in the URL as `?candidate=...&adapter=...`.

A chat template that a person switched on or off (see `pages.ui.chat_template`) stands behind them.
With them goes the wish to see verdicts of an untrained head: `&untrained_head=shown`.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.errors import NotFoundError
from core.results import AdapterSummary, CandidateSummary, LoadedModel, Selection
from core.words.stated_results import plain
from core.words.terms import ADAPTER as ABOUT_ADAPTER
from core.words.terms import CANDIDATE as ABOUT_CANDIDATE
from pages.ui import chat_template, linked_names, model_badge, url_state
from pages.ui.candidate_titles import titles
from pages.ui.chat_template import CHAT_TEMPLATE
from pages.ui.services import engine

CANDIDATE = "candidate"
ADAPTER = "adapter"
_BOXES = (CANDIDATE, ADAPTER)
UNTRAINED_HEAD, SHOWN = "untrained_head", "shown"
#: Stands for "no adapter" in the URL; no adapter can be called so.
NO_ADAPTER = "-"
_CHOSEN = "headlight.selection"
_OFFERED = "headlight.offered"
_WISHES = "headlight.untrained_head"
#: What a box held when it was drawn last, and how often that has changed; by the key of the box.
_DRAWN = "headlight.drawn."
#: "No adapter" was all that there was, and nobody's choice: the next candidate begins with its first adapter.
_NO_CHOICE = "headlight.no_choice"
_ROLES = ("demo", "candidate", "teacher", "own")


def chosen() -> tuple[Selection, CandidateSummary] | None:
    """What the picker holds; None in a run that has not drawn it."""
    result: tuple[Selection, CandidateSummary] | None = st.session_state.get(_CHOSEN)
    return result


def forget() -> None:
    """End of a run: the next one has to draw the picker before a page asks it."""
    st.session_state.pop(_CHOSEN, None)


def offered() -> list[CandidateSummary]:
    """What the picker offers in this run: demos first, then candidates, teachers and the person's own."""
    candidates: list[CandidateSummary] = st.session_state[_OFFERED]
    return candidates


def select(candidate: str, adapter: str | None = None) -> None:
    """Choose for the person, from a button's callback."""
    st.session_state[CANDIDATE] = candidate
    if adapter is not None:
        st.session_state[ADAPTER] = adapter
        st.session_state[_NO_CHOICE] = False


def wished(selection: Selection) -> bool:
    """Whether the person asks for verdicts of this pair also where its head is untrained."""
    return selection in st.session_state.get(_WISHES, ())


def wish(selection: Selection, shown: bool) -> None:
    """Ask for them, or no longer."""
    others = tuple(s for s in st.session_state.get(_WISHES, ()) if s != selection)
    st.session_state[_WISHES] = (*others, selection) if shown else others


def adapter_of(candidate: CandidateSummary, selection: Selection) -> AdapterSummary | None:
    """The summary of the chosen adapter; None without one."""
    return next((a for a in candidate.adapters if a.id == selection.adapter), None)


def name_of(selection: Selection) -> str:
    """A pair as people know it: the titles of candidate and adapter, and whether it reads in the chat template."""
    candidate = next((c for c in offered() if c.id == selection.candidate), None)
    if candidate is None:
        return str(selection)
    adapter = adapter_of(candidate, selection)
    name = candidate.title or candidate.id
    if selection.adapter:
        name += f" · {(adapter.title or adapter.id) if adapter else selection.adapter}"
    return f"{name}, in the chat template" if selection.chat_template == "user" else name


def template_switch(selection: Selection) -> None:
    """The switch of the chat template, where the chosen pair has one."""
    chat_template.switch(selection, selection.adapter or NO_ADAPTER)


def described(selection: Selection, candidate: CandidateSummary) -> str:
    """The choice in two sentences: into what it sorts, and how good it is."""
    adapter = adapter_of(candidate, selection)
    summary = (adapter.summary if adapter else "") or candidate.summary or name_of(selection)
    results = candidate.stated_with(selection.adapter)
    return f"{summary.rstrip('.')}. {plain(results)}" if results else summary


def choose() -> None:
    """Follow the URL, draw the name of who answers with the two boxes behind it, and write the URL.

    A name that is not here stays in the URL, see `missing`.

    Raises:
        NotFoundError: there is no candidate at all.
    """
    requested = url_state.requested("picker", (CANDIDATE, ADAPTER, CHAT_TEMPLATE, UNTRAINED_HEAD))
    candidates = sorted(engine().candidates(), key=lambda c: _ROLES.index(c.role))
    if not candidates:
        raise NotFoundError(
            "There are no candidates to choose from.",
            fix="set HEADLIGHT_CATALOGUE to a folder that holds a YAML file for each.",
        )
    st.session_state[_OFFERED] = candidates
    if requested:
        linked_names.ask(requested, _BOXES)
    selection, candidate = _follow(candidates, requested)
    model = engine().loaded_model(selection)
    with st.container(key="model"), st.popover(_label(selection, candidate, model)):
        _box("Candidate", CANDIDATE, titles(candidates), ABOUT_CANDIDATE)
        if st.session_state[CANDIDATE] is not None:
            _box("Adapter", ADAPTER, _adapters(candidate), ABOUT_ADAPTER)
        if missing() is None:
            st.html(model_badge.details(candidate, selection, model))
    st.session_state[_CHOSEN] = (selection, candidate)
    state = {key: st.session_state[key] or linked_names.asked(key) for key in _BOXES}
    shown = SHOWN if selection.untrained_head else None
    url_state.write("picker", state | {CHAT_TEMPLATE: selection.chat_template, UNTRAINED_HEAD: shown})


def _follow(candidates: list[CandidateSummary], requested: dict[str, str]) -> tuple[Selection, CandidateSummary]:
    """What is chosen; where a name is not here, a pair that stands in until the person chooses, and asks nothing."""
    linked = linked_names.asked(CANDIDATE)
    named = linked_names.named(CANDIDATE, [c.id for c in candidates], strict=True, chosen_too=True)
    candidate = next((c for c in candidates if c.id == named), candidates[0])
    adapters = _adapters(candidate)
    if st.session_state.get(_NO_CHOICE) and len(adapters) > 1:
        st.session_state.pop(ADAPTER, None)
    if named == candidate.id:
        linked_names.named(ADAPTER, list(adapters), strict=linked in (None, named))
    else:
        st.session_state[ADAPTER] = None
    adapter = st.session_state[ADAPTER] or NO_ADAPTER
    st.session_state[_NO_CHOICE] = len(adapters) == 1
    template = chat_template.chosen(candidate.id, adapter, requested)
    selection = Selection(candidate.id, None if adapter == NO_ADAPTER else adapter, template)
    if requested:
        wish(selection, requested.get(UNTRAINED_HEAD) == SHOWN)
    return replace(selection, untrained_head=wished(selection)), candidate


def missing() -> tuple[str, str] | None:
    """What a link names and is not here: ("candidate" or "adapter", its name); None where all is here."""
    names = ((key, linked_names.asked(key)) for key in _BOXES)
    return next(((key, name) for key, name in names if name is not None), None)


def _adapters(candidate: CandidateSummary) -> dict[str, str]:
    """What can be chosen in the second box, by id."""
    return {a.id: a.title or a.id for a in candidate.adapters} | {NO_ADAPTER: "No adapter"}


def _label(selection: Selection, candidate: CandidateSummary, model: LoadedModel | None) -> str:
    """What the button says that opens the two boxes."""
    if missing() is not None:
        return "**Choose who answers**"
    return model_badge.label(candidate, _adapters(candidate)[selection.adapter or NO_ADAPTER], selection, model)


def _box(label: str, key: str, titles: dict[str, str], about: str) -> None:
    """One box; it is empty, and only then has a way to be, where what is named is not here.

    After each change it is another widget: of one that is shut a browser would go on sending the value before.
    """
    value: str | None = st.session_state[key]
    before, count = st.session_state.get(_DRAWN + key, (value, 0))
    st.session_state[_DRAWN + key] = value, count + (value != before)
    box = f"{key}.{count + (value != before)}"
    st.session_state[box] = value
    st.selectbox(
        label,
        list(titles),
        index=None if value is None else 0,
        format_func=lambda i: titles.get(i, i),
        key=box,
        help=about,
        placeholder="Choose one",
        on_change=_take,
        args=(key, box),
    )


def _take(key: str, box: str) -> None:
    st.session_state[key] = st.session_state[box]
