"""What the server does to its answers: compresses the browser's files, and lets pages load nothing from elsewhere."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.file_util import get_static_dir

#: The files of Streamlit's client.
STATIC = Path(get_static_dir())
_KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_SKELETON = Path(__file__).with_name("skeleton.html")
_HISTORY, _CONNECTION, _NEW_TAB, _TAKES_AWAY, RUN_CHARTS = (
    _SKELETON.with_name(f"{name}.js") for name in ("history", "connection", "new_tab", "skeleton", "charts")
)
_ONE_YEAR = "public, immutable, max-age=31536000"


class CompressedAssets:
    """ASGI: Streamlit's scripts and styles gzipped. Their names hold a hash, so each is compressed once and kept."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for such a file, pass every other on."""
        file = _asset(scope)
        if file is None or "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            await self.app(scope, receive, send)
            return
        body = await to_thread.run_sync(_compressed, file)
        headers = {
            "content-type": _KINDS[file.suffix],
            "content-encoding": "gzip",
            "content-length": str(len(body)),
            "cache-control": _ONE_YEAR,
            "vary": "accept-encoding",
        }
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        await send({"type": "http.response.body", "body": body})


def _asset(scope: Scope) -> Path | None:
    """The script or style that a request asks for; None leaves the answer to Streamlit."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    return assets().get(scope["path"])


@cache
def assets() -> dict[str, Path]:
    """Request paths of the files that may be served; nothing outside this list is ever opened."""
    folder = STATIC / "static"
    return {f"/static/{p.relative_to(folder).as_posix()}": p for p in folder.rglob("*") if p.suffix in _KINDS}


@cache
def _compressed(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), compresslevel=6, mtime=0)


class InEveryPage:
    """ASGI: puts HTML behind the first place of a tag in every page."""

    def __init__(self, app: ASGIApp, tag: bytes, html: Callable[[str], bytes]) -> None:
        self.app, self.tag, self.html = app, tag, html

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add to HTML, pass everything else on."""
        held: list[Message] = []

        async def with_more(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_html(message):
                held.append(message)
            elif not held:
                await send(message)
            else:
                held.append(message)
                if not message.get("more_body", False):
                    await self._send_more(held, self.html(scope["path"]), send)

        if scope["type"] == "http":
            await self.app(_uncompressed(scope), receive, with_more)
        else:
            await self.app(scope, receive, send)

    async def _send_more(self, held: list[Message], html: bytes, send: Send) -> None:
        """The held answer, with ours behind the tag."""
        start, *parts = held
        body = b"".join(part.get("body", b"") for part in parts)
        if body:  # a HEAD request and an answer from the browser's cache have none
            body = body.replace(self.tag, self.tag + html, 1)
            MutableHeaders(raw=start["headers"])["content-length"] = str(len(body))
        await send(start)
        await send({"type": "http.response.body", "body": body})


def _uncompressed(scope: Scope) -> Scope:
    """The request, asking for a page as plain text: in a compressed one nothing can be put."""
    if "text/html" not in Headers(scope=scope).get("accept", ""):
        return scope
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]}


class OneEntryAPage(InEveryPage):
    """ASGI: adds a script to every page, by which parameters of the URL leave no entries in the browser's history.

    Streamlit pushes an entry whenever `st.query_params` changes, so that Back would walk through what a page wrote.
    The script stands before everything else that runs.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, b"<head>", lambda _path: inline(_HISTORY))


class ConnectAtOnce(InEveryPage):
    """ASGI: adds a script to every page, by which Streamlit's client opens its socket without asking where it is."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, b"<head>", lambda _path: inline(_CONNECTION))


class CompleteLinks(InEveryPage):
    """ASGI: adds a script to every page, by which a link that is opened in another tab says what it is about."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, b"<head>", lambda _path: inline(_NEW_TAB))


class Skeleton(InEveryPage):
    """ASGI: what a page shows before Streamlit's scripts have come and drawn: name, purpose, shapes."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, b"<body>", lambda _path: _SKELETON.read_bytes() + inline(_TAKES_AWAY))


@cache
def inline(script: Path) -> bytes:
    """A script in the page itself: a fresh server is slow to answer while it imports, and no paint waits for it."""
    return b"<script>" + script.read_bytes() + b"</script>"


def _is_html(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers


class ContentPolicy:
    """ASGI: adds a Content-Security-Policy to every page: scripts, pictures, fonts from this server only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add to its answer."""

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("x-content-type-options", "nosniff")
                if headers.get("content-type", "").startswith("text/html"):
                    headers["content-security-policy"] = content_policy()
                    headers["referrer-policy"] = "same-origin"
            await send(message)

        await self.app(scope, receive, with_policy if scope["type"] == "http" else send)


@cache
def content_policy() -> str:
    """The policy; the one script inside Streamlit's index.html and ours are let in by their hashes."""
    pages = (
        (STATIC / "index.html").read_bytes(),
        *map(inline, (_HISTORY, _CONNECTION, _NEW_TAB, _TAKES_AWAY, RUN_CHARTS)),
    )
    scripts = re.findall(rb"<script>(.*?)</script>", b"".join(pages), flags=re.DOTALL)
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s).digest()).decode()}'" for s in scripts)
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' blob: 'wasm-unsafe-eval' {hashes}",
            "worker-src 'self' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' data: blob: ws: wss:",
            "object-src 'none'",
            "base-uri 'self'",
        ]
    )
