"""The frame around every page: name, style, top bar with the tasks, and the model that answers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from core.errors import AppError
from core.results import CandidateSummary, Selection
from core.settings import ROOT
from pages.ui import candidate_picker, capabilities, markup
from pages.ui.site_map import NEEDS, PAGES, PageEntry, Section

IMAGES = ROOT / "assets" / "images"
STYLE = Path(__file__).with_name("style.css")
#: How the entry of the section looks that a page belongs to.
_ACTIVE = "background: var(--hl-tint); color: var(--hl-accent);"

_SECTION, _HERE = "headlight.section", "headlight.here"


def run(site_map: Sequence[Section]) -> None:
    """Draw the frame, then the page that the URL asks for; `/` leads to the first one.

    The top bar has an entry for each section: its first page under the section's name. The others are links on the
    pages of the section (`section_links`).
    """
    sections = {section.title: [_page(section, entry) for entry in section.pages] for section in site_map}
    pages = [page for section in sections.values() for page in section]

    def home() -> None:
        st.switch_page(pages[0], query_params=st.query_params.to_dict())

    start = st.Page(home, title="Headlight", default=True, visibility="hidden")
    page = st.navigation([start, *pages], position="top")
    here = next((section for section in site_map if page in sections[section.title]), site_map[0])
    st.session_state[_SECTION] = list(zip(here.pages, sections[here.title], strict=True))
    st.session_state[_HERE] = page.url_path
    st.set_page_config(page_title=f"{_title(page)} · Headlight", page_icon=IMAGES / "icon.png", layout="wide")
    st.logo(IMAGES / "headlight.svg", icon_image=IMAGES / "headlight.svg")
    st.html(STYLE)
    st.html(_marked(here))
    try:
        if page is not start:
            candidate_picker.choose()
        page.run()
    except AppError as error:
        st.html(markup.problem(error))
    finally:
        candidate_picker.forget()


def _page(section: Section, entry: PageEntry) -> st.Page:
    """A page; the first of its section stands in the top bar, with the section's name and question."""
    if entry is not section.pages[0]:
        return st.Page(entry.file, title=entry.title, url_path=entry.path, visibility="hidden")
    return st.Page(entry.file, title=f"{section.title} :small[{section.question}]", url_path=entry.path)


def _title(page: st.Page) -> str:
    """What the browser's tab says: the name of the page, not that of its section."""
    entries = {entry.path: entry.title for entry in PAGES}
    return entries.get(page.url_path, page.title)


def _marked(section: Section) -> str:
    """The section's entry in the top bar, marked on every one of its pages."""
    link = f'a[href$="/{section.pages[0].path}"]'
    return f"<style>:is([data-testid=stTopNav], [data-testid=stSidebarNav]) {link} {{ {_ACTIVE} }}</style>"


def section_links() -> None:
    """The pages of the section that this one belongs to, side by side, each with its question.

    Those that the loaded pair cannot fill lead nowhere, and say why.
    """
    known = capabilities.capabilities(selection()[0])
    with st.container(key="section", horizontal=True, gap="small"):
        for entry, page in st.session_state[_SECTION]:
            here = page.url_path == st.session_state[_HERE]
            reason = "" if entry.needs is None else known.why_not(entry.needs)
            with st.container(key="here", width="content") if here else nullcontext():
                about = markup.plain(reason or entry.question, 400)
                st.page_link(page, label=entry.title, disabled=bool(reason), help=about)


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
