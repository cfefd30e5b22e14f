"""Who opens a folder of ours, and how."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Opening:
    """How a classifier on disk is opened elsewhere.

    Attributes:
        stock_class: transformers' class that gives equal logits; empty where there is none.
        reason: why there is none, as the end of a sentence.
        base: what an adapter stands on, a Hub id or the name of a folder; empty for a whole classifier.
        fields: what transformers must be told of an adapter's classifier that its base's config does not say: names
            and Python's own writing of their values.
        dtype: the type that an adapter was trained in; empty for a whole classifier, whose files say it.
        max_tokens: where texts are cut; None where the tokenizer says it.
    """

    stock_class: str
    reason: str = ""
    base: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    dtype: str = ""
    max_tokens: int | None = None
