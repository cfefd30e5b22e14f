"""The second model of a comparison: chosen on the page, named in the URL, loaded beside the first."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.results import Availability, CandidateSummary, Selection
from pages.ui import candidate_picker, loading, markup, screen
from pages.ui.candidate_picker import NO_ADAPTER
from pages.views import dataset_rows

WITH = "two_models.with"
#: A pair that a link names and is not here, with the one that stands in until the person chooses.
_MISSING = "two_models.missing"


def choose(selection: Selection) -> Selection | None:
    """The second pair; None after saying that there is none."""
    pairs = _offered(selection)
    if not pairs:
        st.html(markup.note("There is no other model here. Add one on the page Candidates to compare the two."))
        return None
    asked = st.session_state.get(WITH)
    if asked not in pairs:
        st.session_state[WITH] = default = _default(selection, pairs)
        st.session_state[_MISSING] = (asked, default) if asked and asked != _key(selection) else None
    missing, instead = st.session_state.get(_MISSING) or (None, None)
    if missing and st.session_state[WITH] == instead:
        st.html(markup.warning(f"There is no pair '{missing}' here to compare with; this is another one."))
    titles = {key: candidate_picker.name_of(pair) for key, pair in pairs.items()}
    chosen = st.selectbox(
        "Compare with (B)",
        list(pairs),
        format_func=titles.__getitem__,
        key=WITH,
        persist_state="session",
        width=640,
        on_change=lambda: st.session_state.update({dataset_rows.START: 0}),
    )
    second = f" B is {titles[st.session_state[WITH]]}." if screen.is_narrow() else ""  # the box cuts it
    st.html(markup.note(f"A is {candidate_picker.name_of(selection)}.{second}"))
    other = pairs[chosen or next(iter(pairs))]
    return replace(other, untrained_head=candidate_picker.wished(other))


def ready(selection: Selection, other: Selection) -> bool:
    """Whether both are loaded; if not, what stands in the way is drawn."""
    return loading.all_ready((selection, other), *candidate_picker.offered())


def names(first: Selection, second: Selection) -> tuple[str, str]:
    """What tells the two apart: their candidates, their adapters, or both."""
    titles = [candidate_picker.name_of(pair).split(" · ", 1) for pair in (first, second)]
    for part in (0, 1):
        rest = [title[:part] + title[part + 1 :] for title in titles]
        if rest[0] == rest[1] and all(len(title) == 2 for title in titles):
            return titles[0][part], titles[1][part]
    return candidate_picker.name_of(first), candidate_picker.name_of(second)


def _offered(selection: Selection) -> dict[str, Selection]:
    """Every other pair, by its name in the URL, but those of which a load would be refused."""
    pairs = [Selection(c.id, adapter) for c in candidate_picker.offered() for adapter in _adapters(c)]
    return {_key(pair): pair for pair in pairs if _key(pair) != _key(selection)}


def _adapters(candidate: CandidateSummary) -> list[str | None]:
    """Adapters of a candidate with which it may be loaded; None, the base alone, is the last."""
    if candidate.availability is Availability.MISSING:
        return []
    unfit = (Availability.MISSING, Availability.UNFIT)
    chosen: list[str | None] = [a.id for a in candidate.adapters if a.state not in unfit]
    return chosen if candidate.problem_with(None) is not None else [*chosen, None]


def _default(selection: Selection, pairs: dict[str, Selection]) -> str:
    """An adapter of the same name, or another of the same base; of several the first, whatever is loaded."""

    def order(key: str) -> tuple[bool, bool, bool]:
        pair = pairs[key]
        same = pair.adapter == selection.adapter and pair.adapter is not None
        return not same, pair.candidate != selection.candidate, pair.adapter is None

    return min(pairs, key=order)


def _key(pair: Selection) -> str:
    return f"{pair.candidate}/{pair.adapter or NO_ADAPTER}"
