"""The one list of pages: every file is in it, and what derives from it follows."""

from __future__ import annotations

from core.settings import ROOT
from pages.ui.site_map import PAGES, SITE_MAP


def test_every_page_is_a_file_and_every_file_a_page() -> None:
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__"}
    assert len({page.name for page in PAGES}) == len(PAGES)
    assert len({page.path for page in PAGES}) == len(PAGES)
    assert {page.file for page in PAGES} == files


def test_titles_differ_and_the_first_page_answers() -> None:
    assert len({page.title for page in PAGES}) == len(PAGES)
    assert PAGES[0] is SITE_MAP[0].pages[0]
    assert PAGES[0].answers, "`/` leads to it, and the server prepares a load for whoever opens `/`"
