"""Who uses which pair now: sessions of the app, by the names that their server gives them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection

from core.results import Selection

#: Sessions that are remembered; of more, those that were seen last.
REMEMBERED = 1024


class Visitors:
    """The latest selection of each session. Thread safe; one for a whole process."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._lock = threading.Lock()
        self._selections: OrderedDict[str, Selection] = OrderedDict()

    def here(self, session: str, selection: Selection) -> None:
        """A session uses this pair from now on, and no other."""
        with self._lock:
            self._selections[session] = selection
            self._selections.move_to_end(session)
            while len(self._selections) > self._remembered:
                self._selections.popitem(last=False)

    def using(self, candidate: str, adapter: str | None = None, *, any_adapter: bool = False) -> tuple[str, ...]:
        """Sessions that use a pair, or with `any_adapter` a candidate; the latest last."""
        with self._lock:
            return tuple(
                session
                for session, selection in self._selections.items()
                if selection.candidate == candidate and (any_adapter or selection.adapter == adapter)
            )

    def gone(self, sessions: Collection[str]) -> None:
        """These sessions have ended."""
        with self._lock:
            for session in sessions:
                self._selections.pop(session, None)
