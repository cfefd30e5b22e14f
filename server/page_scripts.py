"""Scripts that Streamlit fetches when it draws with them come with the page: charts, tables, what stands on top."""

from __future__ import annotations

from functools import cache
from pathlib import PurePosixPath

from starlette.types import ASGIApp

from pages.ui.site_map import PAGES
from server.middleware import RUN_CHARTS, InEveryPage, assets, inline

#: Streamlit's names of the large ones, before the hash in the file's name.
CHARTS, TABLES = "PlotlyChart", "DataFrame"
#: Small ones, of what stands on top of most pages: one that comes late moves what a person is about to click.
ON_TOP = ("Html", "PageLink", "StreamlitMarkdown", "BaseButton", "Selectbox", "ButtonGroup", "BidiComponent")


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
    named = "".join(_link(script, now=needed.get(name, True)) for name, script in _scripts().items()).encode()
    return named if page.charts else named + inline(RUN_CHARTS)


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
