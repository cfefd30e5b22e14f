"""Which pair is compared: by default one of the same adapter, what a link asks for, and what does not fit."""

from __future__ import annotations

import html

from core.results import Selection
from tests.fakes.datasets import SAMPLE
from tests.fakes.services import FakeServices
from tests.pages.conftest import Open, words

FIRST, SAME, OTHER = (
    *(Selection(candidate, "intents") for candidate in ("demo", "demo-two")),
    Selection("demo", "domains"),
)


def test_an_adapter_of_the_same_name_is_compared_by_default(fake: FakeServices, open_app: Open) -> None:
    app = open_app("two_models", candidate="demo", adapter="intents", data=SAMPLE)
    assert app.query_params["with"] == "demo-two/intents"
    assert "Demo (A) is right on" in words(app)
    assert "Demo-Two (B) on" in words(app)
    assert fake.engine.loads[-1] == (SAME, (FIRST,))  # the first is not dropped for it


def test_a_link_names_the_pair(open_app: Open) -> None:
    app = open_app("two_models", candidate="demo", adapter="intents", data=SAMPLE)
    app.query_params["with"] = "demo/domains"
    app.run()
    assert "Intents (A) is right on" in words(app)
    assert "Domains (B) on" in words(app)
    app.query_params["with"] = "demo/nothing"
    app.run()
    assert "There is no pair 'demo/nothing' here" in html.unescape(words(app))
    assert "(A) is right on" in words(app)
    app.selectbox(key="two_models.with").set_value("demo/domains").run()
    assert "There is no pair" not in words(app)


def test_where_one_fits_it_says_so_and_loads_nothing(fake: FakeServices, open_app: Open) -> None:
    fake.engine.room = 1
    app = open_app("two_models", candidate="demo", adapter="intents", data=SAMPLE)
    assert "needs 2 loaded at once" in words(app)
    assert SAME not in fake.engine.models


def test_without_a_common_class_nothing_is_asked(fake: FakeServices, open_app: Open) -> None:
    app = open_app("two_models", candidate="demo", adapter="intents", data=SAMPLE)
    app.query_params["with"] = "own/one"
    app.run()
    assert "no class in common" in words(app)
    assert "compare with a model of the same classes" in words(app).lower()


def test_what_was_not_answered_waits_for_a_click(fake: FakeServices, open_app: Open) -> None:
    fake.datasets.answers = 5
    app = open_app("two_models", candidate="demo", adapter="intents", data=SAMPLE)
    (go,) = [b for b in app.button if b.label.startswith("Go on")]
    go.click().run()
    assert [b.label for b in app.button if b.label.startswith("Go on")] == [
        "Go on: 5 of 12 rows were answered before with B"
    ]
    next(b for b in app.button if b.label.startswith("Go on")).click().run()
    assert "(A) is right on" in words(app)
