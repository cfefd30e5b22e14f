"""Many texts answered in pieces, each written down before the next begins."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.engine.engine import Engine
from core.errors import InputError
from core.evaluation.stored_logits import StoredLogits
from core.results import Selection
from core.tasks.progress import Progress
from core.words.durations import duration

#: Seconds that a piece shall take, and texts that it has at least and at most: a large model answers two a second.
_SECONDS, _FEWEST, _MOST = 2.0, 16, 4096


def answer(
    engine: Engine, selection: Selection, texts: Sequence[str], stored: StoredLogits, on_progress: Progress
) -> None:
    """Write the logits of all texts, one row each, behind those that are there; the pair stays loaded meanwhile.

    A text that the model cannot read (no token is left of it) gets a row of NaN: it has no verdict. What is left when
    the process is killed is at most the piece that was being computed.

    Raises:
        UntrainedHeadError: its head is untrained, and the selection does not ask for it.
        AppError: the pair cannot be loaded, or another process writes.
    """
    begun, size = time.perf_counter(), _FEWEST
    with stored.writing() as writer, engine.using(selection) as (pair,):
        before = done = stored.count()
        if len(texts) - done > _FEWEST:
            pair.predictor.expect_many()
        while done < len(texts):
            started = time.perf_counter()
            piece = texts[done : done + size]
            writer.append(_logits(engine, selection, piece, stored.classes))
            done += len(piece)
            now = time.perf_counter()
            on_progress(done / len(texts), _told(done, len(texts), (done - before) / (now - begun)))
            size = int(min(_MOST, max(_FEWEST, size * min(8.0, _SECONDS / max(1e-6, now - started)))))


def _told(done: int, total: int, rate: float) -> str:
    left = f", {duration((total - done) / rate)} left" if done < total else ""
    shown = f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"
    return f"{done:,} of {total:,} texts, {shown} a second{left}"


def _logits(engine: Engine, selection: Selection, texts: Sequence[str], classes: int) -> NDArray[np.float32]:
    try:
        return np.array([p.logits for p in engine.classify(selection, texts)], np.float32).reshape(-1, classes)
    except InputError:
        if len(texts) == 1:
            return np.full((1, classes), np.nan, np.float32)
    halves = texts[: len(texts) // 2], texts[len(texts) // 2 :]
    return np.concatenate([_logits(engine, selection, half, classes) for half in halves])
