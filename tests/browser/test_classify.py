"""The main job: text in, verdict out, and the numbers are the engine's."""

from __future__ import annotations

import math
import re

import pytest
from playwright.sync_api import Page, expect

from core.engine.engine import Engine
from core.results import Selection
from core.words.class_names import readable
from core.words.numbers import percent, three_digits
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import (
    BANKING,
    cell,
    choose,
    classify,
    model_badge,
    question,
    read,
    wait_for,
    words,
    write,
)

LLAMA = Selection("demo-llama", "banking77")


@pytest.fixture
def page(server: Server, open_page: OpenPage) -> Page:
    opened = open_page(f"{server.url}/classify?{BANKING}")
    opened.locator(".hl-headline").wait_for()
    return opened


def test_the_first_example_is_answered(page: Page, examples: tuple[str, ...]) -> None:
    assert read(page).asked == examples[0]
    expect(page.get_by_label("Text", exact=True)).to_have_value(examples[0])


def test_every_number_is_the_engines(page: Page, engine: Engine) -> None:
    text = "My card has been swallowed by the machine, what now?"
    shown = classify(page, text)
    said = engine.classify(LLAMA, [text])[0]
    assert shown.label == readable(said.label, said.labels)
    assert shown.probability == f"{percent(said.top.probability)} %"
    assert shown.bars[:5] == [(readable(r.label, said.labels), f"{percent(r.probability)} %") for r in said.ranked[:5]]
    rest = math.fsum(r.probability for r in said.ranked[5:])
    assert shown.bars[5] == ("other (72 classes)", f"{percent(rest)} %")
    assert shown.facts["Margin"] == f"{three_digits(100 * said.margin)} points"
    assert shown.facts["Entropy"] == f"{three_digits(said.entropy)} of 6.27 bits"
    assert shown.facts["Tokens"] == f"{len(said.tokens)} all read"
    assert re.fullmatch(r"[\d.,]+ m?s", shown.facts["Time"])
    page.get_by_test_id("stDataFrame").wait_for()
    expect(page.get_by_test_id("glide-cell-0-0").first).to_have_text(said.label)  # it follows the verdict
    for row in range(4):
        expected = said.ranked[row]
        assert cell(page, 0, row) == expected.label, "its data are ids; its canvas shows names"
        assert float(cell(page, 1, row)) == pytest.approx(expected.probability, rel=1e-4)
        assert float(cell(page, 2, row)) == pytest.approx(expected.logit, rel=1e-4)


def test_an_example_answers_in_one_click(page: Page, examples: tuple[str, ...]) -> None:
    for example in (examples[2], examples[1], examples[0]):
        page.get_by_role("button", name=example, exact=True).click()
        assert wait_for(page, example).asked == example
        expect(page.get_by_label("Text", exact=True)).to_have_value(example)


def test_with_the_keyboard_alone(page: Page) -> None:
    box = page.get_by_label("Text", exact=True)
    box.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Why was I charged twice?")
    page.keyboard.press("Control+Enter")
    wait_for(page, "Why was I charged twice?")
    box.focus()
    page.keyboard.type(" Really?")
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Classify", exact=True)
    expect(button).to_be_focused()
    outline = button.evaluate("b => { const s = getComputedStyle(b); return s.outlineStyle + s.boxShadow }")
    assert outline != "nonenone", "the focus cannot be seen"
    page.keyboard.press("Enter")
    assert "Really?" in wait_for(page, "Why was I charged twice? Really?").asked


def test_no_text_is_told_and_the_answer_stays(page: Page) -> None:
    before = read(page)
    write(page, "   ")
    page.get_by_role("button", name="Classify", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The text is empty.")
    assert read(page) == before
    expect(page.locator(".hl-by")).to_have_text(re.compile("^Earlier answer, by Demo Llama · Banking"))
    assert classify(page, "And now a text").asked == "And now a text"
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".hl-by")).to_have_text(re.compile("^Answer by"))


def test_the_answer_pales_while_something_else_is_typed(page: Page, examples: tuple[str, ...]) -> None:
    remark = page.get_by_text("not to what is typed now")
    expect(remark).to_be_hidden()
    for typed in ("something else", "", examples[0] + " More."):
        write(page, typed)
        expect(remark).to_be_visible()
        assert float(page.locator(".hl-headline").evaluate("e => getComputedStyle(e).opacity")) < 1
        write(page, examples[0])
        expect(remark).to_be_hidden()
    write(page, "half typed")
    choose(page, "Adapter", "Assistant tasks (11 classes)")
    expect(page.locator(".hl-by")).to_contain_text("Assistant tasks")
    page.get_by_role("button", name="Classify", exact=True).click()
    wait_for(page, "half typed")
    expect(remark).to_be_hidden()


UNLIKE = "Not sure: this is unlike what it learnt"
SURENESS = (
    ("My card was swallowed by the machine.", "Sure", ""),
    ("qpwoeiruty alskdj fhgz mxncb", UNLIKE, "The tokenizer cuts it finely"),
    ("أين بطاقتي الجديدة؟", UNLIKE, "19 characters became"),
    ("for (int i = 0; i < 10; i++) { x += i; }", UNLIKE, "bytes each"),
)


def test_how_sure_it_is_stands_first(page: Page) -> None:
    for text, state, because in SURENESS:
        classify(page, text)
        expect(page.locator(".hl-answer .hl-sureness")).to_contain_text(state)
        expect(page.locator(".hl-probability")).to_have_count(0 if because else 1)
        if because:
            expect(page.locator(".hl-because")).to_contain_text(because)
            expect(page.locator(".hl-headline")).to_have_text("Closest classes")


BAD_INPUT = (
    "<script>document.title = 'taken'</script>",
    "![](http://evil.example/y.png) [a](http://evil.example)",
    '<img src="http://evil.example/y.png" onerror="document.title = 1">',
    "איפה הכרטיס שלי? والبطاقة؟",
    "👩‍👩‍👧‍👦 🏳️‍🌈 where is my 💳?",
    "**bold** $x^2$ :red[red] `code` # head",
)


def test_bad_input_is_shown_literally(page: Page) -> None:
    for text in BAD_INPUT:
        assert classify(page, text).asked == text
        expect(page).to_have_title("Classify · Headlight")
        assert page.get_by_test_id("stException").count() == 0


def test_control_characters_are_shown_and_do_no_harm(page: Page) -> None:
    write(page, "a\x00b\x07c\x1b[31md")
    page.get_by_role("button", name="Classify", exact=True).click()
    expect(page.locator(".hl-asked")).to_have_text(re.compile(r"^a.b␇c␛\[31md$"))


def test_a_hundred_thousand_characters_and_where_they_were_cut(page: Page) -> None:
    text = "where is my card " * 5883  # 100,011 characters
    write(page, text)
    page.get_by_role("button", name="Classify", exact=True).click()
    cut = page.locator(".hl-box.hl-warn")
    expect(cut).to_contain_text("of 100,011 characters.")
    assert "where is my card" in words(cut.locator("mark"))
    facts = read(page).facts["Tokens"]
    assert re.fullmatch(r"[\d,]+ of [\d,]+ read", facts), facts
    assert classify(page, "short again").facts["Tokens"].endswith("all read")
    expect(cut).to_have_count(0)


def test_the_table_can_be_searched(page: Page) -> None:
    find = page.get_by_label("Find a class")
    for typed in ("PIN_BLOCKED", "pin blo"):
        find.fill(typed)
        find.press("Enter")
        expect(page.get_by_test_id("glide-cell-0-0").first).to_have_text("pin_blocked")
    find.fill("no such class")
    find.press("Enter")
    expect(page.get_by_text("No class has 'no such class' in its name.")).to_be_visible()


def test_the_explanation_stays_open(page: Page) -> None:
    page.get_by_text("How sure is it?").click()
    expect(page.get_by_text("is the lead of the first class")).to_be_visible()
    classify(page, "another text, please")
    expect(page.get_by_text("is the lead of the first class")).to_be_visible()


def test_the_picker_follows_over_pages_and_lives_in_the_url(page: Page, server: Server) -> None:
    classify(page, "my own words about a card")
    choose(page, "Candidate", "Demo Mistral")
    expect(page).to_have_url(re.compile("candidate=demo-mistral&adapter=banking77"))
    expect(page.locator(".hl-by")).to_contain_text("Demo Mistral")
    assert wait_for(page, "my own words about a card").label
    page.get_by_test_id("stTopNavLink").filter(has_text="Models").click()
    expect(page.get_by_role("heading", level=2, name="Demo Mistral")).to_be_visible()
    expect(page).to_have_url(re.compile("/candidates.*candidate=demo-mistral&adapter=banking77"))
    page.get_by_test_id("stTopNavLink").filter(has_text="Classify").click()
    wait_for(page, "my own words about a card")
    page.reload()
    expect(model_badge(page)).to_contain_text("Demo Mistral")


def test_a_link_to_a_candidate_that_is_not_here_asks_on_a_phone_too(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/?candidate=demo-lama&adapter=clinc150-domains", width=390, height=844)
    expect(page.get_by_role("alert")).to_contain_text("asks for the candidate 'demo-lama', which is not here")
    expect(page).to_have_url(re.compile(r"candidate=demo-lama&adapter=clinc150-domains$"))
    expect(page.locator(".hl-answer")).to_have_count(0)
    page.get_by_role("button", name="Use Demo Llama", exact=True).click()
    expect(page.locator(".hl-by")).to_contain_text("Demo Llama · Assistant tasks (11 classes)")
    expect(page).to_have_url(re.compile("candidate=demo-llama&adapter=clinc150-domains"))


def test_nothing_jumps_between_two_answers(page: Page, examples: tuple[str, ...]) -> None:
    where = """() => ['.hl-headline', '.hl-bars', 'textarea']
      .map((part) => document.querySelector(part).getBoundingClientRect().y)"""
    for part in (".hl-headline", ".hl-bars", "textarea"):
        page.locator(part).first.wait_for()
    before = page.evaluate(where)
    page.get_by_role("button", name=examples[1], exact=True).click()
    wait_for(page, examples[1])
    assert page.evaluate(where) == pytest.approx(before, abs=30)


def test_a_newcomer_reads_what_it_is_and_how_good(page: Page) -> None:
    expect(page.locator(".hl-home")).to_contain_text("what it answers, why")
    expect(model_badge(page)).to_contain_text("accuracy 91.6 %")
    model_badge(page).click()
    expect(page.locator(".hl-quality")).to_have_text(
        "Accuracy 91.6 %, macro-F1 91.5 %, calibration error 4.9 points on 3,080 test texts of BANKING77 (2026-11-24), "
        "as its model card states."
    )
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Add my model").click()
    expect(page.locator("h1")).to_have_text("Candidates")


def test_the_demo_is_tried_with_one_click(page: Page, examples: tuple[str, ...]) -> None:
    offered = page.get_by_role("button", name="Try the demo")
    expect(offered).to_have_count(0)  # a demo answers: there is nothing to try
    choose(page, "Adapter", "No adapter")
    expect(page.get_by_text("No verdict.")).to_be_visible()
    offered.click()
    assert wait_for(page, examples[0]).asked == examples[0]
    expect(model_badge(page)).to_contain_text("Banking questions")
    expect(offered).to_have_count(0)


def test_the_reason_was_really_run(page: Page, engine: Engine, examples: tuple[str, ...]) -> None:
    said = page.locator(".hl-reason")
    expect(said).to_contain_text("add most: without '")
    found = re.search(r"without '(.+?)' the probability falls from ([\d.]+).% to ([\d.]+).%", said.inner_text())
    assert found is not None
    whole, without = engine.classify(LLAMA, [examples[0]])[0], found[1]
    assert found[2] == percent(whole.top.probability)
    assert float(found[3]) < float(found[2])
    assert without in examples[0]


def test_a_word_of_the_field_explains_itself(page: Page) -> None:
    margin = page.locator("summary", has_text="Margin").first
    explained = page.get_by_text("the model could as well have said the other").first
    expect(explained).to_be_hidden()
    margin.focus()
    page.keyboard.press("Enter")
    expect(explained).to_be_visible()


#: Whether the app is marked at any time within a second: what compares looks some three times.
EVER_MARKED = """() => new Promise((resolve) => {
  const app = document.querySelector('.stApp');
  let ever = app.hasAttribute('data-unasked');
  const watch = new MutationObserver(() => { ever ||= app.hasAttribute('data-unasked'); });
  watch.observe(app, { attributes: true, attributeFilter: ['data-unasked'] });
  setTimeout(() => { watch.disconnect(); resolve(ever); }, 1000);
})"""


def test_what_is_typed_and_not_asked_is_there_again_after_another_page(page: Page) -> None:
    asked = classify(page, "My card was eaten by the machine.").asked
    write(page, "half typed")
    page.get_by_test_id("stTopNavLink").filter(has_text="Explain").click()
    expect(question(page)).to_contain_text(asked)
    page.get_by_test_id("stTopNavLink").filter(has_text="Classify").click()
    expect(page.get_by_label("Text", exact=True)).to_have_value("half typed")
    expect(page.locator(".stApp")).to_have_attribute("data-unasked", "")
    page.get_by_role("button", name="Classify", exact=True).click()
    assert wait_for(page, "half typed").asked == "half typed"
    expect(page.locator(".stApp")).not_to_have_attribute("data-unasked", "")


def test_an_answer_to_what_is_typed_stays_unmarked(page: Page) -> None:
    for text in ("My card was eaten by the machine.", "Where is my new card?"):
        classify(page, text)
        expect(page.locator(".stApp")).not_to_have_attribute("data-unasked", "")
        assert not page.evaluate(EVER_MARKED)
    write(page, "Where is my new PIN?")
    expect(page.locator(".stApp")).to_have_attribute("data-unasked", "")
