"""How many of a checkpoint's tensors transformers has read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import Any

from transformers.utils import logging as hf_logging

#: Called with how many of how many tensors are read; may raise to stop.
OnRead = Callable[[int, int], None]

#: What transformers writes at its bar while it reads weights.
_BAR = "Loading weights"


@contextmanager
def tensors_read(on_read: OnRead | None) -> Iterator[None]:
    """Tells `on_read` in the place of transformers' own bar. Its hook is the process's: for one load at a time."""
    if on_read is None:
        yield
        return

    def bar(factory: Callable[..., Any], given: tuple[Any, ...], options: dict[str, Any]) -> Any:
        is_ours = options.get("desc") == _BAR and bool(given) and isinstance(given[0], Sized)
        return _told(given[0], len(given[0]), on_read) if is_ours else factory(*given, **options)

    previous = hf_logging.set_tqdm_hook(bar)
    try:
        yield
    finally:
        hf_logging.set_tqdm_hook(previous)


def _told(items: Iterable[Any], total: int, on_read: OnRead) -> Iterator[Any]:
    for done, item in enumerate(items):
        on_read(done, total)
        yield item
