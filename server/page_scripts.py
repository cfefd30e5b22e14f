"""Scripts that Streamlit fetches when it draws with them come with the page: charts, tables, what stands on top."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path, PurePosixPath

from starlette.types import ASGIApp

from pages.ui.site_map import PAGES
from server.middleware import RUN_CHARTS, STATIC, InEveryPage, assets, inline

#: Streamlit's names of the large ones, before the hash in the file's name.
CHARTS, TABLES = "PlotlyChart", "DataFrame"
#: Small ones, of what stands on top of most pages: one that comes late moves what a person is about to click.
ON_TOP = ("Html", "PageLink", "Selectbox", "ButtonGroup", "BidiComponent")

#: Characters of a script in which its imports stand.
_IMPORTS = 10_000


class PageScripts(InEveryPage):
    """ASGI: names in each page the scripts that it needs, for the browser to fetch at once.

    Streamlit names them when it draws, a second later in a new browser. What only other pages need is fetched when the
    browser has nothing else to do; that of charts is also run then, by a script of ours.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, b"<body>", links)


@cache
def links(path: str) -> bytes:
    """A link a script; and ours, where charts come later."""
    page = next((page for page in PAGES if f"/{page.path}" == path), PAGES[0])
    needed = {CHARTS: page.charts, TABLES: page.tables}
    now = {name for name in _scripts() if needed.get(name, True)}
    parts = sorted({part for name in now for part in _imported(_scripts()[name])} - set(_scripts().values()))
    named = [_link(script, now=name in now) for name, script in _scripts().items()]
    first = "".join([_link(part, now=True) for part in parts] + named).encode()
    return first if page.charts else first + inline(RUN_CHARTS)


def _imported(script: str) -> set[str]:
    """Paths of all that a script imports, also by way of others, but for what the app itself begins with.

    A browser asks for those when it has read the script, and for theirs when it has read them.
    """
    own, found, unread = _begun_with(), set[str](), [script]
    while unread:
        new = {str(PurePosixPath(script).with_name(name)) for name in _import_names(assets()[unread.pop()])}
        new = {path for path in new - own - found if path in assets()}
        found |= new
        unread += new
    return found


def _import_names(script: Path) -> list[str]:
    """Names of the files that a script imports when it is run; a build puts these before everything else."""
    with script.open(encoding="utf-8") as file:
        return re.findall(r"""\b(?:from|import)\s*["']\./([\w.-]+\.js)["']""", file.read(_IMPORTS))


@cache
def _begun_with() -> frozenset[str]:
    """Paths of the scripts that Streamlit's own page names."""
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    return frozenset(path for path in assets() if f".{path}" in page)


def _link(script: str, *, now: bool) -> str:
    """`now`: fetched beside the app's own scripts, behind them in the queue."""
    if now:
        return f'<link rel="modulepreload" fetchpriority="low" crossorigin href=".{script}">'
    return f'<link rel="prefetch" as="script" crossorigin href=".{script}">'


@cache
def _scripts() -> dict[str, str]:
    """Paths of these scripts by name; one that this version of Streamlit does not have is left to it."""
    named = {PurePosixPath(path).name.split(".")[0]: path for path in assets() if path.endswith(".js")}
    return {name: named[name] for name in (*ON_TOP, CHARTS, TABLES) if name in named}
