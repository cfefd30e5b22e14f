"""Visitors without a server: a test says who else is here."""

from __future__ import annotations

from collections.abc import Collection

from core.results import Selection
from core.services import Visitors


class FakeVisitors:
    """Remembers the latest selection of each session. `gone_sessions` are those that pages said have ended."""

    def __init__(self) -> None:
        self.selections: dict[str, Selection] = {}
        self.gone_sessions: set[str] = set()

    def here(self, session: str, selection: Selection) -> None:
        self.selections[session] = selection

    def using(self, candidate: str, adapter: str | None = None, *, any_adapter: bool = False) -> tuple[str, ...]:
        chosen = self.selections.items()
        return tuple(n for n, s in chosen if s.candidate == candidate and (any_adapter or s.adapter == adapter))

    def gone(self, sessions: Collection[str]) -> None:
        self.gone_sessions.update(sessions)


_: type[Visitors] = FakeVisitors
