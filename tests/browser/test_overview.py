"""Why this answer? Each page answers for every demo pair, and its numbers are the explainer's."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.explain.explainer import Explainer
from core.results import ContributionOptions, Contributions, Selection, by_unit
from core.words.class_names import readable
from core.words.contributions import apart, deleted
from core.words.depth import decided
from core.words.numbers import percent, signed, three_digits
from pages.ui.site_map import EXPLAIN
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import (
    BANKING,
    PAIRS,
    address,
    choose,
    edit_question,
    explain,
    question,
    turn_to,
    unfold,
    words,
)

TEXT = "My new card has not arrived, and the card 👩\u200d👩\u200d👧 café was expected last week."
SECTION = tuple(page.title for page in EXPLAIN.pages)


def ready(page: Page) -> Page:
    page.locator(".hl-verdict").wait_for()
    return page


def tinted(page: Page, which: int = 0) -> list[str]:
    return page.locator(".hl-strip").nth(which).locator("span[title]").all_text_contents()


def told(page: Page, name: str) -> str:
    return words(page.locator(".hl-facts > div").filter(has_text=name).locator("dd").first)


def overview_holds(page: Page, explainer: Explainer, selection: Selection, text: str) -> None:
    reading = explainer.reading(selection, text)
    top = reading.prediction.ranked[0]
    options = ContributionOptions(top.label)
    found, tested = (ask(selection, text, options) for ask in (explainer.contributions, explainer.deletions))
    assert isinstance(found, Contributions)
    labels = reading.prediction.labels
    expect(page.locator(".hl-verdict strong")).to_have_text(readable(top.label, labels))
    expect(page.locator(".hl-verdict strong [title]")).to_have_attribute("title", top.label)
    expect(page.locator(".hl-verdict b")).to_have_text(f"{percent(top.probability)} %")
    assert tinted(page) == [unit.text for unit in reading.words]
    values = by_unit(found.values, reading.words)
    own = [i for i, unit in enumerate(reading.words) if not unit.special]
    strongest = max(own, key=lambda i: abs(values[i]))
    rows = page.locator(".hl-signed li")
    assert words(rows.first.locator(".hl-name")).split(" at ")[0] == reading.words[strongest].text
    assert words(rows.first.locator(".hl-number")) == signed(float(values[strongest]))
    assert words(rows.filter(has_text="the other classes together").locator(".hl-number")) == signed(found.others)
    assert words(rows.last.locator(".hl-name")) == "sum: log-odds"
    assert words(rows.last.locator(".hl-number")) == signed(found.total)
    shown = [float(words(row.locator(".hl-number"))) for row in rows.all()]
    assert sum(shown[:-1]) == pytest.approx(shown[-1], abs=5e-3 * len(shown))  # each is rounded to three digits
    lead = page.locator(".hl-lead")
    expect(lead.first).to_have_text(deleted(tested, labels))  # type: ignore[arg-type]
    lens = explainer.depth(selection, text)
    expect(lead.nth(1)).to_have_text(decided(lens, top.label))
    if 0 < lens.decided_at < len(lens.verdicts) - 1:
        expect(lead.nth(1)).to_contain_text(f"after layer {lens.decided_at - 1} and stays ahead")
    page.locator(".js-plotly-plot").wait_for()
    expect(page.locator(".hl-note", has_text="the shares add up to it exactly")).to_be_visible()


def pooling_holds(page: Page, explainer: Explainer, selection: Selection, text: str) -> None:
    found = explainer.pooling(selection, text)
    assert told(page, "Effective tokens") == f"{three_digits(found.effective_tokens)} of {len(found.weights)}"
    if found.clamped_share is not None:
        assert told(page, "Clamped") == f"{percent(found.clamped_share)} % of dimensions"
    reading = explainer.reading(selection, text)
    titles = [
        t or ""
        for t in (s.get_attribute("title") for s in page.locator(".hl-strip").first.locator("span[title]").all())
    ]
    values = by_unit(found.weights, reading.words)
    assert titles == [f"{u.text}: {found.meaning} {v:.3g}" for u, v in zip(reading.words, values, strict=True)]
    unfold(page, "What each position adds to the logit of")
    parts = explainer.position_parts(selection, text)
    kind = "Exact: the parts sum" if parts.exact else "Not exact: the head is not linear"
    expect(page.locator(".hl-note", has_text=kind)).to_be_visible()
    unfold(page, "All poolers on the same hidden states")
    poolers = explainer.poolers(selection, text)
    cards = page.locator(".hl-pooler")
    expect(cards).to_have_count(len(poolers))
    assert [words(card.locator("h3")) for card in cards.all()] == [p.pooling.title for p in poolers]
    assert [words(card.locator(".hl-tag")) for card in cards.all()] == [
        "trained" if p.trained else "not trained with this head" for p in poolers
    ]
    assert [words(card.locator("strong")) for card in cards.all()] == [
        readable(p.label, reading.prediction.labels) for p in poolers
    ]


def contributions_hold(page: Page, explainer: Explainer, selection: Selection, text: str) -> None:
    """The log-odds first, base and adapter apart; then the lead over the runner-up."""
    top, other = explainer.reading(selection, text).prediction.ranked[:2]
    found = explainer.contributions(selection, text, ContributionOptions(top.label, apart=True))
    expect(page.locator(".hl-tag").first).to_have_text("shares that add up")
    assert told(page, "Sum of the shares") == f"{found.total:.5f}"
    assert told(page, "Log-odds, by the model") == f"{found.value:.5f}"
    assert float(told(page, "Difference").split()[0]) < 1e-4
    assert told(page, "The other classes together") == signed(found.others)
    unfold(page, "in the order of the text, through the base and through the adapter")
    expect(page.locator(".hl-note", has_text="pass through the base's weights alone")).to_have_text(apart(found))
    page.locator(".js-plotly-plot").wait_for()
    page.get_by_role("radio", name="Lead over another class").click()
    expect(page.locator(".hl-facts")).to_contain_text("Lead, by the model")
    assert float(told(page, "Lead, by the model")) == pytest.approx(top.logit - other.logit, abs=1e-4)
    expect(page).to_have_url(re.compile("of=lead"))


def depth_holds(page: Page, explainer: Explainer, selection: Selection, text: str) -> None:
    lens = explainer.depth(selection, text)
    page.locator(".js-plotly-plot").wait_for()
    expect(page.locator(".hl-lead")).to_have_text(decided(lens, lens.verdicts[-1]))
    unfold(page, "How this was found")
    note = page.locator(".hl-note", has_text="equals the model's own logits")
    shown = re.search(r"own logits(?: within ([\d.e+-]+))?\.", note.inner_text())
    assert shown is not None
    assert float(shown[1] or 0) <= 1e-5 * np.abs(lens.logits[-1]).max()
    unfold(page, "Every layer in numbers").get_by_test_id("stDataFrame").wait_for()


def test_one_text_goes_with_the_person_and_stands_in_the_url(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/classify?{BANKING}")
    page.locator(".hl-headline").wait_for()
    page.get_by_label("Text", exact=True).fill(TEXT)
    page.get_by_role("button", name="Classify", exact=True).click()
    expect(page.locator(".hl-asked")).to_have_text(TEXT)
    page.get_by_test_id("stMain").get_by_role("link", name="Why this answer?").click()
    ready(page)
    for name in SECTION:
        turn_to(page, name)
        expect(question(page)).to_contain_text(TEXT)
        expect(page).to_have_url(re.compile("text="))
        assert parse_qs(urlparse(page.url).query)["text"] == [TEXT]
    explain(page, "How do I top up?")
    expect(page).to_have_url(re.compile("top"))
    page.reload()
    ready(page)
    expect(question(page)).to_contain_text("How do I top up?")
    page.get_by_test_id("stHeader").get_by_role("link", name="Classify").click()
    expect(page.locator(".hl-asked")).to_have_text("How do I top up?")
    expect(page.get_by_label("Text", exact=True)).to_have_value("How do I top up?")


def test_class_and_unit_are_chosen_and_shared_by_link(
    server: Server, open_page: OpenPage, explainer: Explainer
) -> None:
    selection = PAIRS[0]
    page = ready(open_page(address(server, "contributions", selection, TEXT)))
    prediction = explainer.reading(selection, TEXT).prediction
    other = prediction.ranked[2]
    box = page.get_by_role("combobox", name="Class")
    expect(box).to_have_value("Explain: first class")  # however sure
    box.click()
    page.get_by_role("option", name=re.compile(f"^{re.escape(readable(other.label, prediction.labels))} ")).click()
    expect(page).to_have_url(re.compile(f"class={other.label}"))
    page.get_by_role("radio", name="Tokens").click()
    expect(page).to_have_url(re.compile("by=tokens"))
    pieces = [unit.text for unit in explainer.reading(selection, TEXT).pieces]
    expect(page.locator(".hl-strip span[title]")).to_have_count(len(pieces))
    again = ready(open_page(page.url))
    assert tinted(again) == pieces
    assert "👩\u200d👩\u200d👧" in "".join(pieces)
    again.get_by_role("radio", name="Logit", exact=True).click()
    expect(again.locator(".hl-facts")).to_contain_text("Logit, by the model")
    assert float(told(again, "Logit, by the model")) == pytest.approx(other.logit, abs=1e-4)


def test_what_is_folded_is_remembered_and_stands_in_the_link(server: Server, open_page: OpenPage) -> None:
    page = ready(open_page(address(server, "depth", PAIRS[0], TEXT)))
    table = page.get_by_test_id("stDataFrame")
    unfold(page, "Every layer in numbers")
    expect(table).to_be_visible()
    expect(page).to_have_url(re.compile("open=layers"))
    turn_to(page, "Pooling")
    expect(page).not_to_have_url(re.compile("open="))
    turn_to(page, "Depth")
    expect(table).to_be_visible()
    other = ready(open_page(page.url))
    expect(other.get_by_test_id("stDataFrame")).to_be_visible()
    other.get_by_text("Every layer in numbers").click()
    expect(other.get_by_test_id("stDataFrame")).to_have_count(0)
    expect(other).not_to_have_url(re.compile("open="))


def test_what_is_typed_and_not_asked_stays_and_pales_the_verdict(server: Server, open_page: OpenPage) -> None:
    page = ready(open_page(address(server, "depth", PAIRS[0], TEXT)))
    app = page.get_by_test_id("stApp")
    expect(app).not_to_have_attribute("data-unasked", "")
    box = edit_question(page)
    expect(box).to_be_focused()
    box.fill("How do I top up?")
    expect(app).to_have_attribute("data-unasked", "")
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(app).to_have_attribute("data-unasked", "")
    expect(page.locator(".hl-verdict .hl-unasked")).to_be_visible()
    expect(edit_question(page)).to_have_value("How do I top up?")
    expect(box).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(question(page)).to_contain_text("How do I top up?")
    expect(app).not_to_have_attribute("data-unasked", "")
    expect(question(page)).to_be_focused()


def test_how_it_was_found_is_told_on_request(server: Server, open_page: OpenPage) -> None:
    page = ready(open_page(address(server, "why", PAIRS[0], TEXT)))
    page.get_by_text("How this was found").click()
    expect(page.locator(".hl-note", has_text="frozen path of arXiv 2505.24293")).to_be_visible()
    expect(page.locator(".hl-note", has_text="Measured on this text")).to_be_visible(timeout=60_000)


def test_bad_texts_are_told_and_the_explanation_stays(server: Server, open_page: OpenPage) -> None:
    page = ready(open_page(address(server, "contributions", PAIRS[0], TEXT)))
    before = tinted(page)
    explain(page, "   ")
    expect(page.get_by_role("alert")).to_contain_text("The text is empty.")
    expect(edit_question(page)).to_have_value("   ")
    assert tinted(page) == before
    explain(page, "<script>alert(1)</script> ![](http://x/y.png) \x07 שלום")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".hl-strip").first).to_contain_text("<script>alert(1)</script>")


def test_a_long_text_shows_what_was_cut_off_and_stays_out_of_the_url(server: Server, open_page: OpenPage) -> None:
    page = ready(open_page(address(server, "pooling", PAIRS[0], TEXT)))
    explain(page, "My card has not arrived. " * 900)
    expect(page.locator(".hl-strip .hl-unread").first).to_be_attached(timeout=60_000)
    expect(page).not_to_have_url(re.compile("text="))
    expect(page.locator(".hl-facts")).to_contain_text("Cut off")


def test_a_candidate_without_an_adapter_goes_on(server: Server, open_page: OpenPage) -> None:
    page = ready(open_page(f"{address(server, 'why', Selection('demo-llama'), TEXT)}&untrained_head=shown"))
    expect(page.locator(".hl-strip").first.locator("span[title]").nth(1)).to_have_text("My")
    choose(page, "Adapter", "Banking questions (77 intents)")
    expect(page.locator(".hl-verdict strong")).to_contain_text(re.compile("card", re.IGNORECASE))
