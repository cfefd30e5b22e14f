"""The head start: who sets it going, and that it is set going once."""

from __future__ import annotations

import threading

import pytest
from starlette.types import Message, Receive, Scope, Send

from pages.ui.page_entry import PageEntry
from pages.ui.site_map import PAGES
from server import preload
from server.preload import HeadStart


async def answered(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "answered", "path": scope["path"]})


async def nothing() -> Message:
    return {"type": "http.disconnect"}


def visit(app: HeadStart, path: str, mode: str = "navigate", kind: str = "http") -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": kind, "path": path, "headers": [(b"sec-fetch-mode", mode.encode())]}
    with pytest.raises(StopIteration):  # nothing in it waits: no loop is needed, and a browser test may have left one
        app(scope, nothing, send).send(None)
    return sent


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[threading.Event]:
    """One event for each time that imports begin."""
    events: list[threading.Event] = []

    class Started:
        def __init__(self, target: object, name: str, daemon: bool) -> None:
            assert target is preload._import_needed

        def start(self) -> None:
            events.append(threading.Event())

    monkeypatch.setattr(threading, "Thread", Started)
    return events


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_pages_that_answer_on_opening_begin_it(page: PageEntry, begun: list[threading.Event]) -> None:
    app = HeadStart(answered)
    assert visit(app, f"/{page.path}") == [{"type": "answered", "path": f"/{page.path}"}]
    assert len(begun) == page.answers
    visit(app, f"/{page.path}")
    assert len(begun) == page.answers, "once"


@pytest.mark.parametrize(
    ("path", "mode", "kind"),
    [("/", "cors", "http"), ("/", "navigate", "websocket"), ("/_stcore/health", "navigate", "http")],
)
def test_programs_leave_the_server_small(path: str, mode: str, kind: str, begun: list[threading.Event]) -> None:
    visit(HeadStart(answered), path, mode, kind)
    assert not begun
    visit(HeadStart(answered), "/")
    assert len(begun) == 1


def test_what_the_first_pages_draw_with_is_there() -> None:
    preload.import_widgets()
