"""The frame around every page: name, style, navigation and the picker in the sidebar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from itertools import chain
from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.errors import AppError
from core.results import CandidateSummary, Selection
from core.settings import ROOT
from pages.ui import candidate_picker, capabilities, markup, missing_pair, url_state
from pages.ui.site_map import NEEDS, PageEntry

IMAGES = ROOT / "assets" / "images"
STYLE = Path(__file__).with_name("style.css")


_SECTION, _HERE, _OTHER = "headlight.section", "headlight.here", "headlight.other_path"
#: Pages that stand below the notice of a pair that is not here: where another is found or added.
_WITHOUT_PAIR = ("candidates",)


def run(site_map: Mapping[str, Sequence[PageEntry]]) -> None:
    """Draw the frame, then the page that the URL asks for; `/` is the first one.

    A section is a menu of the navigation under its name. A path that is no page's gets a page that says so.
    """
    first = site_map[""][0]
    sections = {
        name: [st.Page(page.file, title=page.title, url_path=page.path, default=page is first) for page in pages]
        for name, pages in site_map.items()
    }
    pages = sections.pop("")
    other = _other_path(first, pages[0], [page.path for page in chain.from_iterable(site_map.values())])
    page = st.navigation({"": [*pages, *other], **sections}, position="top")
    here = page.url_path or first.path
    if st.session_state.get(_HERE) != here:
        url_state.arrived()
    st.session_state[_SECTION] = next((section for section in sections.values() if page in section), ())
    st.session_state[_HERE] = here
    st.set_page_config(page_title=f"{page.title} · Headlight", page_icon=IMAGES / "icon.png", layout="wide")
    st.logo(IMAGES / "headlight.svg", icon_image=IMAGES / "headlight.svg")
    st.html(STYLE)
    try:
        candidate_picker.choose(st.sidebar)
        if candidate_picker.missing() is None or page in other:
            page.run()
        elif here in _WITHOUT_PAIR:
            missing_pair.draw(selection()[1])
            page.run()
        else:
            st.html(markup.title(page.title))
            missing_pair.draw(selection()[1])
    except AppError as error:
        st.html(markup.problem(error))
    finally:
        candidate_picker.forget()


def _other_path(first: PageEntry, home: st.Page, paths: Sequence[str]) -> list[st.Page]:
    """A hidden page for a path that the browser came with and that is none of these; empty where all is well.

    The first page's own path leads to `/`; any other is said to be no page, one of several parts by Streamlit itself.
    """
    context = get_script_run_ctx()
    name = context.pages_manager.intended_page_name if context else ""
    if name and "/" not in name and (name not in paths or name == first.path):
        st.session_state[_OTHER] = name
    path: str = st.session_state.get(_OTHER, "")

    def say() -> None:
        if path == first.path:
            st.switch_page(home, query_params=st.query_params.to_dict())
        st.html(markup.title("No such page"))
        st.html(markup.warning(f"There is no page '{path}'. The bar on top has all that there are."))
        st.page_link(home, label=first.title, icon=":material/arrow_forward:", icon_position="right")

    return [st.Page(say, title="No such page", url_path=path, visibility="hidden")] if path else []


def section_links() -> None:
    """The pages of the section that this one belongs to, side by side; a phone shows this one's link first.

    Those that the loaded pair cannot fill lead nowhere, and say why.
    """
    known = capabilities.capabilities(selection()[0])
    with st.container(key="section", horizontal=True, gap="small"):
        for page in st.session_state[_SECTION]:
            here, needs = page.url_path == st.session_state[_HERE], NEEDS[page.url_path]
            reason = "" if needs is None else known.why_not(needs)
            with st.container(key="here", width="content") if here else nullcontext():
                st.page_link(page, label=page.title, disabled=bool(reason), help=markup.plain(reason, 400) or None)


def fits() -> bool:
    """Whether the loaded pair can fill this page; if not, why and what to do is drawn."""
    return capabilities.fits(selection()[0], NEEDS[st.session_state[_HERE]])


def selection() -> tuple[Selection, CandidateSummary]:
    """The candidate and adapter that the person has chosen. Every page begins with this call.

    A fresh server runs the page file of a deep link alone, without app.py, until the first
    `st.navigation` (Streamlit's older rule for a folder called pages). Nothing is chosen in such a run:
    it starts over, through app.py.
    """
    return candidate_picker.chosen() or _start_over()


def _start_over() -> NoReturn:
    PagesManager.uses_pages_directory = False
    st.rerun()
