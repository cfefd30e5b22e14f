"""What sections of a report are made of: HTML, and figures that are drawn in both themes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from core.figures.markup import attribute, label, text
from core.figures.style import Figure, Theme
from core.words.numbers import significant


@dataclass(frozen=True)
class Drawing:
    """A figure in either theme; `alt` is escaped and says in words what it shows."""

    draw: Callable[[Theme], Figure]
    alt: str


Piece = str | Drawing


def figure(draw: Callable[[Theme], Figure], alt: str) -> Drawing:
    """A figure and what it shows."""
    return Drawing(draw, attribute(alt))


def moment(made: str) -> str:
    """A date and time in ISO 8601 as a person writes it: `27 November 2026, 14:39 UTC`."""
    when = datetime.fromisoformat(made)
    return f"{when.day} {when:%B %Y, %H:%M} {when.tzname() or ''}".rstrip()


def heading(words: str, level: int = 2) -> str:
    """A heading."""
    return f"<h{level}>{text(words)}</h{level}>"


def says(words: str) -> str:
    """A paragraph."""
    return f"<p>{text(words)}</p>"


def note(words: str) -> str:
    """A quiet remark."""
    return f'<p class="hl-note">{text(words)}</p>'


class Class(NamedTuple):
    """A cell that names a class, or a verdict, of a model with these labels."""

    label: str
    labels: Sequence[str]


class Number(NamedTuple):
    """A cell with a number in words of its own, which stands to the right like the others."""

    words: str


Cell = str | float | Class | Number


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Words as they are, numbers to the right at three significant digits, classes by name."""
    held = [list(row) for row in rows]
    lines = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in held)
    right = [isinstance(value, float | Number) for value in held[0]] if held else [False] * len(head)
    names = "".join(_head(name, to_right) for name, to_right in zip(head, right, strict=True))
    top = f"<thead><tr>{names}</tr></thead>" if any(head) else ""
    return f'<div class="hl-scroll"><table>{top}<tbody>{lines}</tbody></table></div>'


def _head(name: str, to_right: bool) -> str:
    return f'<th scope="col"{" class=hl-right" if to_right else ""}>{text(name)}</th>'


def _cell(value: Cell) -> str:
    match value:
        case str():
            return f"<td>{text(value)}</td>"
        case Class():
            return f"<td>{label(*value)}</td>"
        case Number():
            return f'<td class="hl-right">{text(value.words)}</td>'
        case _:
            return f'<td class="hl-right">{significant(value)}</td>'
