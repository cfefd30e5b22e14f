"""Which two checkpoints: candidates and adapters whose weights are here, or any folder or file on the server."""

from __future__ import annotations

import streamlit as st

from core.results import Availability, CandidateSummary, Selection
from pages.ui import candidate_picker, frame, markup
from pages.ui.services import checkpoints

#: The chosen candidate's base, whichever that is; and what a person types.
CHOSEN, TYPED = "chosen", "typed"
FIRST, SECOND = "checkpoints.first", "checkpoints.second"
PATHS = {FIRST: "checkpoints.first_path", SECOND: "checkpoints.second_path"}
#: Between candidate and adapter.
_OF = ":"


def chosen() -> tuple[str, str] | None:
    """The two paths; None after saying what is missing.

    Raises:
        NotFoundError: weights that are not on this machine.
    """
    selection, candidate = frame.selection()
    result = _offered()
    _settle(result, candidate)
    paths = []
    for column, key in zip(st.columns(2, gap="medium"), (FIRST, SECOND), strict=True):
        with column:
            paths.append(_one(key, result, selection, candidate))
    if all(paths):
        return paths[0], paths[1]
    st.html(markup.note("Type where the other checkpoint is: a folder, sharded or not, or one .safetensors file."))
    suggest()
    return None


def suggest() -> None:
    """Buttons for pairs that are here, for who has nothing to type; those with the chosen candidate first."""
    _, candidate = frame.selection()
    result = _offered()
    bases = sorted((key for key in result if _OF not in key), key=lambda key: key != candidate.id)
    pairs = [(f"{bases[0]} with {bases[1]}", bases[0], bases[1])] if len(bases) > 1 else []
    for base in bases:
        adapters = [key for key in result if key.startswith(f"{base}{_OF}")]
        if len(adapters) > 1:
            pairs.append((f"two adapters of {base}", adapters[0], adapters[1]))
            break
    with st.container(horizontal=True, gap="small"):
        for words, one, two in pairs:
            key = f"checkpoints.{one}.{two}"
            st.button(f"Compare {markup.plain(words)}", key=key, on_click=_take, args=(one, two))


def _offered() -> dict[str, str]:
    """Keys of what is on this machine, with what it is called: bases first, then adapters."""
    here = [c for c in candidate_picker.offered() if c.availability is Availability.READY]
    bases = {c.id: c.title or c.id for c in here}
    return bases | {
        f"{c.id}{_OF}{a.id}": f"{c.title or c.id}, adapter {a.id}" for c in here for a in c.adapters if a.available
    }


def _settle(result: dict[str, str], candidate: CandidateSummary) -> None:
    """What is not there any more, or the same on both sides, falls back to the first that makes sense."""
    state = st.session_state
    if state.get(FIRST) not in (CHOSEN, TYPED, *result):
        state[FIRST] = CHOSEN
    first = candidate.id if state[FIRST] == CHOSEN else state[FIRST]
    if state.get(SECOND) not in (TYPED, *result) or state[SECOND] == first != TYPED:
        state[SECOND] = next((key for key in _likest(first, result) if key != first), TYPED)


def _likest(first: str, result: dict[str, str]) -> list[str]:
    """What can be compared with the first, the most alike before: adapters with adapters, bases by their sizes."""
    by_id = {c.id: c for c in candidate_picker.offered()}
    mine = by_id.get(first.split(_OF)[0])

    def unlike(key: str) -> tuple[bool, ...]:
        other = by_id[key.split(_OF)[0]]
        same = mine is not None and (mine.hidden_size, mine.layers) == (other.hidden_size, other.layers)
        return not same, other is not mine if _OF in first else other is mine

    return sorted((key for key in result if (_OF in key) == (_OF in first)), key=unlike)


def _one(key: str, result: dict[str, str], selection: Selection, candidate: CandidateSummary) -> str:
    """The path of a side; empty while nothing is typed."""
    mine = {CHOSEN: f"{candidate.title or candidate.id} (chosen at the side)"} if key == FIRST else {}
    titles = {**mine, **result, TYPED: "A folder or file"}
    name = "First" if key == FIRST else "Second"
    source = st.selectbox(
        name,
        list(titles),
        format_func=titles.__getitem__,
        key=key,
        persist_state="session",
        on_change=_follow if key == FIRST else None,
    )
    if source == TYPED:
        typed = st.text_input(
            f"{name}: folder or .safetensors file on the server",
            key=PATHS[key],
            persist_state="session",
            placeholder="/models/my-checkpoint or org/name@revision",
        )
        return str(typed).strip()
    if source == CHOSEN:
        return checkpoints().place(selection, adapter=False)
    base, _, adapter = str(source).partition(_OF)
    return checkpoints().place(Selection(base, adapter or None), adapter=bool(adapter))


def _follow() -> None:
    """Another kind of first, base or adapter, asks for another second."""
    first, second = (str(st.session_state[key]) for key in (FIRST, SECOND))
    if TYPED not in (first, second) and (_OF in first) != (_OF in second):
        del st.session_state[SECOND]


def _take(one: str, two: str) -> None:
    st.session_state.update({FIRST: one, SECOND: two})
