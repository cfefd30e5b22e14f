"""No page gives a verdict of an untrained head unless the person asks for it; then it is marked, and in the URL."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from core.results import Selection
from core.words.untrained_head import MARK
from pages.ui.site_map import EXPLAIN
from tests.fakes.catalogue import UNTRAINED
from tests.fakes.services import FakeServices
from tests.pages.conftest import Open, model_box, words

WHY = [page.name for page in EXPLAIN.pages]
BARE = {"candidate": UNTRAINED.candidate, "adapter": "-"}
SWITCH = "untrained_head.switch"


def url(app: AppTest) -> dict[str, str]:
    return {k: v if isinstance(v, str) else v[0] for k, v in app.query_params.items() if k != "text"}


def body(app: AppTest) -> str:
    """What was drawn, without the style, which names every class."""
    return re.sub(r"<style>.*?</style>", "", words(app), flags=re.DOTALL)


@pytest.mark.parametrize("page", ["classify", *WHY, "head_geometry"])
def test_a_page_says_why_there_is_no_verdict_and_shows_it_on_request(open_app: Open, page: str) -> None:
    app = open_app(page, **BARE)
    drawn = body(app)
    assert "No verdict." in drawn
    assert "the checkpoint has no classification head" in drawn
    assert "add one that was trained on this base" in drawn
    assert "python -m core" not in drawn
    assert not any(part in drawn for part in ("hl-answer", "hl-verdict", "hl-bad", "hl-strip"))
    assert not app.get("plotly_chart")
    app.toggle(key=SWITCH).set_value(True).run()
    assert not app.exception, app.exception
    assert url(app)["untrained_head"] == "shown"
    assert MARK in body(app)
    assert "No verdict." not in body(app)
    if page != "head_geometry":
        assert "hl-untrained" in body(app)
    app.toggle(key=SWITCH).set_value(False).run()
    assert "No verdict." in body(app)
    assert "untrained_head" not in url(app)


@pytest.mark.parametrize("page", ["classify", "overview"])
def test_a_link_with_the_wish_restores_it_and_one_without_does_not(open_app: Open, page: str) -> None:
    app = open_app(page, **BARE, untrained_head="shown")
    assert "hl-untrained" in body(app)
    assert app.toggle(key=SWITCH).value
    assert "No verdict." in body(open_app(page, **BARE))
    assert "No verdict." in body(open_app(page, **BARE, untrained_head="nonsense"))


def test_the_wish_is_one_pairs_and_goes_over_pages(open_app: Open) -> None:
    app = open_app(**BARE, untrained_head="shown")
    app.switch_page("pages/overview.py").run()
    assert "hl-untrained" in body(app)
    model_box(app, "adapter").set_value("one").run()
    assert "untrained_head" not in url(app)
    assert MARK not in body(app)


def test_a_click_on_an_adapter_leaves_for_a_trained_head(open_app: Open, fake: FakeServices) -> None:
    app = open_app(**BARE)
    app.button(key="untrained_head.one").click().run()
    assert url(app) == {"candidate": UNTRAINED.candidate, "adapter": "one"}
    assert "hl-answer" in body(app)
    assert MARK not in body(app)
    assert Selection(UNTRAINED.candidate, "one") in fake.engine.models


@pytest.mark.parametrize("page", ["weights", "architecture", "dry_run", "candidates", "spectra"])
def test_pages_without_a_verdict_go_on(open_app: Open, page: str) -> None:
    assert "No verdict." not in body(open_app(page, **BARE))


def test_candidates_marks_the_pair(open_app: Open, fake: FakeServices) -> None:
    fake.engine.finish(UNTRAINED)
    drawn = body(open_app("candidates", **BARE))
    assert drawn.count(MARK) == 1
    assert "untrained: random" in drawn


def test_the_table_of_classes_says_it_in_every_row(open_app: Open) -> None:
    (table,) = open_app(**BARE, untrained_head="shown").dataframe
    assert set(table.value["Head"]) == {"untrained: random"}
    (table,) = open_app().dataframe
    assert "Head" not in table.value
