"""Loops compiled by numba: without the interpreter's lock, and kept on disk where there is a place for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

_F = TypeVar("_F", bound=Callable[..., Any])


def compiled(**options: Any) -> Callable[[_F], _F]:
    """Decorates a function with numba's `njit(**options)`; it is compiled at its first call with such arguments.

    numba refuses to keep a function where it may write neither beside the file nor in the user's cache; then every
    process compiles it anew.
    """

    def compile_(function: _F) -> _F:
        try:
            return cast(_F, njit(nogil=True, cache=True, **options)(function))
        except RuntimeError:  # "no locator available"
            return cast(_F, njit(nogil=True, **options)(function))

    return compile_
