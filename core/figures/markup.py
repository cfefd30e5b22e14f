"""Text of people, files and models inside HTML: shown as it was written, loading nothing."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence

from core.words.class_names import readable

#: C0 controls and DEL as the pictures Unicode has for them; tab and line feed stay.
PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {0x7F: 0x2421}


#: What stands in quotes inside escaped HTML.
_QUOTED = re.compile("(&#x27;)(.*?)(&#x27;)", re.DOTALL)


def direction(value: str) -> str:
    """`rtl` or `ltr`, by the first letter that has one (Unicode Standard Annex 9, P2 and P3)."""
    strong = (unicodedata.bidirectional(character) for character in value)
    return "rtl" if next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L" else "ltr"


def quoting(value: str) -> str:
    """A sentence in English that quotes somebody's words: safe inside HTML, left to right, each quotation by itself."""
    told = _QUOTED.sub(r"\1<bdi>\2</bdi>\3", html.escape(value.translate(PICTURES)))
    return f'<span dir="ltr">{told}</span>'


def text(value: str) -> str:
    """Text that is safe inside HTML: escaped, control characters visible, its direction kept to itself."""
    return f"<bdi>{html.escape(value.translate(PICTURES))}</bdi>"


def label(value: str, labels: Sequence[str]) -> str:
    """A class, or a verdict of several, as a person reads it; its id on hover, an id itself breaks at underscores."""
    named = readable(value, labels)
    shown = text(named).replace("_", "_<wbr>")
    return shown if named == value else f'<span title="{attribute(value)}">{shown}</span>'


def attribute(value: str) -> str:
    """The value of an HTML attribute, without its quotes: safe between double quotes."""
    return html.escape(value.translate(PICTURES), quote=True)
