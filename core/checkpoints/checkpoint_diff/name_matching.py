"""Which tensor of one checkpoint is which of another: by name, or by name without a prefix that one has throughout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Matching:
    """Pairs (name in the first, name in the second), None where there is none; and what was taken off the names.

    Attributes:
        pairs: in the order of the first; then what only the second has.
        prefixes: of the first, of the second; one at least is empty.
    """

    pairs: tuple[tuple[str | None, str | None], ...]
    prefixes: tuple[str, str]


def matched(first: Sequence[str], second: Sequence[str]) -> Matching:
    """Names are equal as they are, or once `model.`, `base_model.model.` or the like is taken off, if more are so.

    A name that would become that of another tensor of its checkpoint keeps its prefix, and is matched as it stands.
    """
    here, there = set(first), set(second)
    off_first, off_second = _likeliest(here, there), _likeliest(there, here)
    choices = [("", ""), (off_first, ""), ("", off_second)]
    prefixes = max(choices, key=lambda c: len(set(_keys(here, c[0])) & set(_keys(there, c[1]))))
    keys, others = _keys(here, prefixes[0]), _keys(there, prefixes[1])
    in_first = {name: key for key, name in keys.items()}
    in_second = {name: key for key, name in others.items()}
    pairs: list[tuple[str | None, str | None]] = [(name, others.get(in_first[name])) for name in first]
    pairs += [(None, name) for name in second if in_second[name] not in keys]
    return Matching(tuple(pairs), prefixes)


def _likeliest(names: set[str], others: set[str]) -> str:
    """The prefix without which most of `names` are among `others`; empty where there is none."""
    votes = Counter(name[: -len(rest)] for name in names for rest in _endings(name) if rest in others)
    return max(votes, key=lambda prefix: (votes[prefix], -len(prefix), prefix), default="")


def _endings(name: str) -> Iterator[str]:
    """`a.b.c` -> `b.c`, `c`."""
    at = name.find(".")
    while at >= 0:
        yield name[at + 1 :]
        at = name.find(".", at + 1)


def _keys(names: Iterable[str], prefix: str) -> dict[str, str]:
    """What each name is matched by -> the name; one that would then be another's keeps its prefix.

    No two names have one key: shortened ones differ as their names do, and none is shortened to a name that is there.
    """
    known = set(names)
    short = {name: name.removeprefix(prefix) for name in known} if prefix else {name: name for name in known}
    return {(name if key != name and key in known else key): name for name, key in short.items()}
