"""What the C library is told, and that another C library is told nothing."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from core.engine import malloc

MIB = 2**20


class Libc:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int, int]] = []

    def mallopt(self, parameter: int, value: int) -> int:
        self.calls.append(("mallopt", parameter, value))
        return 1

    def malloc_trim(self, pad: int) -> int:
        self.calls.append(("malloc_trim", pad, 0))
        return 1


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    malloc._glibc.cache_clear()
    yield
    malloc._glibc.cache_clear()


def use(monkeypatch: pytest.MonkeyPatch, library: Any, platform: str = "linux") -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(ctypes, "CDLL", library)


def test_the_numbers_of_its_two_parameters_are_those_of_malloc_h(monkeypatch: pytest.MonkeyPatch) -> None:
    """M_TRIM_THRESHOLD is -1 and M_MMAP_THRESHOLD -3; blocks that are mapped are smaller than what is kept."""
    libc = Libc()
    use(monkeypatch, lambda _: libc)
    malloc.keep_freed_blocks()
    assert sorted(libc.calls) == [("mallopt", -3, 32 * MIB), ("mallopt", -1, 128 * MIB)]
    libc.calls.clear()
    malloc.give_back()
    assert libc.calls == [("malloc_trim", 0, 0)], "nothing is left at the top"


def no_library(_: str) -> None:
    raise OSError("libc.so.6: cannot open shared object file")


@pytest.mark.parametrize(
    ("library", "platform"),
    [(lambda _: Libc(), "darwin"), (lambda _: Libc(), "win32"), (no_library, "linux"), (lambda _: object(), "linux")],
    ids=["mac", "windows", "no glibc", "musl"],
)
def test_another_c_library_is_let_alone(monkeypatch: pytest.MonkeyPatch, library: Any, platform: str) -> None:
    use(monkeypatch, library, platform)
    assert malloc._glibc() is None
    malloc.keep_freed_blocks()
    malloc.give_back()


def test_the_library_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def library(name: str) -> Libc:
        opened.append(name)
        return Libc()

    use(monkeypatch, library)
    malloc.keep_freed_blocks()
    malloc.give_back()
    assert opened == ["libc.so.6"]
