"""Dry runs for pages: watched, stopped, remembered as long as the pair is loaded.

Importing this file imports neither torch nor transformers.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from collections import Counter
from collections.abc import Hashable
from typing import TYPE_CHECKING

from core.errors import InputError
from core.inference.engine import Engine, check_texts
from core.inspection.checking.texts import MOST, TEXTS
from core.inspection.jobs import Jobs, Progress
from core.results import DryRun, JobState, Selection

if TYPE_CHECKING:
    from core.inference.loading import LoadedPair


class DryRuns:
    """Dry runs by pair and texts. Thread safe; one for a whole process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs = Jobs()
        self._lock = threading.Lock()
        self._numbers: weakref.WeakKeyDictionary[LoadedPair, int] = weakref.WeakKeyDictionary()
        self._next = itertools.count()
        self._turns: Counter[Hashable] = Counter()

    def run(
        self,
        selection: Selection,
        texts: tuple[str, ...] = TEXTS,
        *,
        start: bool = False,
        stop: bool = False,
        wait: float = 0.0,
    ) -> JobState | None:
        """Begin one, stop it, or look where it stands; None when it was not begun. Its result is a `DryRun`.

        `wait` gives it that many seconds to end before the answer.

        Raises:
            InputError: no text, an empty or over-long one, or too many.
            AppError: the pair cannot be loaded.
        """
        key = self._key(selection, texts)
        turn = (key, self._turns[key])

        def work(told: Progress) -> DryRun:
            from core.inspection.dry_run import check

            return check(self._engine, selection, texts, told)[0]

        return self._jobs.asked(turn, work, start=start, stop=stop, wait=wait)

    def again(self, selection: Selection, texts: tuple[str, ...] = TEXTS) -> None:
        """Begin anew, whatever was found before; one that is under way goes on instead."""
        key = self._key(selection, texts)
        with self._lock:
            state = self._jobs.state((key, self._turns[key]))
            if state is not None and state.ended:
                self._turns[key] += 1
        self.run(selection, texts, start=True)

    def _key(self, selection: Selection, texts: tuple[str, ...]) -> Hashable:
        if not 1 <= len(texts) <= MOST:
            raise InputError(f"A dry run takes 1 to {MOST} texts, and got {len(texts)}.", fix="give fewer, one a line.")
        check_texts(texts, self._engine.settings.max_characters)
        pair = self._engine.pair(selection)
        with self._lock:
            if pair not in self._numbers:
                self._numbers[pair] = next(self._next)
            return self._numbers[pair], texts
