"""One download of a thing at a time; failures as words for everybody who waits."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from core.engine.downloads import Downloads
from core.errors import CheckpointError
from core.files.hub import OnBytes


class SlowHub:
    """A fetch that waits to be let go; `begun` tells each one that began."""

    def __init__(self, error: Exception | None = None) -> None:
        self.go, self.begun = threading.Event(), threading.Semaphore(0)
        self.names: list[str] = []
        self._error = error

    def fetch(self, name: str, _on_bytes: OnBytes) -> Path:
        self.names.append(name)
        self.begun.release()
        assert self.go.wait(60)
        if self._error:
            raise self._error
        return Path("/there") / name


def joined(downloads: Downloads, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set once somebody waits for the only download that is under way."""
    (under_way,) = downloads._under_way.values()
    waits, real = threading.Event(), under_way.done.wait

    def watched(timeout: float | None = None) -> bool:
        waits.set()
        return real(timeout)

    monkeypatch.setattr(under_way.done, "wait", watched)
    return waits


def test_two_people_download_once_and_another_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    hub, downloads = SlowHub(), Downloads()
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(downloads.folder, "a/b", partial(hub.fetch, "a/b"))
        assert hub.begun.acquire(timeout=60)
        waits = joined(downloads, monkeypatch)
        second = pool.submit(downloads.folder, "a/b", partial(hub.fetch, "a/b"))
        assert waits.wait(60)
        other = pool.submit(downloads.folder, "c/d", partial(hub.fetch, "c/d"))
        assert hub.begun.acquire(timeout=60), "another thing waits for nobody"
        hub.go.set()
        assert first.result() == second.result() == Path("/there/a/b")
        assert other.result() == Path("/there/c/d")
    assert sorted(hub.names) == ["a/b", "c/d"]


def test_who_waits_for_a_download_that_fails_gets_an_error_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    hub, downloads = SlowHub(CheckpointError("gated", fix="sign in")), Downloads()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(downloads.folder, "a/b", partial(hub.fetch, "a/b"))
        assert hub.begun.acquire(timeout=60)
        waits = joined(downloads, monkeypatch)
        second = pool.submit(downloads.folder, "a/b", partial(hub.fetch, "a/b"))
        assert waits.wait(60)
        hub.go.set()
        errors = [future.exception() for future in (first, second)]
    assert hub.names == ["a/b"]
    assert [str(error) for error in errors] == ["gated Fix: sign in"] * 2
    assert errors[0] is not errors[1]
    assert not downloads._under_way
