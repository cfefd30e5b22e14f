"""Files of a pair, fetched where they are not here: one download of a thing at a time, and others go on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import StoppedError
from core.files.hub import OnBytes
from core.results import Problem

#: How often one who waits for another's download looks how far it is, and whether to go on.
LOOK_SECONDS = 0.5


@dataclass(eq=False)
class _Download:
    """One that is under way: `bytes` that have come, and of how many; `followers` wait besides the one who fetches."""

    done: threading.Event = field(default_factory=threading.Event)
    bytes: tuple[int, int] = (0, 0)
    followers: int = 0
    folder: Path | None = None
    problem: Problem | None = None


class Downloads:
    """Fetches folders; who asks for one that is under way waits for it instead of fetching it again. Thread safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, _Download] = {}

    def folder(
        self, key: Hashable, fetch: Callable[[OnBytes], Path], on_bytes: OnBytes = lambda _done, _total: None
    ) -> Path:
        """The folder that `fetch` gives; blocks until it is whole. `key` says what is fetched, and into which cache.

        Raises:
            StoppedError: `on_bytes` of this caller said so. A download ends only when all have stopped who want it.
            AppError: what `fetch` raises; for those who waited a new error of the same words.
        """
        with self._lock:
            download = self._under_way.get(key)
            if mine := download is None:
                download = self._under_way[key] = _Download()
            else:
                download.followers += 1
        assert download is not None
        if mine:
            self._fetch(key, fetch, download, on_bytes)
        else:
            self._follow(download, on_bytes)
        if download.problem is not None:
            download.problem.raise_()
        assert download.folder is not None
        return download.folder

    def _fetch(self, key: Hashable, fetch: Callable[[OnBytes], Path], download: _Download, on_bytes: OnBytes) -> None:
        def told(done: int, total: int) -> None:
            download.bytes = (done, total)
            try:
                on_bytes(done, total)
            except StoppedError:
                if not download.followers:
                    raise

        try:
            download.folder = fetch(told)
        except BaseException as error:
            download.problem = Problem.of(error)
            raise
        finally:
            with self._lock:
                del self._under_way[key]
            download.done.set()

    def _follow(self, download: _Download, on_bytes: OnBytes) -> None:
        try:
            while not download.done.wait(LOOK_SECONDS):
                on_bytes(*download.bytes)
        finally:
            with self._lock:
                download.followers -= 1
