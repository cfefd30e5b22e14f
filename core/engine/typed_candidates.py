"""Candidates that people typed: folders, files, Hub ids and adapters beside the catalogue. Shared by the process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping

from core.config.candidate import AdapterEntry, CandidateConfig
from core.config.catalogue import Catalogue

#: How many are remembered. A selection of a forgotten one has to be typed again.
REMEMBERED = 256


class TypedCandidates(Mapping[str, CandidateConfig]):
    """By id, the most recent `REMEMBERED`; those of pairs in memory are never forgotten. Thread safe.

    `in_use` says the ids of candidates that are loaded or being loaded.
    """

    def __init__(self, in_use: Callable[[], Collection[str]], remembered: int = REMEMBERED) -> None:
        self._in_use = in_use
        self._remembered = remembered
        self._lock = threading.Lock()
        self._candidates: OrderedDict[str, CandidateConfig] = OrderedDict()

    def __getitem__(self, candidate_id: str) -> CandidateConfig:
        with self._lock:
            self._candidates.move_to_end(candidate_id)
            return self._candidates[candidate_id]

    def __iter__(self) -> Iterator[str]:
        with self._lock:
            return iter(list(self._candidates))

    def __len__(self) -> int:
        return len(self._candidates)

    def __setitem__(self, candidate_id: str, candidate: CandidateConfig) -> None:
        used = self._in_use()
        with self._lock:
            self._candidates[candidate_id] = candidate
            self._candidates.move_to_end(candidate_id)
            surplus = max(0, len(self._candidates) - self._remembered)
            idle = [name for name in self._candidates if name not in used and name != candidate_id]
            for name in idle[:surplus]:
                del self._candidates[name]

    def forget(self, candidate_id: str) -> None:
        """Drop one; nothing happens when it is not there."""
        with self._lock:
            self._candidates.pop(candidate_id, None)

    def add(self, candidate: CandidateConfig, catalogue: Catalogue) -> CandidateConfig:
        """Remember one under an id that means it alone, with the adapters that others gave it.

        Another model of the same name gets the next free id (`name-2`), so that neither answers for the other. What is
        as the catalogue has it is not remembered.
        """
        listed = {c.id: c for c in catalogue.candidates}
        candidate_id, number = candidate.id, 2
        while True:
            known = listed.get(candidate_id) or self.get(candidate_id)
            if known is None or _same_base(known, candidate):
                break
            candidate_id, number = f"{candidate.id[:76]}-{number}", number + 1
        typed = self.get(candidate_id)
        others = typed.adapters if typed is not None and _same_base(typed, candidate) else ()
        joined = candidate.model_copy(update={"id": candidate_id, "adapters": _joined(candidate.adapters, others)})
        if candidate_id not in listed or joined.adapters != listed[candidate_id].adapters:
            self[candidate_id] = joined
        return joined


def _same_base(one: CandidateConfig, other: CandidateConfig) -> bool:
    """Whether one may answer for the other: the same model, reading texts alike."""
    return (one.base_model, one.revision, one.chat_template) == (other.base_model, other.revision, other.chat_template)


def _joined(entries: tuple[AdapterEntry, ...], others: tuple[AdapterEntry, ...]) -> tuple[AdapterEntry, ...]:
    """The others, then what they lack: each place once, two places of one id told apart by a number."""
    joined = list(others)
    for entry in entries:
        if others and (entry.path, entry.revision) in [(other.path, other.revision) for other in others]:
            continue
        name, number = entry.id, 2
        while name in [other.id for other in joined]:
            name, number = f"{entry.id[:76]}-{number}", number + 1
        joined.append(entry.model_copy(update={"id": name}))
    return tuple(joined)
