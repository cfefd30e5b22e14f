"""What is compared with what, decided from the headers of two checkpoints before a weight is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from core.checkpoints.checkpoint import Checkpoint
from core.checkpoints.checkpoint_diff.coded_pairs import of_codes, weight_of
from core.checkpoints.checkpoint_diff.matching import Match, Matches
from core.checkpoints.checkpoint_diff.pair import Pair
from core.checkpoints.coded_tensors import coded_tensors
from core.checkpoints.dtype_codes import TORCH_NAMES
from core.checkpoints.quantised.coded import Coded
from core.checkpoints.quantised.contents import Apart
from core.checkpoints.stacks import layer_and_module, order, places
from core.config.families import TIED
from core.files.safetensors_headers import TensorEntry
from core.results import TensorStatus

Contents = Mapping[str, Coded | Apart]


def paired(first: Checkpoint, second: Checkpoint, matches: Matches) -> tuple[Pair, ...]:
    """Every tensor of either once, in the order of stacks, layers and names; fused ones in parts."""
    contents = coded_tensors(first), coded_tensors(second)
    pairs = [_of_match(m, first, second, contents) for m in matches.matches]
    names = [pair.either.name for pair in pairs]
    keys, where = order(names), places(names)
    pairs = [replace(pair, place=where[pair.either.name]) for pair in pairs]
    return tuple(sorted(pairs, key=lambda pair: keys[pair.either.name]))


def _of_match(m: Match, first: Checkpoint, second: Checkpoint, contents: tuple[Contents, Contents]) -> Pair:
    sides = tuple(
        None if t is None else held.get(t.name) for t, held in zip((m.first, m.second), contents, strict=True)
    )
    weights = weight_of(sides[0]), weight_of(sides[1])
    if m.first is None:
        assert m.second is not None
        note = _why_absent(m.second.name, first, "first")
        return Pair(None, m.second, TensorStatus.ONLY_SECOND, note=note, weights=weights)
    if m.second is None:
        note = _why_absent(m.first.name, second, "second")
        return Pair(m.first, None, TensorStatus.ONLY_FIRST, note=note, weights=weights)
    pair = of_codes(m.first, m.second, sides[0], sides[1]) if any(sides) else None
    pair = pair or _pair(m.first, m.second)
    cut = f"A part of {m.part_of}." if m.part_of else ""
    return replace(pair, matched_by=m.by, note=" ".join(words for words in (cut, pair.note) if words))


def _pair(first: TensorEntry, second: TensorEntry) -> Pair:
    unknown = [t.dtype for t in (first, second) if t.dtype not in TORCH_NAMES]
    if unknown and (first.dtype != second.dtype or first.shape != second.shape):
        return Pair(first, second, TensorStatus.NOT_COMPARED, note=f"The dtype {unknown[0]} is not known here.")
    if unknown:
        size = first.end - first.start
        if second.end - second.start != size:
            return Pair(first, second, TensorStatus.NOT_COMPARED, note=f"The dtype {unknown[0]} is not known here.")
        note = f"The dtype {unknown[0]} is not known here: bytes were compared."
        return Pair(first, second, count=size, opaque=True, note=note)
    if first.shape == second.shape:
        return Pair(first, second, count=first.count)
    return _of_other_shapes(first, second)


def _of_other_shapes(first: TensorEntry, second: TensorEntry) -> Pair:
    """A vocabulary that grew: the rows that both have are compared. Inside the layers rows mean nothing alone."""
    outside = layer_and_module(first.name)[0] is None
    alike = len(first.shape) == len(second.shape) == 2 and first.shape[1] == second.shape[1]
    if not (outside and alike and first.count and second.count):
        return Pair(first, second, TensorStatus.OTHER_SHAPE)
    rows, others = first.shape[0], second.shape[0]
    common, more = min(rows, others), f"the {'first' if rows > others else 'second'} has {abs(rows - others):,} more"
    note = f"The {common:,} rows that both have are compared; {more}."
    return Pair(first, second, TensorStatus.OTHER_SHAPE, count=common * first.shape[1], note=note)


def _why_absent(name: str, absent_from: Checkpoint, which: str) -> str:
    """The one absence that has a harmless reason: a language-model head that is the embeddings once more."""
    if not name.endswith("lm_head.weight") or not _ties_its_head(absent_from):
        return ""
    return f"The {which} ties it to its embeddings (tie_word_embeddings), so that it is stored once."


def _ties_its_head(checkpoint: Checkpoint) -> bool:
    path = checkpoint.path / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    if not isinstance(config, dict):
        return False
    return bool(config.get("tie_word_embeddings", config.get("model_type") in TIED))
