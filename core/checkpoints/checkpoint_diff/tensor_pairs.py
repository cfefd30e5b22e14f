"""What is compared with what, decided from the headers of two checkpoints before a weight is read."""

from __future__ import annotations

import json
from dataclasses import dataclass

from core.checkpoints.checkpoint import Checkpoint, layer_and_module, place_of
from core.checkpoints.checkpoint_diff.name_matching import Matching
from core.checkpoints.dtype_codes import TORCH_NAMES
from core.config.families import TIED
from core.files.safetensors_headers import TensorEntry
from core.results import TensorStatus


@dataclass(frozen=True)
class Pair:
    """A tensor of the first checkpoint, of the second, or both.

    Attributes:
        status: where no byte has to be read to know it, or where its shape decides; None otherwise.
        count: elements to compare, from the beginning of both; bytes where the dtype is `opaque`.
        opaque: the dtype is the same and not known here, so that only bytes can be compared.
        note: what a person should know.
    """

    first: TensorEntry | None
    second: TensorEntry | None
    status: TensorStatus | None = None
    count: int = 0
    opaque: bool = False
    note: str = ""

    @property
    def either(self) -> TensorEntry:
        """The one in the first checkpoint, if it is there."""
        result = self.first or self.second
        assert result is not None
        return result

    @property
    def both(self) -> tuple[TensorEntry, TensorEntry] | None:
        """Both, where there is something to compare."""
        if self.first is None or self.second is None or self.status is TensorStatus.NOT_COMPARED:
            return None
        return None if self.status and not self.count else (self.first, self.second)

    @property
    def item_bytes(self) -> tuple[int, int]:
        """Bytes of one of the elements that `count` counts."""
        if self.opaque or not (self.first and self.second):
            return 1, 1
        return _item(self.first), _item(self.second)


def paired(first: Checkpoint, second: Checkpoint, matching: Matching) -> tuple[Pair, ...]:
    """Every tensor of either once, in the order of layers and names."""
    here, there = ({t.name: t for t in c.tensors} for c in (first, second))
    pairs = []
    for one, two in matching.pairs:
        if one is None:
            assert two is not None
            pairs.append(Pair(None, there[two], TensorStatus.ONLY_SECOND, note=_why_absent(two, first, "first")))
        elif two is None:
            pairs.append(Pair(here[one], None, TensorStatus.ONLY_FIRST, note=_why_absent(one, second, "second")))
        else:
            pairs.append(_pair(here[one], there[two]))
    return tuple(sorted(pairs, key=lambda pair: place_of(pair.either)))


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


def _item(tensor: TensorEntry) -> int:
    return (tensor.end - tensor.start) // tensor.count if tensor.count else 1
