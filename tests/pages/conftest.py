"""The app under Streamlit's AppTest, with services that hold no model."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from core.settings import ROOT
from pages.ui import services
from tests.fakes.engine import FakeEngine
from tests.fakes.services import FakeServices

Open = Callable[..., AppTest]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServices]:
    """The services that every page of this test asks."""
    made = FakeServices()
    monkeypatch.setattr(services, "InProcessServices", lambda: made)
    st.cache_resource.clear()
    yield made
    st.cache_resource.clear()


@pytest.fixture
def fake_engine(fake: FakeServices) -> FakeEngine:
    """The engine among them."""
    return fake.engine


@pytest.fixture
def open_app(fake: FakeServices) -> Open:
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


def model_box(app: AppTest, key: str) -> Selectbox[str]:
    """One of the two boxes behind the name of the model: "candidate" or "adapter"."""
    return next(box for box in app.selectbox if str(box.key).startswith(f"{key}."))


def words(app: AppTest) -> str:
    """Everything that `st.html` drew, as HTML."""
    return "\n".join(element.proto.body for element in app.get("html"))
