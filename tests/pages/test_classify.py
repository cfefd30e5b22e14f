"""The page Classify: what is asked, what is answered, what is shown."""

from __future__ import annotations

import html
import re

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from core.results import Selection
from core.words.class_names import readable
from core.words.numbers import percentage, three_digits
from tests.fakes.catalogue import LABELS
from tests.fakes.predictions import predict
from tests.fakes.services import FakeServices
from tests.pages.conftest import Open, model_box, words

DEMO = Selection("demo", "intents")
BAD_INPUT = {
    "script": "<script>alert(1)</script>",
    "picture": "![](http://evil.example/y.png)",
    "html picture": '<img src="http://evil.example/y.png">',
    "right to left": "שלום, איפה הכרטיס שלי?",
    "override": "abc\u202edcba",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 card?",
    "nul": "a\x00b",
    "controls": "a\x01\x02\x1b[31mb\x7f",
    "markup": "*bold* _it_ `code` $x^2$ :red[x] [a](http://evil.example)",
    "long": "word " * 20_000,
}


def ask(app: AppTest, text: str) -> None:
    app.text_area(key="classify.text").set_value(text)
    next(b for b in app.button if b.label == "Classify").click()
    app.run()
    assert not app.exception, app.exception


def asked(app: AppTest) -> str:
    """The text that the verdict shown is about."""
    found = re.search(r'<p class="hl-asked" dir="auto"><bdi>(.*?)</bdi></p>', words(app), re.DOTALL)
    return html.unescape(found[1]) if found else ""


def test_the_first_example_is_answered_on_opening(open_app: Open, fake: FakeServices) -> None:
    app = open_app()
    assert asked(app) == "where is my card"
    said = predict(fake.engine.models[DEMO], "where is my card")
    assert f"{100 * said.top.probability:.1f}" in words(app)
    assert "other (7 classes)" in words(app)
    assert app.text_area(key="classify.text").value == "where is my card"


def test_an_example_answers_in_one_click(open_app: Open, fake: FakeServices) -> None:
    app = open_app()
    app.button(key="example-1").click().run()
    assert asked(app) == "why was I charged"
    assert app.text_area(key="classify.text").value == "why was I charged"


def test_own_text_is_answered_and_stays_over_pages(open_app: Open) -> None:
    app = open_app()
    ask(app, "my own words")
    assert asked(app) == "my own words"
    app.switch_page("pages/candidates.py").run()
    app.switch_page("pages/classify.py").run()
    assert asked(app) == "my own words"
    assert app.text_area(key="classify.text").value == "my own words"


def test_an_answer_is_not_computed_twice(open_app: Open, fake: FakeServices) -> None:
    app = open_app()
    app.run()
    app.run()
    assert fake.engine.asked == ["where is my card"]


@pytest.mark.parametrize("empty", ["", "   ", "\n\t "])
def test_no_text_is_told_and_the_answer_before_is_marked_as_such(open_app: Open, empty: str) -> None:
    app = open_app()
    assert "Answer by <strong><bdi>Demo · Intents</bdi></strong>" in words(app)
    ask(app, empty)
    assert "The text is empty." in words(app)
    assert "Write something to classify." in words(app)
    assert asked(app) == "where is my card"
    assert "Earlier answer, by <strong><bdi>Demo · Intents</bdi></strong>" in words(app)
    assert "Answer by" not in words(app)
    assert not app.dataframe


@pytest.mark.parametrize("text", BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_shown_as_it_was_written(open_app: Open, fake: FakeServices, text: str) -> None:
    app = open_app()
    ask(app, text)
    assert fake.engine.asked[-1] == text
    shown = asked(app)
    assert len(shown) == min(len(text), 400)
    assert all(a == b or ord(b) >= 0x2400 for a, b in zip(text, shown, strict=False))
    drawn = words(app)
    assert "<script" not in drawn
    assert "<img" not in drawn
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", drawn)


def test_what_was_cut_off_is_marked(open_app: Open) -> None:
    app = open_app()
    ask(app, "one two three four five six seven eight nine ten " + "eleven " * 200)
    drawn = words(app)
    assert "read only the first 39 of" in drawn
    assert "seven eight</bdi><mark><bdi> nine ten" in drawn
    assert "more characters." in drawn
    assert "of 210 read" in re.sub(r"</?bdi>", "", drawn)


def test_a_whole_text_is_not_marked(open_app: Open) -> None:
    assert "<mark>" not in words(open_app())


def test_several_labels_have_no_other_and_a_threshold(open_app: Open, fake: FakeServices) -> None:
    app = open_app(candidate="several")
    drawn = words(app)
    chosen = [
        p for p in predict(fake.engine.models[Selection("several", "one")], "an example").probabilities if p >= 0.5
    ]
    assert f"{len(chosen)} of 12 labels hold: each is judged alone" in drawn
    assert drawn.count("hl-pill") == len(chosen) + drawn.count(".hl-pill")
    assert "other (" not in drawn
    assert "Entropy" not in re.sub(r"<style>.*?</style>", "", drawn, flags=re.DOTALL)


def test_a_regression_has_no_probabilities(open_app: Open) -> None:
    app = open_app(candidate="values")
    drawn = words(app)
    assert "Values, not probabilities." in drawn
    assert "nan" not in drawn
    assert "Probability" not in app.dataframe[0].value.columns
    assert list(app.dataframe[0].value.columns) == ["Output", "Value"]


def test_the_table_has_every_class_and_can_be_searched(open_app: Open) -> None:
    app = open_app()
    table = app.dataframe[0].value
    assert list(table.columns) == ["Class", "Probability", "Logit"]
    assert sorted(table["Class"]) == sorted(LABELS)
    assert table["Probability"].is_monotonic_decreasing
    assert table["Probability"].sum() == pytest.approx(1)
    app.text_input(key="classes.find").set_value("CLASS_03").run()
    assert list(app.dataframe[0].value["Class"]) == ["class_03"]
    app.text_input(key="classes.find").set_value("<b>nothing").run()
    assert not app.dataframe
    assert "No class has &#x27;&lt;b&gt;nothing&#x27; in its name." in words(app)


def test_the_table_shows_three_significant_digits(open_app: Open, fake: FakeServices) -> None:
    shown = pa.ipc.open_stream(open_app().dataframe[0].proto.arrow_data.styler.display_values).read_all().to_pydict()
    prediction = predict(fake.engine.models[DEMO], "where is my card")
    ranked = prediction.ranked
    columns = [values for name, values in shown.items() if "index" not in name]
    assert [readable(row.label, prediction.labels) for row in ranked] == columns[0]
    assert columns[0][0].startswith("Class ")
    assert [percentage(row.probability) for row in ranked] == columns[1]
    assert [three_digits(row.logit) for row in ranked] == columns[2]


def test_another_adapter_brings_its_example_but_keeps_own_text(open_app: Open) -> None:
    app = open_app()
    model_box(app, "adapter").set_value("domains").run()
    assert asked(app) == "play some jazz"
    ask(app, "my own words")
    model_box(app, "adapter").set_value("intents").run()
    assert asked(app) == "my own words"


def test_without_examples_the_page_says_what_to_do(open_app: Open) -> None:
    app = open_app(candidate="bare")
    assert "Type a text: the answer appears here." in words(app)
    ask(app, "now")
    assert asked(app) == "now"


def test_a_load_is_shown_in_stages(open_app: Open, fake: FakeServices) -> None:
    fake.engine.hold.clear()
    app = open_app()
    drawn = words(app)
    assert 'role="progressbar" aria-valuenow="25"' in drawn
    assert ": reading its weights" in drawn
    assert "4 of 9 tensors" in drawn
    fake.engine.finish(DEMO)
    app.run()
    assert asked(app) == "where is my card"


def test_no_other_pair_answers_for_one_that_cannot_be_loaded(open_app: Open, fake: FakeServices) -> None:
    app = open_app()
    ask(app, "my own words")
    model_box(app, "candidate").set_value("broken").run()
    drawn = words(app)
    assert "&#x27;broken&#x27; cannot be &lt;read&gt;." in drawn
    assert "Choose another." in drawn
    assert "Earlier answer, by <strong><bdi>Demo · Intents</bdi></strong>" in drawn
    ask(app, "and now?")
    assert asked(app) == "my own words"
    assert fake.engine.asked[-1] == "my own words"
    fake.engine.models[Selection("broken")] = fake.engine.models[DEMO]
    app.run()
    assert asked(app) == "and now?"
    assert "Answer by <strong><bdi>Broken</bdi></strong>" in words(app)
    assert "Earlier" not in words(app)


def test_the_expected_class_stands_beside_the_verdict_and_hard_examples_say_so(
    open_app: Open, fake: FakeServices
) -> None:
    app = open_app()
    said = predict(fake.engine.models[DEMO], "where is my card").label
    differs = "the closest class" if said == "class_03" else "not the closest class"
    assert f'Expected: <strong><span title="class_03"><bdi>Class 03</bdi></span></strong>, {differs}.' in words(app)
    assert app.button(key="example-1").label.startswith(":gray[A hard one:]")
    app.button(key="example-1").click().run()
    assert 'A hard example. Expected: <strong><span title="class_01"><bdi>Class 01</bdi>' in words(app)
    ask(app, "my own words")
    assert "Expected:" not in words(app)


def test_the_text_stands_in_the_url_and_is_followed(open_app: Open) -> None:
    app = open_app(text="by a link")
    assert asked(app) == app.text_area(key="classify.text").value == "by a link"
    ask(app, "my own words")
    assert app.query_params["text"] in ("my own words", ["my own words"])
    ask(app, "word " * 500)
    assert "text" not in app.query_params
    assert "No link: the text has more than 2,000 characters." in words(app)


def test_a_failed_load_can_be_tried_again(open_app: Open, fake: FakeServices) -> None:
    app = open_app(candidate="broken")
    fake.engine.hold.clear()
    next(b for b in app.button if b.label == "Try again").click().run()
    assert 'role="progressbar"' in words(app)


def test_nothing_large_is_loaded_without_asking(open_app: Open, fake: FakeServices) -> None:
    app = open_app(candidate="big")
    assert not fake.engine.states
    assert app.button(key="load").label == "Download and load (16.8 GiB)"
    assert "The weights are not on this machine." in words(app)
    app.button(key="load").click().run()
    assert "&#x27;big&#x27; cannot be &lt;read&gt;." in words(app)


def test_what_does_not_fit_is_told_with_both_numbers(open_app: Open) -> None:
    assert "It needs 168 GiB, and 32.0 GiB is free on cpu." in words(open_app(candidate="huge"))


def test_missing_weights_are_told(open_app: Open) -> None:
    drawn = words(open_app(candidate="gone"))
    assert "There is no folder &#x27;…/gone&#x27;." in drawn
