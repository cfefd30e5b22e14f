"""The picker: order, URL, and names that are not there."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.settings import ROOT
from tests.fakes.services import FakeServices
from tests.pages.conftest import Open, model_box, words


def url(app: AppTest) -> dict[str, str]:
    """What the picker keeps in the URL; the text of the page is another's."""
    return {k: v if isinstance(v, str) else v[0] for k, v in app.query_params.items() if k != "text"}


def test_demos_come_first_and_the_first_is_chosen(open_app: Open) -> None:
    app = open_app()
    assert model_box(app, "candidate").options[:4] == ["Demo", "Demo-Two", "Big", "Huge"]
    assert url(app) == {"candidate": "demo", "adapter": "intents"}


def test_the_url_chooses(open_app: Open) -> None:
    app = open_app(candidate="demo-two", adapter="domains")
    assert model_box(app, "candidate").value == "demo-two"
    assert model_box(app, "adapter").value == "domains"


def test_the_picker_writes_the_url_and_follows_over_pages(open_app: Open) -> None:
    app = open_app()
    model_box(app, "candidate").set_value("demo-two").run()
    model_box(app, "adapter").set_value("domains").run()
    for page in ("candidates", "classify"):
        app.switch_page(f"pages/{page}.py").run()
        assert url(app) == {"candidate": "demo-two", "adapter": "domains"}
        assert model_box(app, "adapter").value == "domains"


def test_the_adapter_stays_where_the_next_candidate_has_it(open_app: Open) -> None:
    app = open_app(adapter="domains")
    model_box(app, "candidate").set_value("demo-two").run()
    assert model_box(app, "adapter").value == "domains"
    model_box(app, "candidate").set_value("bare").run()
    assert url(app) == {"candidate": "bare", "adapter": "-"}


def test_after_a_candidate_without_adapters_the_next_begins_with_its_first(open_app: Open) -> None:
    """Nobody chose to have none; whoever does keeps it."""
    app = open_app(candidate="bare")
    model_box(app, "candidate").set_value("demo").run()
    assert url(app) == {"candidate": "demo", "adapter": "intents"}
    model_box(app, "adapter").set_value("-").run()
    model_box(app, "candidate").set_value("demo-two").run()
    assert url(app) == {"candidate": "demo-two", "adapter": "-"}


def test_no_adapter_can_be_asked_for(open_app: Open) -> None:
    app = open_app(adapter="-")
    assert model_box(app, "adapter").value == "-"


@pytest.mark.parametrize("page", ["classify", "pooling", "architecture"])
def test_a_candidate_that_is_not_here_is_told_and_nothing_answers(
    open_app: Open, fake: FakeServices, page: str
) -> None:
    app = open_app(page, candidate="<b>nope", adapter="domains")
    assert "The link asks for the candidate '<bdi>&lt;b&gt;nope</bdi>', which is not here." in words(app)
    assert (model_box(app, "candidate").value, fake.engine.asked, fake.engine.loads) == (None, [], [])
    assert url(app) == {"candidate": "<b>nope", "adapter": "domains"}, "the wish stays"
    app.run()
    assert url(app)["candidate"] == "<b>nope"
    app.button(key="missing-demo-two-None").click().run()
    assert "which is not here" not in words(app)
    assert url(app).items() >= {"candidate": "demo-two", "adapter": "domains"}.items()


def test_an_adapter_that_is_not_here_is_told_and_nothing_answers(open_app: Open, fake: FakeServices) -> None:
    app = open_app(candidate="demo", adapter="nope")
    assert "asks for the adapter '<bdi>nope</bdi>' of '<bdi>Demo</bdi>', which is not" in words(app)
    assert (model_box(app, "adapter").value, fake.engine.asked) == (None, [])
    assert url(app) == {"candidate": "demo", "adapter": "nope"}
    model_box(app, "adapter").set_value("domains").run()
    assert url(app) == {"candidate": "demo", "adapter": "domains"}
    assert fake.engine.asked == ["play some jazz"]


def test_candidates_are_shown_below_the_notice(open_app: Open) -> None:
    app = open_app("candidates", candidate="nope")
    assert "which is not here" in words(app)
    app.radio(key="candidates.list").set_value("demo-two").run()
    assert url(app)["candidate"] == "demo-two"


def test_another_candidate_than_the_one_that_is_not_here_brings_its_own_adapter(open_app: Open) -> None:
    app = open_app(candidate="nope", adapter="neither")
    model_box(app, "candidate").set_value("demo").run()
    assert url(app) == {"candidate": "demo", "adapter": "intents"}


def test_an_empty_catalogue_is_told(fake: FakeServices) -> None:
    fake.engine.offered = []
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20).run()
    assert not app.exception
    assert "There are no candidates to choose from." in words(app)


def test_a_setting_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import streamlit as st

    from core.settings import settings

    st.cache_resource.clear()
    monkeypatch.setenv("HEADLIGHT_MAX_LOADED", "many")
    settings.cache_clear()
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20).run()
    assert not app.exception
    assert "HEADLIGHT_MAX_LOADED" in words(app)
    st.cache_resource.clear()
