"""A base and an adapter written as one checkpoint: what it takes, and what was written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MergeCost:
    """What merging takes, in bytes, known before a weight is read.

    Attributes:
        memory: the adapter, a file that is being written, an update, and what of the base is not mapped from its files.
        free: of memory that may be taken now.
        disk: the checkpoint that is written.
        disk_free: where it is written.
    """

    memory: int
    free: int
    disk: int
    disk_free: int

    @property
    def fits(self) -> bool:
        """Whether it will be tried."""
        return self.memory <= self.free and self.disk <= self.disk_free


@dataclass(frozen=True)
class Merge:
    """A merged checkpoint on disk.

    Attributes:
        folder: where it is.
        dtype: of its weights: that of the base's files.
        modules: layers into which factors were merged.
        whole: what the adapter replaced whole, by name: pooler, head, embeddings.
        dequantised: the codes that numbers were read out of before the merge (`nf4`); empty where the base was whole.
        max_tokens: the longest text that the adapter was trained with; None where it does not say.
        stock_class: transformers' own class that opens it with equal logits; empty where none does.
        files, bytes: weight files, and the size of all files.
    """

    folder: str
    base: str
    adapter: str
    dtype: str
    parameters: int
    modules: int
    whole: tuple[str, ...]
    labels: tuple[str, ...]
    dequantised: str
    max_tokens: int | None
    stock_class: str
    files: int
    bytes: int
