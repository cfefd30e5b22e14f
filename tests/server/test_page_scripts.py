"""Large scripts come with the pages that need them; their names are Streamlit's own."""

from __future__ import annotations

import re

import pytest

from pages.ui.page_entry import PageEntry
from pages.ui.site_map import PAGES
from server.middleware import RUN_CHARTS, STATIC, assets, inline
from server.page_scripts import ON_TOP, links


def scripts(path: str, rel: str) -> list[str]:
    """Names of the scripts that a page links to."""
    return re.findall(rf'rel="{rel}"[^>]* href="\./static/js/(\w+)\.', links(path).decode())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_fetches_at_once_what_it_draws_with(page: PageEntry) -> None:
    path = f"/{page.path}"
    now, later = scripts(path, "modulepreload"), scripts(path, "prefetch")
    assert ("PlotlyChart" in now) == page.charts
    assert ("DataFrame" in now) == page.tables
    assert {*ON_TOP, "DataFrame", "PlotlyChart"} <= {*now, *later}
    assert set(later) <= {"DataFrame", "PlotlyChart"}
    assert set(ON_TOP) <= set(now)
    assert (inline(RUN_CHARTS) in links(path)) == ("PlotlyChart" in later)


def test_the_root_is_the_first_page_and_every_link_leads_to_a_file() -> None:
    assert links("/") == links(f"/{PAGES[0].path}")
    for script in re.findall(r'href="\.([^"]+)"', links("/").decode()):
        assert script in assets()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_script_imports_comes_with_it(page: PageEntry) -> None:
    """The oracle reads whole files: everything in quotes behind an `import` or a `from` that is no call."""
    html = links(f"/{page.path}").decode()
    linked = set(re.findall(r'rel="modulepreload"[^>]* href="\.([^"]+)"', html))
    app = set(re.findall(r'"\.(/static/js/[^"]+\.js)"', (STATIC / "index.html").read_text()))
    missing = {path: sorted(imports(path) - linked - app) for path in linked}
    assert not {path: names for path, names in missing.items() if names}
    assert not linked & app, "what the page of Streamlit names already"


def imports(path: str) -> set[str]:
    found = re.findall(r"""(?:\bfrom|\bimport)["']\./([^"']+\.js)["']""", assets()[path].read_text())
    return {f"/static/js/{name}" for name in found}
