"""A pair at work, and how it is let go. Importing this file imports no torch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.engine.micro_batcher import MicroBatcher
from core.engine.residency import Residency
from core.results import LoadStage, Selection

if TYPE_CHECKING:
    from core.engine.loader import LoadedPair


@dataclass(frozen=True, eq=False)
class Entry:
    """A pair, and the thread that predicts with it."""

    pair: LoadedPair
    batcher: MicroBatcher


def dropped(residency: Residency[Entry], selections: Iterable[Selection]) -> list[Entry]:
    """Take pairs off the ledger; those that nobody uses are to be closed now, others at the end of their use."""
    with residency.lock:
        residents = [resident for s in selections if (resident := residency.remove(s)) is not None]
        return [resident.content for resident in residents if not resident.dropped]


def close(gone: list[Entry]) -> None:
    """Let pairs go and give their memory back. Empties the list, which would hold them."""
    if not gone:
        return
    while gone:
        gone.pop().batcher.close()
    from core.engine.loader import release

    release()


def release_after(stage: LoadStage) -> None:
    """Give back what a refused load had read, if it came so far."""
    if stage in (LoadStage.WEIGHTS, LoadStage.ADAPTER, LoadStage.HEALTH):
        from core.engine.loader import release

        release()
