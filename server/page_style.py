"""The style of the app comes with the page, so that what Streamlit draws first has its place at once."""

from __future__ import annotations

from starlette.types import ASGIApp

from pages.ui.frame import STYLE
from server.middleware import InEveryPage


class PageStyle(InEveryPage):
    """ASGI: puts the style into every page; behind Streamlit's own styles, as where the app draws it itself.

    The app draws it too, for `streamlit run` and for visits that outlive a server; there the first look moves.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, b"<body>", lambda _path: b"<style>" + STYLE.read_bytes() + b"</style>")
