"""Texts to token ids, with the characters that each token covers and the part that was cut off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import CheckpointError, InputError
from core.results import Token


@dataclass(frozen=True)
class Encoded:
    """One text as the model reads it.

    Attributes:
        ids: token ids, special tokens included, at most `max_tokens`.
        offsets: (start, end) in characters, one a token; equal for special tokens.
        total: tokens of the whole text.
    """

    text: str
    ids: list[int]
    offsets: list[tuple[int, int]]
    total: int

    @property
    def kept_characters(self) -> int:
        """The model reads `text[:kept_characters]`."""
        if len(self.ids) >= self.total:
            return len(self.text)
        return max((end for _, end in self.offsets), default=0)


class Encoder:
    """A fast tokenizer with a length limit. Thread safe: it never pads or truncates through shared state."""

    def __init__(self, tokenizer: Any, max_tokens: int) -> None:
        if not getattr(tokenizer, "is_fast", False):
            raise CheckpointError(
                "The candidate has only a slow tokenizer, which cannot say which characters a token covers.",
                fix="save it with a tokenizer.json (`AutoTokenizer.from_pretrained(...).save_pretrained(...)`).",
            )
        self._tokenizer = tokenizer
        self._backend = tokenizer.backend_tokenizer
        self._backend.no_truncation()
        self._backend.no_padding()
        self.max_tokens = max_tokens

    @property
    def tokenizer(self) -> Any:
        """transformers' tokenizer, to be copied and not to be changed."""
        return self._tokenizer

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Encode each text alone; a lone surrogate is read as "?", which keeps the positions.

        Raises:
            InputError: a text of which no token is left.
        """
        readable = [text.encode("utf-8", "replace").decode("utf-8") if _has_surrogate(text) else text for text in texts]
        encodings = self._backend.encode_batch(readable, add_special_tokens=True)
        return [self._one(text, encoding) for text, encoding in zip(texts, encodings, strict=True)]

    def _one(self, text: str, encoding: Any) -> Encoded:
        ids, offsets, total = encoding.ids, encoding.offsets, len(encoding.ids)
        if total > self.max_tokens:
            retained = _keep(encoding.special_tokens_mask, self.max_tokens)
            ids, offsets = [ids[i] for i in retained], [offsets[i] for i in retained]
        if not ids:
            raise InputError(
                f"The tokenizer finds nothing to read in the text {text[:40]!r}.", fix="write some words or digits."
            )
        return Encoded(text, ids, offsets, total)

    def tokens(self, encoded: Encoded) -> tuple[Token, ...]:
        """Tokens as the characters of the original text; special tokens by their name."""
        return tuple(
            Token(encoded.text[start:end], start, end) if end > start else Token(self._name(number), start, end)
            for number, (start, end) in zip(encoded.ids, encoded.offsets, strict=True)
        )

    def _name(self, number: int) -> str:
        return str(self._tokenizer.convert_ids_to_tokens(number))


def _keep(special: Sequence[int], limit: int) -> list[int]:
    """Positions that stay: the beginning of the text, and special tokens behind it (a closing [SEP])."""
    tail = 0
    while tail < len(special) and special[-1 - tail]:
        tail += 1
    tail = min(tail, limit - 1)
    head = list(range(limit - tail))
    return head + list(range(len(special) - tail, len(special)))


def _has_surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)
