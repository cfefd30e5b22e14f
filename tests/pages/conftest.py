"""The app under Streamlit's AppTest, with an engine that holds no model."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import in_process
from core.settings import ROOT
from tests.pages.fake import FakeEngine, FakeExplainer

Open = Callable[..., AppTest]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEngine]:
    """The engine that every page of this test asks."""
    made = FakeEngine()
    monkeypatch.setattr(in_process, "Engine", lambda _settings: made)
    st.cache_resource.clear()
    yield made
    st.cache_resource.clear()


@pytest.fixture
def fake_explainer(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> FakeExplainer:
    """The explainer beside that engine."""
    made = FakeExplainer()
    monkeypatch.setattr(in_process, "Explainer", lambda *_: made)
    return made


@pytest.fixture
def open_app(fake: FakeEngine, fake_explainer: FakeExplainer) -> Open:
    """Opens the app as a visitor does: a page and what its URL asks for."""

    def opened(page: str = "classify", **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20)
        for key, value in query.items():
            app.query_params[key] = value
        app.run()
        if page != "classify":
            app.switch_page(f"pages/{page}.py").run()
        assert not app.exception, app.exception
        return app

    return opened


def words(app: AppTest) -> str:
    """Everything that `st.html` drew, as HTML."""
    return "\n".join(element.proto.body for element in app.get("html"))
