"""Which tensor of one checkpoint is which of another: by name, then by rules, then by content."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.checkpoints.checkpoint_diff.fused_tensors import Part, cut
from core.checkpoints.checkpoint_diff.layouts import Layouts
from core.checkpoints.checkpoint_diff.name_matching import matched
from core.checkpoints.checkpoint_diff.name_rules import RULES, without_containers
from core.checkpoints.reader import BLOCK, OpenFile
from core.files.safetensors_headers import TensorEntry
from core.results import MatchedBy


@dataclass(frozen=True)
class Match:
    """A tensor of the first checkpoint and what it is in the second; None where there is none.

    `parts` is what of a fused or stacked tensor of either is meant; None: all of it.
    """

    first: TensorEntry | None
    second: TensorEntry | None
    by: MatchedBy = "name"
    parts: tuple[Part | None, Part | None] = (None, None)


@dataclass(frozen=True)
class Matches:
    """Every tensor of either once; and what was taken off the beginning of the names of the first, of the second."""

    matches: tuple[Match, ...]
    prefixes: tuple[str, str]


def match(
    first: Sequence[TensorEntry],
    second: Sequence[TensorEntry],
    layouts: tuple[Layouts, Layouts],
    files: Mapping[Path, OpenFile],
    going: Callable[[], None],
) -> Matches:
    """Every tensor of either, whose layouts are given; `going` is asked between reads, and may raise.

    Content is read only of tensors that no name and no rule pairs, and that have a partner of the same type and shape.

    Raises:
        CheckpointError: a file that ended early.
    """
    here, there = {t.name: t for t in first}, {t.name: t for t in second}
    by_name = matched(list(here), list(there))
    result = [Match(here[a], there[b]) for a, b in by_name.pairs if a is not None and b is not None]
    ones = [here[a] for a, b in by_name.pairs if a is not None and b is None]
    twos = [there[b] for a, b in by_name.pairs if b is not None and a is None]
    for stage in (*(_by_rule(rule) for rule in RULES), _cut_apart(*layouts), _by_content(files, going)):
        held = list(stage(ones, twos)) if ones and twos else []
        result += held
        ones, twos = _left(ones, held, "first"), _left(twos, held, "second")
    result += [Match(t, None) for t in ones] + [Match(None, t) for t in twos]
    return Matches(tuple(result), by_name.prefixes)


Stage = Callable[[Sequence[TensorEntry], Sequence[TensorEntry]], Iterable[Match]]


def _by_rule(rule: Callable[[str], str]) -> Stage:
    """Pairs whose names are one by a rule, where that name is no other tensor's on either side."""

    def stage(ones: Sequence[TensorEntry], twos: Sequence[TensorEntry]) -> Iterator[Match]:
        here, there = _alone(ones, rule), _alone(twos, rule)
        return (Match(t, there[key], "rule") for key, t in here.items() if key in there)

    return stage


def _cut_apart(in_first: Layouts, in_second: Layouts) -> Stage:
    """Fused and stacked tensors of either side against their parts on the other."""

    def stage(ones: Sequence[TensorEntry], twos: Sequence[TensorEntry]) -> Iterator[Match]:
        here, there = _alone(ones, without_containers), _alone(twos, without_containers)
        shapes_here = {key: in_first.shape(t) for key, t in here.items()}
        shapes_there = {key: in_second.shape(t) for key, t in there.items()}
        for t in ones:
            parts = cut(t.name, in_first.shape(t), shapes_there, in_turns=in_first.in_turns(t.name))
            yield from (Match(t, there[part.key], "rule", (part, None)) for part in parts)
        for t in twos:
            parts = cut(t.name, in_second.shape(t), shapes_here, in_turns=in_second.in_turns(t.name))
            yield from (Match(here[part.key], t, "rule", (None, part)) for part in parts)

    return stage


def _by_content(files: Mapping[Path, OpenFile], going: Callable[[], None]) -> Stage:
    """Equal bytes of one type and shape; several that are equal in their order, if there are as many on both sides.

    What has one value throughout (a norm's ones, a bias of zeros) is no evidence: such tensors are paired only where
    others are as well.
    """

    def stage(ones: Sequence[TensorEntry], twos: Sequence[TensorEntry]) -> Iterator[Match]:
        kinds = {(t.dtype, t.shape) for t in ones if t.count} & {(t.dtype, t.shape) for t in twos}
        here, there = (_contents([t for t in side if (t.dtype, t.shape) in kinds]) for side in (ones, twos))
        paired = [key for key in here if len(here[key]) == len(there.get(key, ()))]
        if any(not key.constant for key in paired):
            for key in paired:
                yield from (Match(a, b, "content") for a, b in zip(here[key], there[key], strict=True))

    def _contents(tensors: Sequence[TensorEntry]) -> dict[_Content, list[TensorEntry]]:
        held: dict[_Content, list[TensorEntry]] = defaultdict(list)
        for t in tensors:
            held[_content(t, files, going)].append(t)
        return held

    return stage


@dataclass(frozen=True)
class _Content:
    """What a tensor holds; `constant` where all of its elements are one."""

    dtype: str
    shape: tuple[int, ...]
    digest: bytes
    constant: bool


def _content(tensor: TensorEntry, files: Mapping[Path, OpenFile], going: Callable[[], None]) -> _Content:
    result, buffer = hashlib.blake2b(digest_size=16), np.empty(BLOCK, dtype=np.uint8)
    item = (tensor.end - tensor.start) // tensor.count
    constant, first = True, b""
    for block in files[tensor.file].blocks(tensor.start, tensor.end, buffer):
        going()
        result.update(block.data)
        first = first or block[:item].tobytes()
        constant = constant and block.tobytes() == first * (len(block) // item)
    return _Content(tensor.dtype, tensor.shape, result.digest(), constant)


def _alone(tensors: Iterable[TensorEntry], rule: Callable[[str], str]) -> dict[str, TensorEntry]:
    """Tensors by what a rule makes of their names; none where it makes one name of two."""
    held: dict[str, list[TensorEntry]] = defaultdict(list)
    for t in tensors:
        held[rule(t.name)].append(t)
    return {key: members[0] for key, members in held.items() if len(members) == 1}


def _left(tensors: Sequence[TensorEntry], held: Sequence[Match], side: str) -> list[TensorEntry]:
    """Those that no match has, whole or in parts."""
    names = {getattr(m, side).name for m in held}
    return [t for t in tensors if t.name not in names]
