"""Many texts answered in pieces, each written down before the next begins."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.engine.engine import Engine
from core.errors import InputError
from core.evaluation.stored_rows import Appender, StoredRows
from core.results import Selection
from core.tasks.progress import Progress
from core.words.durations import duration

if TYPE_CHECKING:
    from core.engine.loader import LoadedPair

#: Seconds that a piece shall take, and texts that it has at least and at most: a large model answers two a second.
_SECONDS, _FEWEST, _MOST = 2.0, 16, 4096


def answer(
    engine: Engine,
    selection: Selection,
    texts: Sequence[str],
    stored: StoredRows,
    vectors: StoredRows | None,
    on_progress: Progress,
) -> None:
    """Write the logits of all texts, one row each, behind those that are there; the pair stays loaded meanwhile.

    With `vectors` what the pooler gives is written beside them. A text that the model cannot read (no token is left of
    it) gets rows of NaN: it has no verdict. What is left when the process is killed is at most the piece that was
    being computed.

    Raises:
        AppError: the pair cannot be loaded, or another process writes.
    """
    with stored.writing() as writer, engine.using(selection) as (pair,), _writing(vectors, stored.count()) as beside:
        for piece in _pieces(pair, texts, stored.count(), on_progress):
            logits, pooled = _represented(pair, piece, stored.width)
            if beside is not None:
                beside.append(pooled)
            writer.append(logits)  # last: a row is answered once its logits are there


def logits(engine: Engine, selection: Selection, texts: Sequence[str], on_progress: Progress) -> NDArray[np.float32]:
    """Logits (N, K) of texts of which nothing is stored; the pair stays loaded meanwhile. NaN as in `answer`.

    Raises:
        AppError: the pair cannot be loaded.
    """
    return represented(engine, selection, texts, on_progress)[0]


def represented(
    engine: Engine, selection: Selection, texts: Sequence[str], on_progress: Progress
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """These and the pooled vectors (N, D).

    Raises:
        AppError: as `logits`.
    """
    with engine.using(selection) as (pair,):
        classes = len(pair.info.labels)
        empty = np.zeros((0, classes), np.float32), np.zeros((0, pair.predictor.pooled_width), np.float32)
        found = [empty, *(_represented(pair, piece, classes) for piece in _pieces(pair, texts, 0, on_progress))]
    return np.concatenate([each for each, _ in found]), np.concatenate([each for _, each in found])


def _pieces(pair: LoadedPair, texts: Sequence[str], done: int, on_progress: Progress) -> Iterator[Sequence[str]]:
    """The texts behind the first `done`; a piece is told as done when the next one is asked for."""
    begun, before, size = time.perf_counter(), done, _FEWEST
    if len(texts) - done > _FEWEST:
        pair.predictor.expect_many()
    while done < len(texts):
        started = time.perf_counter()
        piece = texts[done : done + size]
        yield piece
        done += len(piece)
        now = time.perf_counter()
        on_progress(done / len(texts), _told(done, len(texts), (done - before) / (now - begun)))
        size = int(min(_MOST, max(_FEWEST, size * min(8.0, _SECONDS / max(1e-6, now - started)))))


@contextmanager
def _writing(vectors: StoredRows | None, rows: int) -> Iterator[Appender | None]:
    """Behind the vectors of so many rows; those of a piece whose logits were not written any more are cut off.

    Nothing is written where there are fewer: `represent` brings those later.
    """
    if vectors is None or vectors.count() < rows:
        yield None
        return
    with vectors.writing(rows) as writer:
        yield writer


def represent(
    engine: Engine, selection: Selection, texts: Sequence[str], vectors: StoredRows, on_progress: Progress
) -> None:
    """Write the pooled vectors of the texts whose logits are there without them.

    Raises:
        AppError: as `answer`.
    """
    with vectors.writing() as writer, engine.using(selection) as (pair,):
        for piece in _pieces(pair, texts, vectors.count(), on_progress):
            writer.append(_represented(pair, piece, len(pair.info.labels))[1])


def _told(done: int, total: int, rate: float) -> str:
    left = f", {duration((total - done) / rate)} left" if done < total else ""
    shown = f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"
    return f"{done:,} of {total:,} texts, {shown} a second{left}"


def _represented(
    pair: LoadedPair, texts: Sequence[str], classes: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n, K) and (n, D); NaN for a text that cannot be read."""
    try:
        return pair.predictor.represent(texts)
    except InputError:
        if len(texts) == 1:
            widths = (classes, pair.predictor.pooled_width)
            return np.full((1, widths[0]), np.nan, np.float32), np.full((1, widths[1]), np.nan, np.float32)
    halves = [_represented(pair, half, classes) for half in (texts[: len(texts) // 2], texts[len(texts) // 2 :])]
    return np.concatenate([logits for logits, _ in halves]), np.concatenate([vectors for _, vectors in halves])
