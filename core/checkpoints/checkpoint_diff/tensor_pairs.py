"""What is compared with what, decided from the headers of two checkpoints before a weight is read."""

from __future__ import annotations

import json
from dataclasses import replace

from core.checkpoints.checkpoint import Checkpoint
from core.checkpoints.checkpoint_diff.coded_pairs import of_codes, weight_of
from core.checkpoints.checkpoint_diff.fused_tensors import Part
from core.checkpoints.checkpoint_diff.layouts import Layouts, side
from core.checkpoints.checkpoint_diff.matching import Match, Matches
from core.checkpoints.checkpoint_diff.pair import Pair
from core.checkpoints.dtype_codes import TORCH_NAMES
from core.checkpoints.quantised.coded import Coded
from core.checkpoints.quantised.contents import Apart
from core.checkpoints.stacks import layer_and_module, order, places
from core.config.families import TIED
from core.files.safetensors_headers import TensorEntry
from core.results import TensorStatus


def paired(
    first: Checkpoint, second: Checkpoint, matches: Matches, layouts: tuple[Layouts, Layouts]
) -> tuple[Pair, ...]:
    """Every tensor of either once, in the order of stacks, layers and names; fused ones in parts."""
    pairs = [_of_match(m, first, second, layouts) for m in matches.matches]
    names = [pair.either.name for pair in pairs]
    keys, where = order(names), places(names)
    pairs = [replace(pair, place=where[pair.either.name]) for pair in pairs]
    return tuple(sorted(pairs, key=lambda pair: keys[pair.either.name]))


def _of_match(m: Match, first: Checkpoint, second: Checkpoint, layouts: tuple[Layouts, Layouts]) -> Pair:
    if m.first is None:
        assert m.second is not None
        special = layouts[1].special.get(m.second.name)
        note = _why_absent(m.second, special, first, "first")
        return Pair(None, m.second, TensorStatus.ONLY_SECOND, note=note, weights=(None, weight_of(special)))
    if m.second is None:
        special = layouts[0].special.get(m.first.name)
        note = _why_absent(m.first, special, second, "second")
        return Pair(m.first, None, TensorStatus.ONLY_FIRST, note=note, weights=(weight_of(special), None))
    one, first_special = side(m.first, m.parts[0], layouts[0])
    two, second_special = side(m.second, m.parts[1], layouts[1])
    pair = of_codes(one, two, first_special, second_special) or _pair(one, two)
    notes = [_cut(t, part) for t, part in zip((m.first, m.second), m.parts, strict=True) if part]
    return replace(pair, matched_by=m.by, note=" ".join(words for words in (*notes, pair.note) if words))


def _cut(tensor: TensorEntry, part: Part) -> str:
    rows = f", one row of {part.outputs.step}" if part.outputs.step > 1 else ""
    return f"A part of {tensor.name}{rows}."


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


def _why_absent(tensor: TensorEntry, special: Coded | Apart | None, absent_from: Checkpoint, which: str) -> str:
    """What belongs to codes has no partner, and a language-model head that is the embeddings once more needs none."""
    if isinstance(special, Apart):
        return special.note
    if not tensor.name.endswith("lm_head.weight") or not _ties_its_head(absent_from):
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
