"""A server of its own, a real Chromium, and pages that report whatever went wrong in them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Response, expect, sync_playwright

from core.checkpoints.adapter_update.service import AdapterUpdateService
from core.config.catalogue import Catalogue
from core.engine.engine import Engine
from core.explain.explainer import Explainer
from core.results import Availability
from core.settings import ROOT, Settings, settings
from core.tasks.runner import TaskRunner

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update"]
FLAGS += ["--disable-background-networking", "--disable-sync"]
SHOTS = ROOT / "test-results"
COMMANDS = {
    "ours": ["-m", "server", "--host", "127.0.0.1", "--port"],
    "slowly": ["-m", "tests.browser.slow_server", "--host", "127.0.0.1", "--port"],
    "streamlit run": ["-m", "streamlit", "run", "app.py", "--server.address", "127.0.0.1", "--server.port"],
}
#: On a deep link Streamlit's script first looks for its server below the page's path, and is told no.
EXPECTED_404 = ("/_stcore/health", "/_stcore/host-config")


@dataclass(frozen=True)
class Server:
    """Where a server listens, its process, and the folder of the candidates that are added to it."""

    url: str
    pid: int
    candidates: Path


Scheme = Literal["light", "dark"]
Serve = Callable[[str], Server]
OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def demos() -> None:
    """The demo candidates; without them there is nothing to click on."""
    settings.cache_clear()
    offered = Engine(Settings()).candidates()
    if not any(c.id == "demo-llama" and c.availability is Availability.READY for c in offered):
        pytest.skip("the demo candidates are not in assets/models: `make demos` trains them")


@contextmanager
def started(folder: Path, how: str = "ours", **variables: str) -> Iterator[Server]:
    """A server that nobody has visited, with these variables; no traceback may stand in its log when it ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "HEADLIGHT_USER_CATALOGUE": str(folder / "own"),
        "HEADLIGHT_EVALUATIONS": str(folder / "evaluations"),
        "PYTHONFAULTHANDLER": "1",
        **variables,
    }
    command = [sys.executable, *COMMANDS[how], str(port)]
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _wait_until_up(f"http://127.0.0.1:{port}", process)
        yield Server(f"http://127.0.0.1:{port}", process.pid, folder / "own")
    finally:
        process.terminate()
        ended = _ended(process)
    # `streamlit run` waits for open connections without a limit when it ends; ours (`server/`) must not.
    assert ended or how != "ours", "the server did not end:\n" + (folder / "log.txt").read_text()
    assert "Traceback" not in (folder / "log.txt").read_text(), (folder / "log.txt").read_text()


def _ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether it ends within half a minute; if not, its log says what each thread was doing."""
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)
        process.wait(timeout=30)
        return False
    return True


@pytest.fixture
def fresh_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts servers of a test's own. To be asked for before `open_page`, so that pages close first."""
    with ExitStack() as running:
        yield lambda how: running.enter_context(started(tmp_path_factory.mktemp("server"), how))


def _wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the server ended at once"
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server did not come up in 30 s")


@pytest.fixture(scope="session")
def server(demos: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that do not need a fresh one."""
    with started(tmp_path_factory.mktemp("server")) as made:
        yield made


@pytest.fixture(scope="session")
def browser(chromium: str | None) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        expect.set_options(timeout=20_000)
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def visitors(browser: Browser) -> Iterator[BrowserContext]:
    """What all pages share: the browser's cache of files. A session on the server is a page's own."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def open_page(visitors: BrowserContext) -> Iterator[OpenPage]:
    """Opens a page as a visitor of their own; afterwards, no visitor may have seen an error or left this server."""
    pages: list[Page] = []
    wrong: list[str] = []

    def opened(url: str, *, width: int = 1440, height: int = 900, scheme: Scheme = "light") -> Page:
        page = visitors.new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: wrong.append(f"uncaught: {error}"))
        page.on("console", lambda m: wrong.append(f"console: {m.text}") if _is_wrong(m.type, m.text) else None)
        page.on("request", lambda request: wrong.extend(_foreign(request.url, url)))
        page.on("response", lambda response: wrong.extend(_refused(response)))
        page.goto(url)
        return page

    yield opened
    for page in pages:
        if not page.is_closed() and page.url.startswith("http"):
            page.evaluate("localStorage.clear()")  # a menu that was open on a phone would be for the next test, too
        page.close()
    assert not wrong, wrong


def _is_wrong(kind: str, text: str) -> bool:
    """Errors, but for the line that goes with an expected 404, which `_refused` looks at by address."""
    return kind == "error" and "status of 404" not in text


def _foreign(url: str, home: str) -> list[str]:
    here = urlparse(url).scheme in ("data", "blob") or urlparse(url).netloc == urlparse(home).netloc
    return [] if here else [f"request to another server: {url}"]


def _refused(response: Response) -> list[str]:
    expected = response.status == 404 and response.url.endswith(EXPECTED_404)
    return [] if response.status < 400 or expected else [f"{response.status} for {response.url}"]


class Opened:
    """A file in a browser without a network, and whatever went wrong in it."""

    def __init__(self, browser: Browser, path: Path, scheme: Scheme) -> None:
        context = browser.new_context(offline=True, color_scheme=scheme)
        self.page: Page = context.new_page()
        self.wrong: list[str] = []
        self.page.on("console", lambda m: self.wrong.append(m.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", self._dialog)
        self.page.on("request", lambda r: self.wrong.append(r.url) if r.url != path.as_uri() else None)
        self.page.goto(path.as_uri())
        figures = self.page.locator(".hl-figure").count()
        expect(self.page.locator(".hl-figure > .plot-container")).to_have_count(figures)

    def _dialog(self, dialog: Dialog) -> None:
        self.wrong.append("a dialog")
        dialog.dismiss()


OpenFile = Callable[..., Opened]


@pytest.fixture
def opened(browser: Browser) -> Iterator[OpenFile]:
    """Opens an HTML file; afterwards, none may have asked for anything or said that something is wrong."""
    made: list[Opened] = []

    def opening(path: Path, scheme: Scheme = "light") -> Opened:
        made.append(Opened(browser, path, scheme))
        return made[-1]

    yield opening
    for one in made:
        one.page.context.close()
        assert not one.wrong


@pytest.fixture(scope="session")
def engine(demos: None) -> Engine:
    """The same candidates in this process: what the pages must show."""
    settings.cache_clear()
    return Engine(Settings())


@pytest.fixture(scope="session")
def explainer(engine: Engine) -> Explainer:
    """What the pages about one prediction must show."""
    return Explainer(engine, TaskRunner(1))


@pytest.fixture(scope="session")
def updates(engine: Engine) -> AdapterUpdateService:
    """What the pages about adapters' updates must show."""
    return AdapterUpdateService(engine, TaskRunner(1))


@pytest.fixture(scope="session")
def examples(demos: None) -> tuple[str, ...]:
    """What demo-llama with banking77 offers to try."""
    settings.cache_clear()
    found = Catalogue.read(settings().catalogue).get("demo-llama").adapters
    return tuple(e.text for a in found if a.id == "banking77" for e in a.examples)
