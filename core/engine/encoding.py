"""Texts to token ids, with the characters that each token covers and the part that was cut off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.engine.chat_template import Templated, UserTurn, has_template
from core.errors import CheckpointError, InputError
from core.results import ChatTemplate, Token, TokenKind

#: The end of a text at which it is cut.
Side = Literal["left", "right"]


@dataclass(frozen=True)
class Encoded:
    """One text as the model reads it.

    Attributes:
        ids: token ids, special tokens included, at most `max_tokens`.
        offsets: (start, end) in characters, one a token; equal for those that cover none.
        total: tokens of the whole text.
        kinds: what each token stands for; empty: all for the text.
        kept: the model reads `text[start:end]`; None: all of it.
    """

    text: str
    ids: list[int]
    offsets: list[tuple[int, int]]
    total: int
    kinds: tuple[TokenKind, ...] = ()
    kept: tuple[int, int] | None = None

    @property
    def span(self) -> tuple[int, int]:
        """The model reads `text[start:end]`."""
        return (0, len(self.text)) if self.kept is None else self.kept

    @property
    def fixed(self) -> list[bool]:
        """Which tokens are no part of the text, and cannot be taken away: special ones and those of a template."""
        return [kind != "text" for kind in self.kinds] if self.kinds else [False] * len(self.ids)


class Encoder:
    """A fast tokenizer with a length limit. Thread safe: it never pads or truncates through shared state.

    It cuts where the tokenizer says (`truncation_side`), and pads nothing. With `chat_template` "user" each text is
    read in the tokenizer's chat template, which then brings the special tokens: none is added.

    Attributes:
        chat_template: how texts are read; None where the tokenizer has no template.
    """

    def __init__(self, tokenizer: Any, max_tokens: int, chat_template: ChatTemplate = "none") -> None:
        if not getattr(tokenizer, "is_fast", False):
            raise CheckpointError(
                "The candidate has only a slow tokenizer, which cannot say which characters a token covers.",
                fix="save it with a tokenizer.json (`AutoTokenizer.from_pretrained(...).save_pretrained(...)`).",
            )
        self._tokenizer = tokenizer
        self._backend = tokenizer.backend_tokenizer
        self._backend.no_truncation()
        self._backend.no_padding()
        self._turn = UserTurn(tokenizer) if chat_template == "user" else None
        if self._turn is not None:
            self._turn.check()
        self.max_tokens = max_tokens
        self.chat_template: ChatTemplate | None = chat_template if has_template(tokenizer) else None
        self.truncation_side: Side = "left" if tokenizer.truncation_side == "left" else "right"

    @property
    def tokenizer(self) -> Any:
        """transformers' tokenizer, to be copied and not to be changed."""
        return self._tokenizer

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Encode each text alone; a lone surrogate is read as "?", which keeps the positions.

        Raises:
            InputError: a text of which no token is left, or which the chat template refuses.
        """
        return [self._one(text, *whole) for text, whole in zip(texts, self.whole(texts), strict=True)]

    def whole(self, texts: Sequence[str]) -> list[tuple[Templated, Any]]:
        """What is read for each text, and its encoding before anything is cut; raises as `encode` for a template."""
        readable = [text.encode("utf-8", "replace").decode("utf-8") if _has_surrogate(text) else text for text in texts]
        sources = [Templated.plain(text) if self._turn is None else self._turn.apply(text) for text in readable]
        rendered = [source.rendered for source in sources]
        return list(zip(sources, self._backend.encode_batch(rendered, add_special_tokens=not self._turn), strict=True))

    def _one(self, text: str, source: Templated, encoding: Any) -> Encoded:
        special = [bool(mark) for mark in encoding.special_tokens_mask]
        offsets = _with_width(source.rendered, encoding.offsets, special)
        spans = [None if mark else source.span(*pair) for mark, pair in zip(special, offsets, strict=True)]
        kinds = [self._kind(mark, span) for mark, span in zip(special, spans, strict=True)]
        retained = _keep(special, self.max_tokens, self.truncation_side)
        if not retained:
            raise InputError(
                f"The tokenizer finds nothing to read in the text {text[:40]!r}.", fix="write some words or digits."
            )
        return Encoded(
            text,
            [encoding.ids[i] for i in retained],
            [spans[i] or (0, 0) for i in retained],
            len(special),
            tuple(kinds[i] for i in retained),
            _kept(text, [spans[i] for i in retained], [span for span in spans if span], self.truncation_side),
        )

    def _kind(self, special: bool, span: tuple[int, int] | None) -> TokenKind:
        if special:
            return "special"
        return "template" if span is None and self._turn is not None else "text"

    def tokens(self, encoded: Encoded) -> tuple[Token, ...]:
        """Tokens as the characters of the original text; those that cover none by their name."""
        plain: list[TokenKind] = ["text"] * len(encoded.ids)
        kinds = encoded.kinds or plain
        return tuple(
            Token(encoded.text[start:end] if end > start else self._name(number, kind), start, end, kind)
            for number, (start, end), kind in zip(encoded.ids, encoded.offsets, kinds, strict=True)
        )

    def _name(self, number: int, kind: TokenKind) -> str:
        """As the tokenizer writes it; the words of a template as they are read, white space alone by signs for it."""
        words = str(self._backend.decode([number], skip_special_tokens=False)) if kind == "template" else ""
        if not words or "\ufffd" in words:
            return str(self._tokenizer.convert_ids_to_tokens(number))
        return words.replace(" ", "\u2423").replace("\n", "\u21b5") if words.isspace() else words

    def tokens_beyond(self, rows: int) -> dict[str, int]:
        """Tokens that the tokenizer knows and whose number is `rows` or more, in order; added ones included."""
        added = self._backend.get_added_tokens_decoder()
        if self._backend.get_vocab_size(with_added_tokens=True) <= rows and max(added, default=0) < rows:
            return {}  # the numbers of what was not added have no gaps
        names = self._backend.get_vocab(with_added_tokens=True)
        return {name: number for name, number in sorted(names.items(), key=lambda pair: pair[1]) if number >= rows}


def _keep(special: Sequence[bool], limit: int, side: Side = "right") -> list[int]:
    """Positions that stay, as transformers truncates: all special tokens, and the beginning or end of the others.

    Where special tokens alone reach the limit, those on the other side stay, and one token at least on this one.
    """
    count, marks = len(special), [i for i, mark in enumerate(special) if mark]
    if len(marks) < limit:
        others = [i for i, mark in enumerate(special) if not mark]
        room = limit - len(marks)
        return sorted([*marks, *(others[:room] if side == "right" else others[-room:])])
    if count <= limit:
        return list(range(count))
    edge = list(special)[:: -1 if side == "right" else 1]
    fixed = min(limit - 1, next((i for i, mark in enumerate(edge) if not mark), count))
    if side == "right":
        return [*range(limit - fixed), *range(count - fixed, count)]
    return [*range(fixed), *range(count - limit + fixed, count)]


def _kept(
    text: str, retained: Sequence[tuple[int, int] | None], spans: Sequence[tuple[int, int]], side: Side
) -> tuple[int, int]:
    """The characters that are read: up to the last token of the text that stays, or from the first one on.

    Where all tokens of the text stay (what was cut is the template's) so does what no token covers.
    """
    own = [span for span in retained if span]
    if len(own) == len(spans):
        return 0, len(text)
    if side == "right":
        return 0, max((end for _, end in own), default=0)
    return min((start for start, _ in own), default=len(text)), len(text)


def _with_width(text: str, offsets: Sequence[tuple[int, int]], special: Sequence[bool]) -> list[tuple[int, int]]:
    """Offsets in which a token of white space covers it: tokenizers that trim offsets leave it no width.

    It gets the white space before its place that no token before it has; else the one behind it, which tokenizers that
    count a space in front of each text trim from the other end.
    """
    result: list[tuple[int, int]] = []
    done = 0
    for (start, end), mark in zip(offsets, special, strict=True):
        if start == end and not mark:
            if text[done:end].isspace():
                start = done
            elif end >= done and text[end : end + 1].isspace():
                end += 1
        result.append((start, end))
        done = done if mark else max(done, end)
    return result


def _has_surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)
