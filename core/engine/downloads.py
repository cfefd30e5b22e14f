"""Files of a pair, fetched where they are not here: one download of a thing at a time, and others go on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path

from core.results import Problem


@dataclass(eq=False)
class _Download:
    done: threading.Event = field(default_factory=threading.Event)
    folder: Path | None = None
    problem: Problem | None = None


class Downloads:
    """Fetches folders; who asks for one that is under way waits for it instead of fetching it again. Thread safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, _Download] = {}

    def folder(self, key: Hashable, fetch: Callable[[], Path]) -> Path:
        """The folder that `fetch` gives; blocks until it is whole. `key` says what is fetched, and into which cache.

        Raises:
            AppError: what `fetch` raises; for those who waited a new error of the same words.
        """
        with self._lock:
            download = self._under_way.get(key)
            if mine := download is None:
                download = self._under_way[key] = _Download()
        assert download is not None
        if mine:
            self._fetch(key, fetch, download)
        download.done.wait()
        if download.problem is not None:
            download.problem.raise_()
        assert download.folder is not None
        return download.folder

    def _fetch(self, key: Hashable, fetch: Callable[[], Path], download: _Download) -> None:
        try:
            download.folder = fetch()
        except BaseException as error:
            download.problem = Problem.of(error)
            raise
        finally:
            with self._lock:
                del self._under_way[key]
            download.done.set()
