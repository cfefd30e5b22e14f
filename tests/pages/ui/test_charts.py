"""Figures on a page: their theme, their words, and what a click on a mark does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import charts


class FakeStreamlit:
    """As much of `st` as a figure uses: what it was told to draw, and the session."""

    def __init__(self, theme: str | None = None) -> None:
        self.context = SimpleNamespace(theme=SimpleNamespace(type=theme))
        self.session_state: dict[str, Any] = {}
        self.drawn: list[dict[str, Any]] = []

    def plotly_chart(self, figure: go.Figure, **options: Any) -> None:
        self.drawn.append(options)

    def click(self, *points: dict[str, float]) -> None:
        """As Streamlit does: the state of the widget, then its callback."""
        self.session_state[self.drawn[-1]["key"]] = {"selection": {"points": list(points)}}
        self.drawn[-1]["on_select"]()


@pytest.mark.parametrize(("type_", "expected"), [("dark", "dark"), ("light", "light"), (None, "light")])
def test_the_theme_is_that_of_the_browser(monkeypatch: pytest.MonkeyPatch, type_: str | None, expected: str) -> None:
    monkeypatch.setattr(charts, "st", FakeStreamlit(type_))
    assert charts.theme() == expected


def test_a_click_gives_the_place_of_the_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    st = FakeStreamlit()
    monkeypatch.setattr(charts, "st", st)
    clicks: list[tuple[float, float]] = []
    charts.clickable(go.Figure(), "layers", "Layers", lambda x, y: clicks.append((x, y)))
    st.click({"x": 3, "y": 1.5})
    assert clicks == [(3, 1.5)]
    assert st.drawn[-1]["selection_mode"] == "points"
    assert st.drawn[-1]["alt"] == "Layers"


def test_a_second_click_on_the_same_mark_chooses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    st = FakeStreamlit()
    monkeypatch.setattr(charts, "st", st)
    clicks: list[tuple[float, float]] = []
    charts.clickable(go.Figure(), "layers", "Layers", lambda x, y: clicks.append((x, y)))
    st.click()
    assert clicks == []


def test_a_figure_keeps_its_own_colours_and_says_what_it_shows() -> None:
    def page() -> None:
        import plotly.graph_objects as go

        from pages.ui import charts

        charts.chart(go.Figure(), "parts", "Contribution of each word")

    proto = AppTest.from_function(page).run().get("plotly_chart")[0].proto
    assert proto.theme == ""
    assert "Contribution of each word" in str(proto)
