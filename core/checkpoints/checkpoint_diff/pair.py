"""Two tensors that are compared, or one that is in one checkpoint alone."""

from __future__ import annotations

from dataclasses import dataclass

from core.checkpoints.quantised.coded import Coded
from core.checkpoints.stacks import Place
from core.files.safetensors_headers import TensorEntry
from core.results import MatchedBy, TensorStatus

#: Before it is known.
NOWHERE = Place("", None, "")


@dataclass(frozen=True)
class Pair:
    """A tensor of the first checkpoint, of the second, or both.

    Attributes:
        status: where no byte has to be read to know it, or where its shape decides; None otherwise.
        count: elements to compare, from the beginning of both; bytes where the dtype is `opaque`.
        opaque: the dtype is the same and not known here, or both are codes, so that only bytes can be compared.
        note: what a person should know.
        place: stack, layer and module.
        matched_by: how the two were found to be one.
        weights: what the codes of either side stand for, which is compared; None where numbers are stored as they are.
    """

    first: TensorEntry | None
    second: TensorEntry | None
    status: TensorStatus | None = None
    count: int = 0
    opaque: bool = False
    note: str = ""
    place: Place = NOWHERE
    matched_by: MatchedBy = "name"
    weights: tuple[Coded | None, Coded | None] = (None, None)

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
        first, second = self.weights
        return 4 if first else _item(self.first), 4 if second else _item(self.second)

    @property
    def dtypes(self) -> tuple[str, str]:
        """Types of the elements that are compared, by safetensors' names: codes become float32."""
        assert self.first is not None
        assert self.second is not None
        first, second = self.weights
        return "F32" if first else self.first.dtype, "F32" if second else self.second.dtype

    @property
    def shapes(self) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
        """Of the weights, where there are codes."""
        first, second = self.weights[0] or self.first, self.weights[1] or self.second
        return None if first is None else first.shape, None if second is None else second.shape


def _item(tensor: TensorEntry) -> int:
    return (tensor.end - tensor.start) // tensor.count if tensor.count else 1
