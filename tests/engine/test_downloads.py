"""One download of a thing at a time; failures as words for everybody who waits."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.engine import downloads as module
from core.engine.downloads import Downloads
from core.errors import CheckpointError


class SlowHub:
    """A fetch that waits to be let go; `begun` counts."""

    def __init__(self, error: Exception | None = None) -> None:
        self.go, self.begun = threading.Event(), threading.Semaphore(0)
        self.names: list[str] = []
        self._error = error

    def __call__(self, name: str, cache_dir: Path | None) -> Path:
        self.names.append(name)
        self.begun.release()
        assert self.go.wait(60)
        if self._error:
            raise self._error
        return Path("/there") / name


def test_two_people_download_once_and_another_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = SlowHub()
    monkeypatch.setattr(module, "fetch", hub)
    downloads = Downloads()
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(downloads.folder, "a/b", None)
        assert hub.begun.acquire(timeout=60)
        second = pool.submit(downloads.folder, "a/b", None)
        other = pool.submit(downloads.folder, "c/d", None)
        assert hub.begun.acquire(timeout=60), "another thing waits for nobody"
        hub.go.set()
        assert first.result() == second.result() == Path("/there/a/b")
        assert other.result() == Path("/there/c/d")
    assert sorted(hub.names) in (["a/b", "c/d"], ["a/b", "a/b", "c/d"])  # the second may have come late


def test_who_waits_for_a_download_that_fails_gets_an_error_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = SlowHub(CheckpointError("gated", fix="sign in"))
    monkeypatch.setattr(module, "fetch", hub)
    downloads = Downloads()
    waits = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(downloads.folder, "a/b", None)
        assert hub.begun.acquire(timeout=60)
        (under_way,) = downloads._under_way.values()
        real = under_way.done.wait

        def watched() -> bool:
            waits.set()
            return real()

        monkeypatch.setattr(under_way.done, "wait", watched)
        second = pool.submit(downloads.folder, "a/b", None)
        assert waits.wait(60)
        hub.go.set()
        errors = [future.exception() for future in (first, second)]
    assert hub.names == ["a/b"]
    assert [str(error) for error in errors] == ["gated Fix: sign in"] * 2
    assert errors[0] is not errors[1]
    assert not downloads._under_way
