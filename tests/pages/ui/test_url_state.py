"""The URL and the session: links are followed, late echoes of the session's own addresses are not."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import url_state


def page() -> None:
    """A page with two choices that stand in the URL."""
    import streamlit as st

    from pages.ui import url_state

    for key, value in url_state.requested("test", ("layer", "head")).items():
        st.session_state[key] = int(value)
    layer = st.selectbox("Layer", range(5), key="layer")
    head = st.selectbox("Head", range(5), key="head")
    url_state.write("test", {"layer": str(layer), "head": str(head) if head else None})


def shown(app: AppTest) -> tuple[object, object]:
    assert not app.exception
    return app.selectbox[0].value, app.selectbox[1].value


def link(app: AppTest, **params: str) -> None:
    app.query_params.clear()
    for key, value in params.items():
        app.query_params[key] = value


@pytest.fixture
def app() -> AppTest:
    made = AppTest.from_function(page)
    link(made, layer="1", head="2")
    made.run()
    assert shown(made) == (1, 2)
    return made


def test_a_second_click_before_the_browser_has_the_new_address_loses_nothing(app: AppTest) -> None:
    app.selectbox[0].set_value(3).run()
    link(app, layer="1", head="2")  # as the browser still has it
    app.selectbox[1].set_value(4).run()
    assert shown(app) == (3, 4)
    assert app.query_params["layer"] == "3"
    assert app.query_params["head"] == "4"


def test_another_link_is_followed(app: AppTest) -> None:
    app.selectbox[0].set_value(3).run()
    link(app, layer="4", head="1")
    app.run()
    assert shown(app) == (4, 1)


def test_an_old_address_is_followed_once_it_cannot_be_an_echo(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    app.selectbox[0].set_value(3).run()
    monkeypatch.setattr(url_state, "ECHO", 0.0)
    link(app, layer="1", head="2")
    app.run()
    assert shown(app) == (1, 2)


def test_an_empty_url_asks_for_nothing_and_is_filled_again(app: AppTest) -> None:
    app.selectbox[1].set_value(0).run()
    assert "head" not in app.query_params
    link(app)
    app.run()
    assert shown(app) == (1, 0)
    assert app.query_params["layer"] == "1"
