"""Files of a pair, fetched where they are not here: one download of a thing at a time, and others go on."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from core.model.hub import fetch
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
        self._under_way: dict[tuple[str, Path | None], _Download] = {}

    def folder(self, name: str, cache_dir: Path | None) -> Path:
        """The local folder of a path or Hub id; blocks until it is whole.

        Raises:
            NotFoundError: nothing of that name.
            CheckpointError: the Hub cannot be reached, or does not let this user in.
        """
        key = (name, cache_dir)
        with self._lock:
            download = self._under_way.get(key)
            if mine := download is None:
                download = self._under_way[key] = _Download()
        assert download is not None
        if mine:
            self._fetch(key, download)
        download.done.wait()
        if download.problem is not None:
            download.problem.raise_()
        assert download.folder is not None
        return download.folder

    def _fetch(self, key: tuple[str, Path | None], download: _Download) -> None:
        try:
            download.folder = fetch(*key)
        except BaseException as error:
            download.problem = Problem.of(error)
            raise
        finally:
            with self._lock:
                del self._under_way[key]
            download.done.set()
