"""A text inside the chat template of its tokenizer, and where its characters are in there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.errors import CheckpointError, InputError

#: Stands for a text in a template: no template writes, trims or changes these.
_MARK = "\ue000\ue001\ue000"


@dataclass(frozen=True)
class Templated:
    """What is read in place of a text.

    Attributes:
        rendered: template and text.
        places: for each character of `rendered` its place in the text; -1 where it is the template's.
    """

    rendered: str
    places: list[int]

    @classmethod
    def plain(cls, text: str) -> Templated:
        """A text as it is."""
        return cls(text, list(range(len(text))))

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The characters of the text in `rendered[start:end]`; None where all of them are the template's.

        What has no width stands before the text's character there, or behind the one before it.
        """
        own = [place for place in self.places[start:end] if place >= 0]
        if own:
            return own[0], own[-1] + 1
        if start == end and start < len(self.places) and self.places[start] >= 0:
            return self.places[start], self.places[start]
        if start == end and start > 0 and self.places[start - 1] >= 0:
            return self.places[start - 1] + 1, self.places[start - 1] + 1
        return None


class UserTurn:
    """The template of a tokenizer around one text, as the only thing that a user says; thread safe.

    The same as `tokenizer.apply_chat_template([{"role": "user", "content": text}], tokenize=False)`.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def check(self) -> None:
        """Raises CheckpointError for a tokenizer without a template, and one that fails or has no place for a text."""
        if not has_template(self._tokenizer):
            raise CheckpointError(
                "A chat template was asked for, and the tokenizer has none.",
                fix="switch it off, or add chat_template.jinja to the model's folder.",
                command_fix="leave it out (--no-chat-template, or chat_template: none), or add chat_template.jinja.",
            )
        try:
            count = self._render(_MARK).count(_MARK)
        except Exception as error:  # whatever a template does, in jinja2's classes and its own words
            seen = " ".join(str(error).split())[:200]
            raise CheckpointError(f"The chat template cannot be applied: {seen}", fix=self._fix) from error
        if count != 1:
            raise CheckpointError(f"The chat template writes the text {count} times, not once.", fix=self._fix)

    def apply(self, text: str) -> Templated:
        """The text in the template.

        Raises:
            InputError: the template refuses it, or changes it so that its characters are not found again.
        """
        try:
            rendered, marked = self._render(text), self._render(_MARK)
        except Exception as error:  # as above; some templates refuse certain texts
            seen = " ".join(str(error).split())[:200]
            raise InputError(f"The chat template refuses the text {text[:40]!r}: {seen}", fix=self._fix) from error
        head, _, tail = marked.partition(_MARK)
        inside = rendered[len(head) : len(rendered) - len(tail)]
        places = _places(inside, text) if rendered == head + inside + tail else None
        if places is None:
            raise InputError(f"The chat template changes the text {text[:40]!r} beyond recognition.", fix=self._fix)
        return Templated(rendered, [-1] * len(head) + places + [-1] * len(tail))

    @cached_property
    def _fix(self) -> str:
        return "mend chat_template.jinja (or its field in tokenizer_config.json), or read texts without it."

    def _render(self, text: str) -> str:
        turn = [{"role": "user", "content": text}]
        return str(self._tokenizer.apply_chat_template(turn, tokenize=False))


def has_template(tokenizer: Any) -> bool:
    """Whether a tokenizer brings a chat template."""
    return bool(getattr(tokenizer, "chat_template", None))


def _places(inside: str, text: str) -> list[int] | None:
    """Where the characters of what a template made of a text stand in it; None where it did more than leave some out.

    Templates trim white space, and some join empty lines.
    """
    start = text.find(inside)
    if start >= 0:
        return list(range(start, start + len(inside)))
    places, after = [], 0
    for sign in inside:
        place = text.find(sign, after)
        if place < 0:
            return None
        places.append(place)
        after = place + 1
    return places
