"""Why this class? Each page answers for every demo pair, and its numbers are the explainer's."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.explain.explainer import Explainer
from core.results import Selection, by_unit
from core.words.numbers import percent, three_digits
from pages.ui.site_map import SITE_MAP
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import BANKING, PAIRS, address, choose, turn_to, words

TEXT = "My new card has not arrived, and the card 👩\u200d👩\u200d👧 café was expected last week."
SECTION = tuple(page.title for page in SITE_MAP[1].pages)


def ready(page: Page) -> Page:
    page.locator(".hl-verdict").wait_for()
    return page


def tinted(page: Page, which: int = 0) -> list[str]:
    return page.locator(".hl-strip").nth(which).locator("span[title]").all_text_contents()


def told(page: Page, name: str) -> str:
    return words(page.locator(".hl-facts > div").filter(has_text=name).locator("dd").first)


def overview_holds(page: Page, explainer: Explainer, selection: Selection, text: str) -> None:
    reading, found = explainer.reading(selection, text), explainer.contributions(selection, text)
    top = reading.prediction.ranked[0]
    expect(page.locator(".hl-verdict strong")).to_have_text(top.label)
    expect(page.locator(".hl-verdict b")).to_have_text(f"{percent(top.probability)} %")
    assert tinted(page) == [unit.text for unit in reading.words]
    values = by_unit(found.of(top.label), reading.words)
    first = page.locator(".hl-signed li").first
    strongest = int(np.argmax(np.abs(values)))
    assert words(first.locator(".hl-name")).split(" at ")[0] == reading.words[strongest].text
    assert words(first.locator(".hl-number")) == f"{values[strongest]:+.3f}"
    lens = explainer.depth(selection, text)
    lead = page.locator(".hl-lead")
    expect(lead).to_contain_text(lens.verdicts[-1])
    if 0 < lens.decided_at < len(lens.verdicts) - 1:
        expect(lead).to_contain_text(f"from layer {lens.decided_at} of 4 on")
    page.locator(".js-plotly-plot").wait_for()
    kind = "Exact: the parts sum" if found.exact else "A linearisation"
    expect(page.locator(".hl-note", has_text=kind)).to_be_visible()


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
    poolers = explainer.poolers(selection, text)
    cards = page.locator(".hl-pooler")
    expect(cards).to_have_count(len(poolers))
    assert [words(card.locator("h3")) for card in cards.all()] == [p.pooling.title for p in poolers]
    assert [words(card.locator(".hl-tag")) for card in cards.all()] == [
        "trained" if p.trained else "not trained with this head" for p in poolers
    ]
    assert [words(card.locator("strong")) for card in cards.all()] == [p.label for p in poolers]


def contributions_hold(page: Page, explainer: Explainer, selection: Selection, text: str) -> None:
    found, prediction = explainer.contributions(selection, text), explainer.reading(selection, text).prediction
    k = prediction.labels.index(prediction.ranked[0].label)
    assert told(page, "Sum of the parts") == f"{found.sums[k]:.5f}"
    assert told(page, "Logit, by the model") == f"{found.logits[k]:.5f}"
    difference = float(told(page, "Difference").split()[0])
    assert difference == pytest.approx(abs(found.gaps[k]), rel=0.1, abs=1e-7)
    tag = page.locator(".hl-tag").first
    expect(tag).to_have_text("exact" if found.exact else "linearisation, not exact")
    assert not found.exact or difference < 1e-4
    other = prediction.ranked[1].label
    page.get_by_label(f"'{prediction.ranked[0].label}' against").click()
    page.get_by_role("option", name=other, exact=True).click()
    j = prediction.labels.index(other)
    expect(page.locator(".hl-facts")).to_contain_text("Lead in logits")
    assert told(page, "Lead in logits, by the model") == f"{found.logits[k] - found.logits[j]:.5f}"
    assert told(page, "Sum of the parts") == f"{found.sums[k] - found.sums[j]:.5f}"


def depth_holds(page: Page, explainer: Explainer, selection: Selection, text: str) -> None:
    lens = explainer.depth(selection, text)
    page.locator(".js-plotly-plot").wait_for()
    expect(page.locator(".hl-lead")).to_contain_text(lens.verdicts[-1])
    note = page.locator(".hl-note", has_text="equals the model's own logits within")
    shown = re.search(r"within ([\d.e+-]+)\.", note.inner_text())
    assert shown is not None
    assert float(shown[1]) <= 1e-5 * np.abs(lens.logits[-1]).max()
    page.get_by_test_id("stDataFrame").wait_for()


def test_one_text_goes_with_the_person_and_stands_in_the_url(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/classify?{BANKING}")
    page.locator(".hl-headline").wait_for()
    page.get_by_label("Text", exact=True).fill(TEXT)
    page.get_by_role("button", name="Classify", exact=True).click()
    expect(page.locator(".hl-asked")).to_have_text(TEXT)
    page.get_by_test_id("stMain").get_by_role("link", name="Why this class?").click()
    ready(page)
    for name in SECTION:
        turn_to(page, name)
        expect(page.get_by_label("Text", exact=True)).to_have_value(TEXT)
        expect(page).to_have_url(re.compile("text="))
        assert parse_qs(urlparse(page.url).query)["text"] == [TEXT]
    page.get_by_label("Text", exact=True).fill("How do I top up?")
    page.get_by_role("button", name="Explain").click()
    expect(page).to_have_url(re.compile("top"))
    page.reload()
    ready(page)
    expect(page.get_by_label("Text", exact=True)).to_have_value("How do I top up?")
    page.get_by_test_id("stHeader").get_by_role("link", name="Classify").click()
    expect(page.locator(".hl-asked")).to_have_text("How do I top up?")
    expect(page.get_by_label("Text", exact=True)).to_have_value("How do I top up?")


def test_class_and_unit_are_chosen_and_shared_by_link(
    server: Server, open_page: OpenPage, explainer: Explainer
) -> None:
    selection = PAIRS[0]
    page = ready(open_page(address(server, "contributions", selection, TEXT)))
    other = explainer.reading(selection, TEXT).prediction.ranked[2]
    page.get_by_label("Class", exact=True).click()
    page.get_by_role("option", name=re.compile(f"^{other.label} ")).click()
    expect(page).to_have_url(re.compile(f"class={other.label}"))
    page.get_by_role("radio", name="Tokens").click()
    expect(page).to_have_url(re.compile("by=tokens"))
    pieces = [unit.text for unit in explainer.reading(selection, TEXT).pieces]
    expect(page.locator(".hl-strip span[title]")).to_have_count(len(pieces))
    again = ready(open_page(page.url))
    assert tinted(again) == pieces
    assert "👩\u200d👩\u200d👧" in "".join(pieces)
    assert told(again, "Logit, by the model") == f"{other.logit:.5f}"


def test_bad_texts_are_told_and_the_explanation_stays(server: Server, open_page: OpenPage) -> None:
    page = ready(open_page(address(server, "contributions", PAIRS[0], TEXT)))
    before = tinted(page)
    page.get_by_label("Text", exact=True).fill("   ")
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_role("alert")).to_contain_text("The text is empty.")
    expect(page.get_by_label("Text", exact=True)).to_have_value("   ")
    assert tinted(page) == before
    page.get_by_label("Text", exact=True).fill("<script>alert(1)</script> ![](http://x/y.png) \x07 שלום")
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".hl-strip").first).to_contain_text("<script>alert(1)</script>")


def test_a_long_text_shows_what_was_cut_off_and_stays_out_of_the_url(server: Server, open_page: OpenPage) -> None:
    page = ready(open_page(address(server, "pooling", PAIRS[0], TEXT)))
    page.get_by_label("Text", exact=True).fill("My card has not arrived. " * 900)
    page.get_by_role("button", name="Explain").click()
    expect(page.locator(".hl-strip .hl-unread").first).to_be_attached(timeout=60_000)
    expect(page).not_to_have_url(re.compile("text="))
    expect(page.locator(".hl-facts")).to_contain_text("Cut off")


def test_a_candidate_without_an_adapter_goes_on(server: Server, open_page: OpenPage) -> None:
    page = ready(open_page(f"{address(server, 'why', Selection('demo-llama'), TEXT)}&untrained_head=shown"))
    assert tinted(page)[1] == "My"
    choose(page, "Adapter", "Banking questions (77 intents)")
    expect(page.locator(".hl-verdict strong")).to_contain_text("card")
