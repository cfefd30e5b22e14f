"""The answer of a session: asked for once, and not to another text or another pair."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.fakes.engine import FakeEngine
from tests.pages.conftest import words


def page() -> None:
    import streamlit as st

    from core.results import Selection
    from pages.ui import candidate_picker
    from pages.views import kept_answer

    candidate_picker.choose()
    place = st.empty()
    answer = kept_answer.answer_to(Selection("demo", st.session_state.test_adapter), st.session_state.test_text, place)
    latest = kept_answer.latest()
    st.text(answer.prediction.text if answer else "none")
    st.text(latest.prediction.text if latest else "none")


def asked(app: AppTest, text: str | None, adapter: str = "intents") -> list[str]:
    app.session_state.test_text, app.session_state.test_adapter = text, adapter
    return [element.value for element in app.run().text]


def test_it_is_asked_for_when_text_or_pair_are_others(fake_engine: FakeEngine) -> None:
    app = AppTest.from_function(page, default_timeout=20)
    assert asked(app, None) == ["none", "none"]
    assert "Type a text" in words(app)
    assert asked(app, "a") == asked(app, "a") == ["a", "a"]
    assert asked(app, "b") == ["b", "b"]
    assert asked(app, "b", "mood") == ["b", "b"]
    assert fake_engine.asked == ["a", "b", "b"]


def test_a_refused_text_leaves_the_latest(fake_engine: FakeEngine) -> None:
    app = AppTest.from_function(page, default_timeout=20)
    asked(app, "a")
    assert asked(app, " ") == ["none", "a"]
    assert "empty" in words(app)
