"""The frame around every page: name, style, top bar with the tasks, and the model that answers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.errors import AppError
from core.results import CandidateSummary, Capability, Selection
from core.settings import ROOT
from pages.ui import candidate_picker, capabilities, markup, missing_pair, url_state, visitors
from pages.ui.page_entry import PageEntry, Section
from pages.ui.site_map import NEEDS, PAGES

IMAGES = ROOT / "assets" / "images"
STYLE = Path(__file__).with_name("style.css")
#: How the entry of the section looks that a page belongs to.
_ACTIVE = "background: var(--hl-tint); color: var(--hl-accent); font-weight: 600;"

_SECTION, _HERE, _OTHER = "headlight.section", "headlight.here", "headlight.other_path"
#: The page behind `/`.
FIRST = PAGES[0]
_ABOUT_ADAPTERS = (Capability.ADAPTER_EFFECT, Capability.ADAPTER_UPDATE)
#: Pages that stand below the notice of a pair that is not here: where another is found or added.
_WITHOUT_PAIR = ("candidates",)


def run(site_map: Sequence[Section]) -> None:
    """Draw the frame, then the page that the URL asks for; `/` is the first one.

    The top bar has an entry for each section: its first page under the section's name. The others are links on the
    pages of the section (`section_links`). A path that is no page's gets a page that says so.
    """
    sections = {section.title: [_page(section, entry) for entry in section.pages] for section in site_map}
    pages = [page for section in sections.values() for page in section]
    other = _other_path(pages[0])
    page = st.navigation([*pages, *other], position="top")
    section = next((section for section in site_map if page in sections[section.title]), site_map[0])
    here = page.url_path or FIRST.path
    if st.session_state.get(_HERE) != here:
        url_state.arrived()
    st.session_state[_SECTION] = list(zip(section.pages, sections[section.title], strict=True))
    st.session_state[_HERE] = here
    st.set_page_config(page_title=f"{_title(page)} · Headlight", page_icon=IMAGES / "icon.png", layout="wide")
    st.logo(IMAGES / "headlight.svg", icon_image=IMAGES / "headlight.svg")
    st.html(STYLE)
    if page not in other:
        st.html(_marked(section))
    try:
        candidate_picker.choose()
        if candidate_picker.missing() is None or page in other:
            page.run()
        else:
            _ask_for_another(page)
    except AppError as error:
        st.html(markup.problem(error))
    finally:
        candidate_picker.forget()


def _ask_for_another(page: st.Page) -> None:
    """The notice of a pair that is not here in place of a page; above it where another is found or added."""
    if st.session_state[_HERE] not in _WITHOUT_PAIR:
        st.html(markup.title(_title(page)))
    missing_pair.draw(selection()[1])
    if st.session_state[_HERE] in _WITHOUT_PAIR:
        page.run()


def _other_path(home: st.Page) -> list[st.Page]:
    """A hidden page for a path that the browser came with and that is no page's; empty where all is well.

    The first page's own path leads to `/`; any other is said to be no page, one of several parts by Streamlit itself.
    """
    context = get_script_run_ctx()
    name = context.pages_manager.intended_page_name if context else ""
    if name and "/" not in name and (name not in NEEDS or name == FIRST.path):
        st.session_state[_OTHER] = name
    path: str = st.session_state.get(_OTHER, "")

    def say() -> None:
        if path == FIRST.path:
            st.switch_page(home, query_params=st.query_params.to_dict())
        st.html(markup.title("No such page"))
        st.html(markup.warning(f"There is no page '{path}'. The bar on top has all that there are."))
        st.page_link(home, label=FIRST.title, icon=":material/arrow_forward:", icon_position="right")

    return [st.Page(say, title="No such page", url_path=path, visibility="hidden")] if path else []


def _page(section: Section, entry: PageEntry) -> st.Page:
    """A page; the first of its section stands in the top bar, with the section's name and question."""
    if entry is not section.pages[0]:
        return st.Page(entry.file, title=entry.title, url_path=entry.path, visibility="hidden")
    title = f"{section.title} :small[{section.question}]"
    return st.Page(entry.file, title=title, url_path=entry.path, default=entry is FIRST)


def _title(page: st.Page) -> str:
    """What the browser's tab says: the name of the page, not that of its section."""
    entries = {entry.path: entry.title for entry in PAGES}
    return entries.get(page.url_path or FIRST.path, page.title)


def _marked(section: Section) -> str:
    """The section's entry in the top bar, marked on every one of its pages."""
    path = "" if section.pages[0] is FIRST else section.pages[0].path
    link = f'a[href$="/{path}"]'
    return f"<style>:is([data-testid=stTopNav], [data-testid=stSidebarNav]) {link} {{ {_ACTIVE} }}</style>"


def section_links() -> None:
    """The pages of the section that this one belongs to, side by side, each with its question.

    Those that the loaded pair cannot fill lead nowhere, and say why.
    """
    known = capabilities.capabilities(selection()[0])
    with st.container(key="section", horizontal=True, gap="small"):
        for entry, page in st.session_state[_SECTION]:
            here = entry.path == st.session_state[_HERE]
            reason = "" if entry.needs is None else known.why_not(entry.needs)
            with st.container(key="here", width="content") if here else nullcontext():
                about = markup.plain(reason or entry.question, 400)
                st.page_link(page, label=entry.title, disabled=bool(reason), help=about)


def here() -> str:
    """The path of the page that is open, without the slash."""
    return str(st.session_state[_HERE])


def fits() -> bool:
    """Whether the loaded pair can fill this page; if not, why and what to do is drawn, with an adapter to choose."""
    (pair, candidate), needs = selection(), NEEDS[st.session_state[_HERE]]
    fitting = capabilities.fits(pair, needs)
    if not fitting and pair.adapter is None and needs in _ABOUT_ADAPTERS:
        missing_pair.offer_adapters(candidate)
    return fitting


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
