"""The frame: the first page behind `/`, the links of a section, errors of a page, and a run without the picker."""

from __future__ import annotations

from typing import Literal

import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from core.errors import InputError
from core.settings import ROOT
from pages.ui import candidate_picker, frame
from pages.ui.page_entry import PageEntry
from pages.ui.site_map import SITE_MAP
from tests.fakes.engine import FakeEngine
from tests.pages.conftest import Open, model_box, words

INSPECT = next(section for section in SITE_MAP if section.title == "Inspect")


class StartedOverError(Exception):
    """In place of Streamlit's own way to end a run."""


def links(app: AppTest) -> list[str]:
    return [link.proto.label for link in app.get("page_link")]


def test_the_root_leads_to_the_first_page_and_keeps_the_query(open_app: Open) -> None:
    app = open_app(candidate="demo-two")
    assert '<header class="hl-title"><h1><bdi>Classify</bdi></h1>' in words(app)
    assert model_box(app, "candidate").value == "demo-two"


def test_a_page_shows_the_links_of_its_section(open_app: Open, fake_engine: FakeEngine) -> None:
    fake_engine.room = 1  # the page says so and draws nothing else
    shown = links(open_app("two_adapters"))
    assert shown == [page.title for page in INSPECT.pages]


def test_they_are_not_on_pages_of_other_sections(open_app: Open) -> None:
    assert not set(links(open_app("candidates"))) & {page.title for page in INSPECT.pages}


def test_the_top_bar_has_the_sections_with_their_questions(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[st.Page] = []
    navigation = st.navigation

    def remembered(pages: list[st.Page], *, position: Literal["top"]) -> st.Page:
        drawn[:] = pages
        return navigation(pages, position=position)

    monkeypatch.setattr(st, "navigation", remembered)
    app = open_app("spectra")
    visible = [page.title for page in drawn if page.visibility == "visible"]
    assert visible == [f"{section.title} :small[{section.question}]" for section in SITE_MAP]
    assert 'a[href$="/weights"] {' in words(app), "the section that the page belongs to is marked"


def test_an_error_that_a_page_lets_through_is_shown_as_a_problem(
    open_app: Open, fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> list[InputError]:
        raise InputError("It is <too> long.", fix="shorten it.")

    monkeypatch.setattr(fake_engine, "problems", fail)
    shown = words(open_app("candidates"))
    assert "It is &lt;too&gt; long." in shown
    assert "Shorten it." in shown


def test_a_run_without_the_picker_starts_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def rerun() -> None:
        raise StartedOverError

    monkeypatch.setattr(candidate_picker, "chosen", lambda: None)
    monkeypatch.setattr(PagesManager, "uses_pages_directory", True)
    monkeypatch.setattr(st, "rerun", rerun)
    with pytest.raises(StartedOverError):
        frame.selection()
    assert PagesManager.uses_pages_directory is False


def test_the_picker_of_one_run_does_not_answer_in_the_next(fake_engine: FakeEngine) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20).run()
    assert not app.exception
    assert candidate_picker._CHOSEN not in app.session_state


def test_a_page_is_found_by_the_path_that_old_links_know() -> None:
    assert PageEntry("overview", "Overview", "Why?", link="why").path == "why"
    assert PageEntry("depth", "Depth", "Where?").path == "depth"
