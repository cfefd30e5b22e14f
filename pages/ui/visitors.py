"""Other people on this server: how many use a pair now, in words for those who would take it away."""

from __future__ import annotations

from streamlit.runtime import Runtime, exists
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.results import Selection
from pages.ui.services import visitors


def arrive(selection: Selection) -> None:
    """This session uses that pair from now on."""
    if (session := _session()) is not None:
        visitors().here(session, selection)


def others(candidate: str, adapter: str | None = None, *, any_adapter: bool = False) -> int:
    """How many other sessions use a pair, or a candidate; those that have gone do not count."""
    sessions = set(visitors().using(candidate, adapter, any_adapter=any_adapter)) - {_session()}
    runtime = Runtime.instance() if exists() else None
    gone = {session for session in sessions if runtime is not None and not runtime.is_active_session(session)}
    visitors().gone(gone)
    return len(sessions - gone)


def said(count: int) -> str:
    """`1 other visitor uses it now`."""
    return "One other visitor uses it now" if count == 1 else f"{count:,} other visitors use it now"


def _session() -> str | None:
    """The name that the server gives this session; None outside of one."""
    context = get_script_run_ctx()
    return None if context is None else context.session_id
