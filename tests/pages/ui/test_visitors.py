"""Other people on this server: counted as long as they are here."""

from __future__ import annotations

import pytest

from core.results import Selection
from pages.ui import visitors
from tests.fakes.services import FakeServices

DEMO = Selection("demo", "intents")


class SomeSessions:
    """A server on which only these sessions are active."""

    def __init__(self, *active: str) -> None:
        self._active = active

    def is_active_session(self, session: str) -> bool:
        return session in self._active


def test_those_that_have_gone_do_not_count(fake: FakeServices, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.visitors.selections = {"here": DEMO, "gone": DEMO, "elsewhere": Selection("demo", "domains")}
    monkeypatch.setattr(visitors, "exists", lambda: True)
    monkeypatch.setattr("streamlit.runtime.Runtime.instance", lambda: SomeSessions("here", "elsewhere"))
    assert visitors.others("demo", "intents") == 1
    assert fake.visitors.gone_sessions == {"gone"}
    assert visitors.others("demo", any_adapter=True) == 2
    assert visitors.others("other") == 0


def test_this_session_is_no_other(fake: FakeServices, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "_session", lambda: "me")
    visitors.arrive(DEMO)
    assert fake.visitors.selections == {"me": DEMO}
    assert visitors.others("demo", "intents") == 0


def test_they_are_counted_in_words() -> None:
    assert visitors.said(1) == "One other visitor uses it now"
    assert visitors.said(3) == "3 other visitors use it now"
