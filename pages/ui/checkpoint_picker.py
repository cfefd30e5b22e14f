"""Which weights a page is about: one checkpoint, or two to compare. Candidates, adapters, or any folder or file."""

from __future__ import annotations

import streamlit as st

from core.results import Availability, CandidateSummary, Selection
from pages.ui import candidate_picker, frame, markup
from pages.ui.services import checkpoints

BASE, ADAPTER, OTHER = "base", "adapter", "other"
SOURCES = {BASE: "Base model", ADAPTER: "Adapter", OTHER: "A folder or file"}
#: What stands in the URL for one checkpoint, with the session's keys; all pages share the choice.
KEYS = {"of": "weights.of", "path": "weights.path"}

#: The chosen candidate's base, whichever that is; and what a person types.
CHOSEN, TYPED = "chosen", "typed"
FIRST, SECOND = "checkpoints.first", "checkpoints.second"
PATHS = {FIRST: "checkpoints.first_path", SECOND: "checkpoints.second_path"}
#: What stands in the URL for two.
PAIR_KEYS = {"first": FIRST, "first_path": PATHS[FIRST], "second": SECOND, "second_path": PATHS[SECOND]}
#: Between candidate and adapter in the key of an adapter on offer.
_OF = ":"
_PLACEHOLDER = "/models/my-checkpoint or org/name@revision"


def restore() -> None:
    """A choice of one that is not there (any more) becomes the first."""
    if st.session_state.get(KEYS["of"]) not in SOURCES:
        st.session_state[KEYS["of"]] = BASE


def pick_one() -> str | None:
    """The path to read; None after saying what is missing.

    Raises:
        NotFoundError: weights that are not on this machine, or no adapter chosen.
    """
    selection, _ = frame.selection()
    source = st.segmented_control(
        "Weights of",
        list(SOURCES),
        format_func=SOURCES.__getitem__,
        key=KEYS["of"],
        required=True,
        persist_state="session",
    )
    if source != OTHER:
        return checkpoints().folder(selection, adapter=source == ADAPTER)
    path = _typed("Folder or .safetensors file on the server", KEYS["path"])
    if not path:
        st.html(markup.note("Type where the checkpoint is: sharded or not, larger than memory or not."))
    return path or None


def pick_two() -> tuple[str, str] | None:
    """The two paths; None after saying what is missing.

    Raises:
        NotFoundError: weights that are not on this machine.
    """
    selection, candidate = frame.selection()
    titles = _offered()
    _settle(titles, candidate)
    paths = []
    for column, key in zip(st.columns(2, gap="medium"), (FIRST, SECOND), strict=True):
        with column:
            paths.append(_side(key, titles, selection, candidate))
    if all(paths):
        return paths[0], paths[1]
    st.html(markup.note("Type where the other checkpoint is: a folder, sharded or not, or one .safetensors file."))
    suggest_pairs()
    return None


def suggest_pairs() -> None:
    """Buttons for pairs that are here, for who has nothing to type; those with the chosen candidate first."""
    _, candidate = frame.selection()
    titles = _offered()
    bases = sorted((key for key in titles if _OF not in key), key=lambda key: key != candidate.id)
    pairs = [(f"{bases[0]} with {bases[1]}", bases[0], bases[1])] if len(bases) > 1 else []
    for base in bases:
        adapters = [key for key in titles if key.startswith(f"{base}{_OF}")]
        if len(adapters) > 1:
            pairs.append((f"two adapters of {base}", adapters[0], adapters[1]))
            break
    with st.container(horizontal=True, gap="small"):
        for name, first, second in pairs:
            key = f"checkpoints.{first}.{second}"
            st.button(f"Compare {markup.plain(name)}", key=key, on_click=_set_pair, args=(first, second))


def _offered() -> dict[str, str]:
    """Keys of what is on this machine, with what it is called: bases first, then adapters."""
    here = [c for c in candidate_picker.offered() if c.availability is Availability.READY]
    bases = {c.id: c.title or c.id for c in here}
    return bases | {
        f"{c.id}{_OF}{a.id}": f"{c.title or c.id}, adapter {a.title or a.id}"
        for c in here
        for a in c.adapters
        if a.available
    }


def _settle(titles: dict[str, str], candidate: CandidateSummary) -> None:
    """What is not there any more, or the same on both sides, falls back to the first that makes sense."""
    state = st.session_state
    if state.get(FIRST) not in (CHOSEN, TYPED, *titles):
        state[FIRST] = CHOSEN
    first = candidate.id if state[FIRST] == CHOSEN else state[FIRST]
    if state.get(SECOND) not in (TYPED, *titles) or state[SECOND] == first != TYPED:
        state[SECOND] = next((key for key in _most_alike(first, titles) if key != first), TYPED)


def _most_alike(first: str, titles: dict[str, str]) -> list[str]:
    """What can be compared with the first, the most alike before: adapters with adapters, bases by their sizes."""
    by_id = {c.id: c for c in candidate_picker.offered()}
    base = by_id.get(first.split(_OF)[0])

    def unlike(key: str) -> tuple[bool, ...]:
        other = by_id[key.split(_OF)[0]]
        same_size = base is not None and (base.hidden_size, base.layers) == (other.hidden_size, other.layers)
        return not same_size, other is not base if _OF in first else other is base

    return sorted((key for key in titles if (_OF in key) == (_OF in first)), key=unlike)


def _side(key: str, titles: dict[str, str], selection: Selection, candidate: CandidateSummary) -> str:
    """The path of a side; empty while nothing is typed."""
    chosen = {CHOSEN: f"{candidate.title or candidate.id} (chosen in the top bar)"} if key == FIRST else {}
    titles = {**chosen, **titles, TYPED: "A folder or file"}
    name = "First" if key == FIRST else "Second"
    source = st.selectbox(
        name,
        list(titles),
        format_func=titles.__getitem__,
        key=key,
        persist_state="session",
        on_change=_follow_first if key == FIRST else None,
    )
    if source == TYPED:
        return _typed(f"{name}: folder or .safetensors file on the server", PATHS[key])
    if source == CHOSEN:
        return checkpoints().folder(selection, adapter=False)
    base, _, adapter = str(source).partition(_OF)
    return checkpoints().folder(Selection(base, adapter or None), adapter=bool(adapter))


def _typed(label: str, key: str) -> str:
    """The path that a person typed; empty while there is none."""
    return str(st.text_input(label, key=key, persist_state="session", placeholder=_PLACEHOLDER)).strip()


def _follow_first() -> None:
    """Another kind of first, base or adapter, asks for another second."""
    first, second = (str(st.session_state[key]) for key in (FIRST, SECOND))
    if TYPED not in (first, second) and (_OF in first) != (_OF in second):
        del st.session_state[SECOND]


def _set_pair(first: str, second: str) -> None:
    st.session_state.update({FIRST: first, SECOND: second})
