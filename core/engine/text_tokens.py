"""What a tokenizer makes of many texts: pieces, what it does not know, what is cut off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.engine.chat_template import Templated
from core.engine.encoding import Encoder
from core.errors import InputError
from core.tasks.progress import Progress

#: Texts that are encoded at once.
_PIECE = 4096


@dataclass(frozen=True)
class TextTokens:
    """Of N texts, each as the model reads it.

    Attributes:
        pieces: (N,) tokens that the text itself takes before anything is cut.
        total: (N,) these with special tokens and those of a chat template.
        unknown: (N,) of `pieces` those that stand for what the tokenizer does not know.
        unknown_parts: what they cover, as written, with how often.
        most: tokens that are read of a text at most.
    """

    pieces: NDArray[np.int64]
    total: NDArray[np.int64]
    unknown: NDArray[np.int64]
    unknown_parts: Counter[str]
    most: int


class _Nothing:
    """The encoding of a text that is refused."""

    ids: tuple[int, ...] = ()
    special_tokens_mask: tuple[int, ...] = ()


def text_tokens(encoder: Encoder, texts: Sequence[str], on_progress: Progress) -> TextTokens:
    """Tokens of all texts; a text that the chat template refuses has none."""
    rows, parts = np.zeros((3, len(texts)), np.int64), Counter[str]()
    for start in range(0, len(texts), _PIECE):
        on_progress(start / len(texts), f"{start:,} of {len(texts):,} texts read")
        for i, (source, encoding) in enumerate(_whole(encoder, texts[start : start + _PIECE]), start):
            own, unknown = _of_one(source, encoding, encoder.tokenizer.unk_token_id)
            rows[:, i] = own, len(encoding.ids), len(unknown)
            parts.update(unknown)
    pieces, total, unknown_pieces = rows
    return TextTokens(pieces, total, unknown_pieces, parts, encoder.max_tokens)


def _whole(encoder: Encoder, texts: Sequence[str]) -> list[tuple[Templated, Any]]:
    """Encodings in the order of the texts; an empty one for a text that is refused."""
    try:
        return encoder.whole(texts)
    except InputError:
        if len(texts) == 1:
            return [(Templated.plain(""), _Nothing())]
    half = len(texts) // 2
    return [*_whole(encoder, texts[:half]), *_whole(encoder, texts[half:])]


def _of_one(source: Templated, encoding: Any, unknown: int | None) -> tuple[int, list[str]]:
    """How many tokens are the text's own, and what those cover that are not known."""
    whole = len(source.places) == len(source.rendered) and -1 not in source.places
    if whole and unknown not in encoding.ids:  # nearly all texts: no token is looked at by itself
        return len(encoding.ids) - sum(encoding.special_tokens_mask), []
    rows = zip(encoding.ids, encoding.offsets, encoding.special_tokens_mask, strict=True)
    own = [(number, pair) for number, pair, mark in rows if not mark and (whole or source.span(*pair))]
    return len(own), [source.rendered[slice(*pair)] for number, pair in own if number == unknown]
