"""The question of all pages about one prediction: a text, a class, words or tokens; shared, and in the URL."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.results import Selection
from core.words.numbers import three_digits
from pages.ui import frame, markup, question
from tests.fakes.engine import FakeEngine
from tests.fakes.predictions import predict
from tests.pages.conftest import model_box, words

EXAMPLE = "where is my card"


def page() -> None:
    import streamlit as st

    from pages.ui import candidate_picker, question

    candidate_picker.choose()
    request = question.ask("Pooling", "What was weighed.")
    if request is not None:
        st.text(request.text)
        st.text(request.label)
        st.text(f"{len(request.units)} {request.by}, one {request.unit}")


Open = Callable[..., AppTest]


@pytest.fixture
def opened(fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens the page with what its URL asks for; demo with its adapter intents is loaded."""
    monkeypatch.setattr(frame, "section_links", lambda: None)
    monkeypatch.setattr(frame, "fits", lambda: True)
    fake_engine.finish(Selection("demo", "intents"))

    def run(**query: str) -> AppTest:
        app = AppTest.from_function(page, default_timeout=20)
        for key, value in query.items():
            app.query_params[key] = value
        return app.run()

    return run


def shown(app: AppTest) -> list[str]:
    assert not app.exception, app.exception
    return [str(text.value) for text in app.text]


def verdict(fake_engine: FakeEngine, text: str = EXAMPLE) -> str:
    return predict(fake_engine.models[Selection("demo", "intents")], text).label


def verdict_line(app: AppTest) -> str:
    return words(app).split('<p class="hl-verdict')[-1].split("</p>")[0]


def url(app: AppTest) -> dict[str, str]:
    return {key: value if isinstance(value, str) else value[0] for key, value in app.query_params.items()}


def submit(app: AppTest, text: str) -> AppTest:
    app.text_area(key="why.text").set_value(text)
    next(button for button in app.button if button.label == "Explain").click()
    return app.run()


def test_the_first_example_its_verdict_and_its_words(opened: Open, fake_engine: FakeEngine) -> None:
    app = opened()
    assert shown(app) == [EXAMPLE, verdict(fake_engine), "4 words, one word"]
    labels = fake_engine.models[Selection("demo", "intents")].labels
    assert f"<strong>{markup.label(verdict(fake_engine), labels)}</strong>" in words(app)
    assert url(app)["text"] == EXAMPLE
    assert "class" not in url(app), "the verdict is no class of its own"
    line = verdict_line(app)
    assert "by <bdi>Demo · Intents</bdi>" in line
    assert "<span>Closest class</span>" in line, "fakes are never sure"
    assert "Not sure" in line


def test_the_url_asks(opened: Open) -> None:
    app = opened(**{"text": "my own words", "class": "class_03", "by": "tokens"})
    assert shown(app) == ["my own words", "class_03", "3 tokens, one token"]


def test_a_class_that_there_is_not_becomes_the_verdict(opened: Open, fake_engine: FakeEngine) -> None:
    app = opened(**{"class": "<b>nope"})
    assert "There is no class &#x27;&lt;b&gt;nope&#x27; here; this is the first one." in words(app)
    assert shown(app)[1] == verdict(fake_engine)


def test_the_verdict_is_followed_to_the_next_text_and_a_chosen_class_stays(
    opened: Open, fake_engine: FakeEngine
) -> None:
    app = submit(opened(), "play some jazz")
    assert shown(app)[:2] == ["play some jazz", verdict(fake_engine, "play some jazz")]
    app.selectbox(key="why.class").set_value("class_05").run()
    assert shown(submit(app, EXAMPLE))[:2] == [EXAMPLE, "class_05"]
    assert url(app)["class"] == "class_05"


def test_a_text_that_cannot_be_read_is_said_above_the_one_before(opened: Open) -> None:
    app = submit(opened(), "  ")
    assert "The text is empty." in words(app)
    assert "Below is still the text before it." in words(app)
    assert "<span>Closest class for the text before</span>" in verdict_line(app)
    assert shown(app)[0] == EXAMPLE
    assert app.text_area(key="why.text").value == "  ", "what is typed stays"


def test_a_first_text_that_cannot_be_read_leaves_nothing_below(opened: Open) -> None:
    app = opened(text=" ")
    assert "The text is empty." in words(app)
    assert shown(app) == []


def test_a_long_text_stays_out_of_the_url(opened: Open) -> None:
    app = submit(opened(), "word " * question.LONGEST_IN_URL)
    assert shown(app)[2] == "8 words, one word"
    assert "text" not in url(app)


def test_without_examples_it_waits_for_a_text(opened: Open, fake_engine: FakeEngine) -> None:
    fake_engine.finish(Selection("bare"))
    app = opened(candidate="bare")
    assert "Type a text: the explanation appears here." in words(app)
    assert shown(app) == []


def test_what_is_not_loaded_asks_nothing(opened: Open) -> None:
    app = opened(candidate="big")
    assert shown(app) == []
    assert not app.text_area


def test_several_labels_have_no_number_behind_the_verdict(opened: Open, fake_engine: FakeEngine) -> None:
    fake_engine.finish(Selection("several"))
    assert f"<b>{markup.text('')}</b>" in verdict_line(opened(candidate="several"))


def test_an_output_is_shown_as_a_value(opened: Open, fake_engine: FakeEngine) -> None:
    fake_engine.finish(Selection("values"))
    top = predict(fake_engine.models[Selection("values")], "an example").top
    line = verdict_line(opened(candidate="values", adapter="-"))
    assert "<span>Value</span>" in line
    assert f"{top.label.replace('class_', 'Class ')} {three_digits(top.logit)}, " in line, "the largest of twelve first"
    assert "and 9 more" in line
    fake_engine.finish(Selection("value"))
    (value,) = predict(fake_engine.models[Selection("value")], "an example").logits
    assert f"<b>{markup.text(three_digits(value))}</b>" in verdict_line(opened(candidate="value", adapter="-"))


def test_an_example_of_another_adapter_gives_way_and_a_text_of_ones_own_does_not(
    opened: Open, fake_engine: FakeEngine
) -> None:
    fake_engine.finish(Selection("demo", "domains"))
    app = opened()
    model_box(app, "adapter").set_value("domains").run()
    assert shown(app)[0] == "play some jazz"
    submit(app, "my own words")
    model_box(app, "adapter").set_value("intents").run()
    assert shown(app)[0] == "my own words"
