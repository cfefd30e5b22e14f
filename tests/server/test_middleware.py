"""What the server does to answers: scripts compressed, and no page that may load anything from elsewhere."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import middleware
from server.addresses import FirstPage, OneName
from server.middleware import (
    CompressedAssets,
    ConnectAtOnce,
    ContentPolicy,
    OneEntryAPage,
    Skeleton,
    content_policy,
)


async def nothing() -> Message:
    return {"type": "http.disconnect"}


def page(kind: bytes) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": b"ours"})

    return app


def ask(
    app: ASGIApp,
    path: str,
    accept: bytes = b"gzip, br",
    method: str = "GET",
    query: bytes = b"",
    accepts: bytes = b"*/*",
) -> tuple[dict[str, str], bytes]:
    """Headers and body of the answer."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"accept-encoding", accept), (b"accept", accepts)]
    scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": headers}

    async def answer() -> None:
        await app(scope, nothing, send)

    with ThreadPoolExecutor(1) as thread:  # a browser test before this one leaves a loop in its own
        thread.submit(lambda: asyncio.run(answer())).result()
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}, sent[1]["body"]


@pytest.fixture
def script() -> tuple[str, Path]:
    """The path and the file of one of Streamlit's scripts."""
    return next((path, file) for path, file in middleware.assets().items() if file.suffix == ".js")


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


HEAD = b"<!DOCTYPE html><html><head><title>x</title></head><body></body></html>"


def streamed(kind: bytes, *parts: bytes) -> ASGIApp:
    """An answer in parts."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        size = str(sum(map(len, parts))).encode()
        headers = [(b"content-type", kind), (b"content-length", size)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for i, part in enumerate(parts):
            await send({"type": "http.response.body", "body": part, "more_body": i + 1 < len(parts)})

    return app


def let_in(script: bytes) -> bool:
    return base64.b64encode(hashlib.sha256(script).digest()).decode() in content_policy()


def test_a_page_is_told_where_its_server_is() -> None:
    _, body = ask(ConnectAtOnce(page(b"text/html; charset=utf-8")), "/why")
    assert body == b"ours"  # no head
    _, body = ask(ConnectAtOnce(streamed(b"text/html; charset=utf-8", HEAD)), "/why")
    before, script, after = re.split(b"<script>|</script>", body)
    assert before + after == HEAD
    assert b"BACKEND_BASE_URL" in script
    assert let_in(script)


def test_the_history_script_is_the_first_of_every_page() -> None:
    headers, body = ask(OneEntryAPage(streamed(b"text/html; charset=utf-8", HEAD[:20], HEAD[20:])), "/why")
    before, script, after = re.split(b"<script>|</script>", body)
    assert before + after == HEAD
    assert before.endswith(b"<head>")
    assert b"replaceState" in script
    assert let_in(script)
    assert headers["content-length"] == str(len(body))


def test_every_page_begins_with_a_skeleton_and_what_takes_it_away() -> None:
    app = Skeleton(OneEntryAPage(streamed(b"text/html", HEAD[:20], HEAD[20:])))
    headers, body = ask(app, "/why")
    assert b'<body><div id="headlight-skeleton"' in body
    assert b"prefers-color-scheme: dark" in body
    scripts = re.findall(b"<script>(.*?)</script>", body, re.DOTALL)
    assert [b"replaceState" in script for script in scripts] == [True, False]
    assert b"skeleton.remove()" in scripts[1]
    assert all(map(let_in, scripts))
    assert headers["content-length"] == str(len(body))


def test_a_page_is_asked_for_uncompressed_and_everything_else_as_the_browser_asks() -> None:
    """Streamlit compresses the page of a deep link, and nothing could be put into that."""
    asked: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(Headers(scope=scope).get("accept-encoding", "none"))
        await page(b"text/html")(scope, receive, send)

    ask(OneEntryAPage(app), "/why", accepts=b"text/html,*/*")
    ask(OneEntryAPage(app), "/_stcore/host-config", accepts=b"*/*")
    assert asked == ["none", "gzip, br"]


@pytest.mark.parametrize("parts", [(b"",), (b"{}",)])
def test_what_is_no_page_stays_as_it_is(parts: tuple[bytes, ...]) -> None:
    kind = b"text/html" if parts == (b"",) else b"application/json"
    headers, body = ask(OneEntryAPage(streamed(kind, *parts)), "/why")
    assert body == parts[0]
    assert headers["content-length"] == str(len(parts[0]))


def test_the_path_of_the_first_page_leads_to_the_root_with_its_query() -> None:
    app = FirstPage(page(b"text/html"), "classify")
    assert ask(app, "/classify", query=b"candidate=a&text=%3Cb%3E")[0]["location"] == "./?candidate=a&text=%3Cb%3E"
    assert ask(app, "/classify")[0]["location"] == "./"
    assert ask(app, "/classify/more")[1] == ask(app, "/classify", method="POST")[1] == b"ours"


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/weights/all", "../weights"),
        ("/a b/c/d", "../../a%20b"),
        ("/weights/a/", "../../weights"),
        ("/%2F/x", "../%252F"),
    ],
)
def test_a_path_of_several_names_leads_to_the_first(path: str, to: str) -> None:
    app = OneName(page(b"text/html"))
    assert ask(app, path, accepts=b"text/html")[0]["location"] == to
    assert ask(app, path, accepts=b"text/html", query=b"a=1&b=%20")[0]["location"] == f"{to}?a=1&b=%20"
    assert ask(app, path)[1] == ask(app, path, method="POST", accepts=b"text/html")[1] == b"ours"


@pytest.mark.parametrize("path", ["/", "/weights", "/weights/", "/static/js/a.js", "/media/x.png", "/_stcore/health"])
def test_pages_and_files_stay_where_they_are(path: str) -> None:
    assert ask(OneName(page(b"text/html")), path, accepts=b"text/html")[1] == b"ours"
