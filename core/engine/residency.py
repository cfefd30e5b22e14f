"""The ledger of memory: which bases and pairs are loaded, how many bytes each, who uses them, what could go.

The page that says what a load needs, the loader that refuses it and the eviction that makes room read this one ledger.
Nothing here imports torch.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.results import Selection

Content = TypeVar("Content")


@dataclass(frozen=True)
class Footprint:
    """Bytes of a pair: its base's weights, which pairs of the same key share, and what is its own."""

    base: str
    base_bytes: int
    own_bytes: int


@dataclass(eq=False)
class Resident(Generic[Content]):
    """A pair in memory. `pins` counts who uses it now; `dropped`: off the ledger once the last pin ends."""

    selection: Selection
    footprint: Footprint
    content: Content
    pins: int = 0
    dropped: bool = False


class Residency(Generic[Content]):
    """What is in memory, least recently used first. Every method is atomic; hold `lock` to join several."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._residents: OrderedDict[Selection, Resident[Content]] = OrderedDict()
        self._dropped: list[Resident[Content]] = []

    def __len__(self) -> int:
        return len(self._residents)

    def residents(self) -> list[Resident[Content]]:
        """What is loaded, least recently used first; what was dropped is not."""
        with self.lock:
            return list(self._residents.values())

    def get(self, selection: Selection) -> Resident[Content] | None:
        """A pair in memory, without using it; None when it is not there."""
        with self.lock:
            return self._residents.get(selection)

    def touch(self, selection: Selection) -> bool:
        """Count a pair as used now; False when it is not in memory."""
        with self.lock:
            if selection in self._residents:
                self._residents.move_to_end(selection)
            return selection in self._residents

    def add(self, resident: Resident[Content]) -> None:
        """Enter a pair that was just loaded into the ledger."""
        with self.lock:
            self._residents[resident.selection] = resident

    # Use

    def pin(self, selection: Selection) -> Resident[Content] | None:
        """Use a pair: it is not dropped for others before `unpin`. None when it is not in memory."""
        with self.lock:
            resident = self._residents.get(selection)
            if resident is not None:
                self._residents.move_to_end(selection)
                resident.pins += 1
            return resident

    def pin_content(self, content: Callable[[Content], bool]) -> Resident[Content] | None:
        """Use the pair whose content it is, also one that was dropped; None when it is not in the ledger any more."""
        with self.lock:
            resident = next((r for r in self._all() if content(r.content)), None)
            if resident is not None:
                resident.pins += 1
            return resident

    def unpin(self, resident: Resident[Content]) -> bool:
        """End one use; True when the pair was dropped meanwhile and nobody uses it any more."""
        with self.lock:
            resident.pins -= 1
            gone = resident.dropped and not resident.pins
            if gone:
                self._dropped.remove(resident)
            return gone

    def remove(self, selection: Selection) -> Resident[Content] | None:
        """Drop a pair; one that is in use stays in the ledger (`dropped`) until its last pin ends."""
        with self.lock:
            resident = self._residents.pop(selection, None)
            if resident is not None and resident.pins:
                resident.dropped = True
                self._dropped.append(resident)
            return resident

    # Bytes

    def sharing(self, base: str | None) -> Resident[Content] | None:
        """A pair that holds a base of this key in memory; None when it would have to be read."""
        with self.lock:
            return next((r for r in self._all() if r.footprint.base == base), None)

    @property
    def used(self) -> int:
        """Bytes of everything in memory, each base once."""
        with self.lock:
            bases = {r.footprint.base: r.footprint.base_bytes for r in self._all()}
            return sum(bases.values()) + sum(r.footprint.own_bytes for r in self._all())

    def free(self, on_device: int, budget: int | None) -> int:
        """Bytes that may be taken without dropping anything: what the device has, and what the budget leaves."""
        return on_device if budget is None else max(0, min(on_device, budget - self.used))

    def reclaimable(self, base: str | None, keep: Collection[Selection] = ()) -> int:
        """Bytes that dropping every unused pair gives back, but for `keep` and the base that a new pair shares."""
        with self.lock:
            return self._bytes(self._unused(keep), base)

    def victims(self, missing: int, base: str | None, keep: Collection[Selection] = ()) -> list[Selection]:
        """Pairs to drop so that `missing` bytes come free: the least recently used, and no more than it takes.

        All that can go when even they are too few. `base` and `keep` as in `reclaimable`.
        """
        with self.lock:
            chosen: list[Resident[Content]] = []
            for resident in self._unused(keep):
                if self._bytes(chosen, base) >= missing:
                    break
                chosen.append(resident)
            for resident in reversed(chosen[:-1]):  # an older one may have been of no help: it stays
                others = [r for r in chosen if r is not resident]
                if self._bytes(others, base) >= missing:
                    chosen = others
            return [r.selection for r in chosen]

    def surplus(self, limit: int, keep: Collection[Selection] = ()) -> list[Selection]:
        """Pairs to drop so that at most `limit` stay: the least recently used that nobody uses."""
        with self.lock:
            count = max(0, len(self._residents) - limit)
            return [r.selection for r in self._unused(keep)[:count]]

    def latest_idle(self) -> Selection | None:
        """The pair that was used last of those that nobody uses now; None when all are in use."""
        with self.lock:
            idle = self._unused(())
            return idle[-1].selection if idle else None

    def _all(self) -> list[Resident[Content]]:
        return [*self._residents.values(), *self._dropped]

    def _unused(self, keep: Collection[Selection]) -> list[Resident[Content]]:
        return [r for r in self._residents.values() if not r.pins and r.selection not in keep]

    def _bytes(self, dropped: Iterable[Resident[Content]], base: str | None) -> int:
        """What dropping these gives back: their own bytes, and every base that nobody holds afterwards."""
        users = Counter(r.footprint.base for r in self._all())
        total = 0
        for resident in dropped:
            footprint = resident.footprint
            users[footprint.base] -= 1
            total += footprint.own_bytes
            if not users[footprint.base] and footprint.base != base:
                total += footprint.base_bytes
        return total
