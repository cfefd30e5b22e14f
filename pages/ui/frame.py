"""The frame around every page: name, style, navigation and the picker in the sidebar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from core.errors import AppError
from core.results import CandidateSummary, Selection
from core.settings import ROOT
from pages.ui import candidate_picker, capabilities, markup, visitors
from pages.ui.site_map import NEEDS, PageEntry

IMAGES = ROOT / "assets" / "images"
STYLE = Path(__file__).with_name("style.css")


_SECTION, _HERE = "headlight.section", "headlight.here"


def run(site_map: Mapping[str, Sequence[PageEntry]]) -> None:
    """Draw the frame, then the page that the URL asks for; `/` leads to the first one.

    A section is a menu of the navigation under its name.
    """
    sections = {
        name: [st.Page(page.file, title=page.title, url_path=page.path) for page in pages]
        for name, pages in site_map.items()
    }
    pages = sections.pop("")

    def home() -> None:
        st.switch_page(pages[0], query_params=st.query_params.to_dict())

    start = st.Page(home, title="Headlight", default=True, visibility="hidden")
    page = st.navigation({"": [start, *pages], **sections}, position="top")
    st.session_state[_SECTION] = next((section for section in sections.values() if page in section), ())
    st.session_state[_HERE] = page.url_path
    st.set_page_config(page_title=f"{page.title} · Headlight", page_icon=IMAGES / "icon.png", layout="wide")
    st.logo(IMAGES / "headlight.svg", icon_image=IMAGES / "headlight.svg")
    st.html(STYLE)
    try:
        if page is not start:
            candidate_picker.choose(st.sidebar)
        page.run()
    except AppError as error:
        st.html(markup.problem(error))
    finally:
        candidate_picker.forget()


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
    chosen = candidate_picker.chosen() or _start_over()
    visitors.arrive(chosen[0])
    return chosen


def _start_over() -> NoReturn:
    PagesManager.uses_pages_directory = False
    st.rerun()
