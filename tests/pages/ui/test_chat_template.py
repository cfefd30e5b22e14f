"""The switch of the chat template: where it is shown, what it changes, and that the URL says it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.results import Selection
from tests.fakes.services import FakeServices
from tests.pages.conftest import Open, model_box, words

SWITCH = "headlight.chat_template"
RAW, TEMPLATED = Selection("demo", "intents"), Selection("demo", "intents", "user")


@pytest.fixture(autouse=True)
def templates(fake: FakeServices) -> None:
    fake.engine.templates.add("demo")


def url(app: AppTest) -> str | None:
    value = app.query_params.get("chat_template")
    return value[0] if isinstance(value, list) else value


def switches(app: AppTest) -> list[bool]:
    return [toggle.value for toggle in app.toggle if toggle.key == SWITCH]


def test_a_tokenizer_without_a_template_has_no_switch(open_app: Open) -> None:
    assert switches(open_app(candidate="demo-two")) == []


@pytest.mark.parametrize("page", ["classify", "candidates"])
def test_it_loads_the_pair_that_reads_so_and_stands_in_the_url(open_app: Open, fake: FakeServices, page: str) -> None:
    app = open_app(page)
    assert (switches(app), url(app)) == ([False], None)
    app.toggle(key=SWITCH).set_value(True).run()
    assert not app.exception
    assert url(app) == "user"
    if page == "candidates":
        app.button(key="load").click().run()
    assert switches(app) == [True]
    assert {*fake.engine.models} == {RAW, TEMPLATED}
    app.toggle(key=SWITCH).set_value(False).run()
    assert url(app) == "none"
    assert not app.exception


def test_each_answer_is_of_its_own_pair(open_app: Open, fake: FakeServices) -> None:
    app = open_app()
    raw = words(app)
    app.toggle(key=SWITCH).set_value(True).run()
    assert words(app) != raw
    assert "In memory · 4.31 MiB on cpu · in the chat template" in words(app)
    assert fake.engine.asked == ["where is my card"] * 2


def test_a_link_opens_with_it_and_one_without_opens_as_the_candidate_says(open_app: Open, fake: FakeServices) -> None:
    assert switches(open_app(candidate="demo", adapter="intents", chat_template="user")) == [True]
    assert {*fake.engine.models} == {TEMPLATED}
    assert switches(open_app(candidate="demo", adapter="intents", chat_template="<b>")) == [False]


def test_it_goes_along_over_pages_and_is_of_one_pair_alone(open_app: Open, fake: FakeServices) -> None:
    app = open_app(chat_template="user")
    app.switch_page("pages/contributions.py").run()
    assert not app.exception
    assert url(app) == "user"
    app.switch_page("pages/classify.py").run()
    model_box(app, "candidate").set_value("demo-two").run()
    assert url(app) is None
    model_box(app, "candidate").set_value("demo").run()
    assert (url(app), switches(app)) == ("user", [True])
