"""What the server does to answers: scripts compressed, and no page that may load anything from elsewhere."""

from __future__ import annotations

import asyncio
import gzip
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import middleware
from server.middleware import CompressedAssets, ContentPolicy, content_policy


async def nothing() -> Message:
    return {"type": "http.disconnect"}


def page(kind: bytes) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": b"ours"})

    return app


def ask(app: ASGIApp, path: str, accept: bytes = b"gzip, br", method: str = "GET") -> tuple[dict[str, str], bytes]:
    """Headers and body of the answer."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": [(b"accept-encoding", accept)]}

    async def answer() -> None:
        await app(scope, nothing, send)

    with ThreadPoolExecutor(1) as thread:  # a browser test before this one leaves a loop in its own
        thread.submit(lambda: asyncio.run(answer())).result()
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}, sent[1]["body"]


@pytest.fixture
def script() -> tuple[str, Path]:
    """The path and the file of one of Streamlit's scripts."""
    return next((path, file) for path, file in middleware._assets().items() if file.suffix == ".js")


def test_a_script_comes_compressed_and_whole(script: tuple[str, Path]) -> None:
    path, file = script
    headers, body = ask(CompressedAssets(page(b"text/html")), path)
    assert gzip.decompress(body) == file.read_bytes()
    assert headers["content-encoding"] == "gzip"
    assert headers["content-length"] == str(len(body))
    assert headers["content-type"].startswith("text/javascript")
    assert "immutable" in headers["cache-control"]


def test_everything_else_is_passed_on(script: tuple[str, Path]) -> None:
    app = CompressedAssets(page(b"text/html"))
    assert ask(app, script[0], accept=b"identity")[1] == b"ours"
    assert ask(app, script[0], method="HEAD")[1] == b"ours"
    assert ask(app, "/static/../../etc/passwd.js")[1] == b"ours"
    assert ask(app, "/")[1] == b"ours"


def test_pages_may_load_from_this_server_only() -> None:
    headers, _ = ask(ContentPolicy(page(b"text/html; charset=utf-8")), "/")
    assert headers["content-security-policy"] == content_policy()
    assert headers["x-content-type-options"] == "nosniff"
    assert "http" not in content_policy()
    assert "content-security-policy" not in ask(ContentPolicy(page(b"application/json")), "/")[0]
