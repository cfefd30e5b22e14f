"""A text cut into what a person reads: words, and tokens with whole characters."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from core.results import Prediction, Reading, Token, Unit

#: A run without white space; signs of scripts that write without spaces are words of their own.
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_SPACELESS}]|[^\s{_SPACELESS}]+")
_JOINER = "\u200d"


def read(prediction: Prediction) -> Reading:
    """The prediction with its text cut both ways."""
    text, tokens = prediction.text, prediction.tokens
    starts = character_starts(text)
    return Reading(
        prediction,
        words=_template_joined(_without_spaces(_units(text, tokens, _word_starts(text, starts)))),
        pieces=_units(text, tokens, starts),
    )


def character_starts(text: str) -> list[int]:
    """For each position the one at which its visible character begins.

    Combining marks, variation selectors, skin tones, joined emoji and the second half of a flag belong to what
    stands before them, so that a character is never broken.
    """
    starts: list[int] = []
    for i, sign in enumerate(text):
        joined = i > 0 and (_extends(sign) or text[i - 1] == _JOINER or _second_of_flag(text, i, starts))
        starts.append(starts[i - 1] if joined else i)
    return starts


def cut(text: str) -> list[str]:
    """Words, and each white space between them: joined they are the text."""
    starts = _word_starts(text, character_starts(text))
    edges = [i for i in range(len(text)) if i == 0 or starts[i] != starts[i - 1]] + [len(text)]
    return [text[begin:end] for begin, end in itertools.pairwise(edges)]


def _extends(sign: str) -> bool:
    return (
        sign == _JOINER
        or unicodedata.category(sign) in ("Mn", "Mc", "Me")
        or "\U0001f3fb" <= sign <= "\U0001f3ff"
        or "\U000e0020" <= sign <= "\U000e007f"
    )


def _second_of_flag(text: str, i: int, starts: list[int]) -> bool:
    return _is_flag_letter(text[i]) and _is_flag_letter(text[i - 1]) and starts[i - 1] == i - 1


def _is_flag_letter(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


def _word_starts(text: str, characters: list[int]) -> list[int]:
    """For each position where its word begins; white space belongs to nothing and stands for itself."""
    starts = list(characters)
    for match in _WORD.finditer(text):
        begin = characters[match.start()]
        for i in range(match.start(), match.end()):
            starts[i] = starts[begin]
    return starts


def _units(text: str, tokens: Sequence[Token], starts: list[int]) -> tuple[Unit, ...]:
    """Neighbouring tokens whose visible characters begin at one place, or overlap, are one unit.

    A token may carry the space before its word: it counts with the word. Special tokens stand alone, and so do those
    of a chat template and those without width.
    """
    groups: list[tuple[int, int, list[int]]] = []
    for position, token in enumerate(tokens):
        if token.kind != "text" or token.start == token.end:
            groups.append((token.start, token.start, [position]))
            continue
        visible = next((i for i in range(token.start, token.end) if not text[i].isspace()), token.start)
        begin, end = starts[visible], _end(text, starts, token.end)
        last = groups[-1] if groups else None
        if last is not None and last[0] < last[1] and begin < last[1]:
            groups[-1] = (last[0], max(last[1], end), [*last[2], position])
        else:
            groups.append((begin, end, [position]))
    return tuple(
        Unit(
            text[start:end] if end > start else tokens[members[0]].text,
            start,
            end,
            tuple(members),
            tokens[members[0]].kind,
        )
        for start, end, members in groups
    )


def _end(text: str, starts: list[int], end: int) -> int:
    """Where the unit ends that the character before `end` belongs to."""
    while end < len(text) and starts[end] == starts[end - 1]:
        end += 1
    return end


def _template_joined(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """What a chat template writes in one go as one unit."""
    joined: list[Unit] = []
    for unit in units:
        if joined and unit.kind == joined[-1].kind == "template":
            last = joined.pop()
            unit = replace(last, text=last.text + unit.text, tokens=last.tokens + unit.tokens)
        joined.append(unit)
    return tuple(joined)


def _without_spaces(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """A token of white space alone, or of no width, counts with the word behind it, or before it where none follows.

    In a text of nothing else it stands for itself.
    """
    retained: list[Unit] = []
    waiting: tuple[int, ...] = ()
    last: int | None = None
    for unit in units:
        if unit.special:
            retained.append(unit)
        elif unit.start == unit.end or not unit.text.strip():
            waiting += unit.tokens
        else:
            last = len(retained)
            retained.append(replace(unit, tokens=waiting + unit.tokens))
            waiting = ()
    if waiting and last is not None:
        retained[last] = replace(retained[last], tokens=retained[last].tokens + waiting)
    return units if last is None else tuple(retained)
