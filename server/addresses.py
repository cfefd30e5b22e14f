"""Addresses that lead elsewhere: the first page's own name, and paths below a page's."""

from __future__ import annotations

from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class FirstPage:
    """ASGI: the path of the first page, by which links that people have kept know it, leads to `/`, where it is.

    Told by the server, the browser keeps no entry of it in its history; Streamlit's own way would.
    """

    def __init__(self, app: ASGIApp, path: str) -> None:
        self.app, self.path = app, path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for that path, pass every other on."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] != f"/{self.path}":
            await self.app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        await RedirectResponse(f"./?{query}" if query else "./")(scope, receive, send)


class OneName:
    """ASGI: a path of several names leads to the first of them, for which there is a page or a page that says no.

    Pages lie one name below the root; from deeper down a browser would look for the app's scripts where there are none.
    """

    #: Below these lie files and the socket.
    OTHERS = frozenset({"_stcore", "app", "component", "media", "static"})

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a visit of such a path, pass every other request on."""
        first, *deeper = scope.get("path", "/").lstrip("/").split("/")
        html = scope["type"] == "http" and "text/html" in Headers(scope=scope).get("accept", "")
        if not html or scope["method"] != "GET" or not any(deeper) or first in self.OTHERS:
            await self.app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        up = "../" * len(deeper)
        await RedirectResponse(f"{up}{quote(first)}{'?' * bool(query)}{query}")(scope, receive, send)
