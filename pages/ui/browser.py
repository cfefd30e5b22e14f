"""What only the browser can do: notice what is typed and not yet asked, and copy the address."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component
from streamlit.components.v2.types import ComponentRenderer

_FOLDER = Path(__file__).parent
#: So much of a text is compared with what is typed; of longer ones also the length.
_COMPARED = 20_000


def mark_unasked(box: str, text: str | None, opener: str | None = None, *, other: bool = False) -> None:
    """Mark the page (`data-unasked` on `.stApp`) while the text area of this key holds another text than this one.

    `other`: it is the page's second text, and the mark is `data-unasked-other`.
    The server hears of a form's text only when it is sent, so the comparison is made in the browser, at each key.
    `text` is what the verdict on the page is about; None: there is none, and nothing is marked. `opener` is the key of
    the button behind which the text area is, if it is behind one: the keyboard goes with the area when it opens, and
    back to the button when it shuts. Limits: a change of the
    program (an example that fills the form) is seen within 0.3 s; of a text longer than 20,000 characters an edit
    behind these that keeps its length is not seen.
    """
    shown = None if text is None else {"start": text[:_COMPARED], "length": _utf16(text)}
    name = "unasked-other" if other else "unasked"
    data = {"box": _css_class(box), "mark": f"data-{name}", "shown": shown, "opener": opener and _css_class(opener)}
    with st.container(key=name):  # takes no room, see the style
        _mount("headlight_unasked", "unasked.js")(key=f"{name}-text", data=data)


def copy_link() -> None:
    """A button that copies the address of the page as it is now; where the browser forbids that, it shows it."""
    _mount("headlight_copy_link", "copy_link.js")(key="copy-link", width="content")


def _css_class(key: str) -> str:
    """By which the browser knows the element of a key."""
    return f"st-key-{key.replace('.', '-')}"


def _mount(name: str, script: str) -> ComponentRenderer:
    return component(name, js=(_FOLDER / script).read_text(encoding="utf-8"), isolate_styles=False)


def _utf16(text: str) -> int:
    """The length as JavaScript counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
