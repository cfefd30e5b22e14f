"""Two texts and the minimal flip: for every demo pair the page says what the explainer and the engine say."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.engine.engine import Engine
from core.explain.explainer import Explainer
from core.results import ContributionOptions, MinimalFlip, Selection
from core.words.class_names import readable
from core.words.numbers import percent
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import PAIRS, A, address, cell, explain, settle, unfold, words

BOX = "Text B, an edit of the text above (A)"


def fact(page: Page, name: str) -> str:
    return words(page.locator(".hl-facts > div").filter(has_text=name).locator("dd").first)


def searched(page: Page) -> Page:
    """Where the measured batch was slow, for whatever else the machine did, the search waits for a click."""
    search = page.get_by_role("button", name="Search", exact=True)
    begun = page.get_by_role("progressbar", name="Taking words away").or_(page.locator(".hl-facts"))
    search.or_(begun).first.wait_for(timeout=60_000)
    settle(page)
    if search.is_visible():
        search.click()
    expect(page.locator(".hl-facts")).to_contain_text("Texts tried", timeout=120_000)
    return page


def the_minimal_flip_holds(page: Page, explainer: Explainer, engine: Engine, selection: Selection, text: str) -> None:
    """The fewest words whose removal flips the verdict, and that they do."""
    searched(page)
    flip: MinimalFlip = explainer.minimal_flip(selection, text, 1000).result()
    reading = explainer.reading(selection, text)
    struck = page.locator(".hl-diff")
    assert struck.text_content() == text
    assert struck.locator("del").all_text_contents() == [reading.words[i].text for i in flip.removed]
    assert fact(page, "Words taken away") == f"{len(flip.removed)} of {flip.words}"
    assert fact(page, "Texts tried") == f"{flip.tried} of at most 1,000"
    said = page.locator(".hl-lead").last
    after, before = (readable(verdict, flip.labels) for verdict in (flip.label, flip.verdict))
    expect(said).to_contain_text(f"'{after}' leads instead of '{before}'")
    expect(said).to_contain_text("Proven minimal" if flip.proven else "not proven minimal")
    page.get_by_role("button", name="Compare with this as text B").click()
    other = page.get_by_label(BOX)
    expect(other).to_have_value(flip.text)
    answer = engine.classify(selection, [flip.text])[0]
    assert answer.label == flip.label != reading.prediction.label
    expect(page.locator(".hl-lead").first).to_contain_text(f"'{before}' leads, after it '{after}'")
    top = np.argmax(answer.logits)
    assert flip.labels[int(top)] == flip.label
    expect(page).to_have_url(re.compile("other="))


def an_edit_holds(page: Page, explainer: Explainer, selection: Selection, text: str) -> None:
    """An edit is shown word by word, with what it changed."""
    other = "My new card was stolen, where is my card? 👩\u200d👩\u200d👧 שלום <b>café</b>"
    page.get_by_label(BOX).fill(other)
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".hl-diff").nth(1)).to_have_text(other, use_inner_text=False)
    found = explainer.two_texts(selection, text, other)
    before, after = page.locator(".hl-diff").nth(0), page.locator(".hl-diff").nth(1)
    assert before.text_content() == text
    assert after.text_content() == other
    assert before.locator("del").all_text_contents() == [e.before for e in found.edits if e.kind != "same" and e.before]
    assert after.locator("ins").all_text_contents() == [e.after for e in found.edits if e.kind != "same" and e.after]
    top = explainer.reading(selection, text).prediction.ranked[0].label
    k = found.labels.index(top)
    shares = [f"{percent(found.probabilities[i, k])}\u00a0%" for i in (0, 1)]
    expect(page.locator(".hl-lead").first).to_contain_text(
        f"'{readable(top, found.labels)}' goes from {shares[0]} to {shares[1]}"
    )
    for i, one in enumerate((text, other)):
        parts = explainer.contributions(selection, one, ContributionOptions(top, "logit")).values
        units = explainer.reading(selection, one).words
        titles = page.locator(".hl-strip:not(.hl-diff)").nth(i).locator("span[title]")
        expected = [f"{u.text}: contribution {parts[list(u.tokens)].sum():.3g}" for u in units]
        assert [t.get_attribute("title") for t in titles.all()] == expected
    leader = found.leading(1)[0]
    page.locator(".js-plotly-plot").wait_for()
    unfold(page, f"All {len(found.labels)} classes")
    page.get_by_label("Find a class").fill(found.labels[leader])
    page.get_by_label("Find a class").press("Enter")
    table = page.get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    expect(page.get_by_test_id("glide-cell-0-0").first).to_have_text(found.labels[leader])
    assert float(cell(page, 1, 0)) == pytest.approx(100 * found.change[leader], rel=1e-3)
    assert float(cell(page, 4, 0)) == pytest.approx(found.logits[0, leader], rel=6e-3)


def test_text_b_follows_a_until_it_is_edited_and_stays_then(server: Server, open_page: OpenPage) -> None:
    page = searched(open_page(address(server, "two_texts", PAIRS[0], A)))
    box = page.get_by_label(BOX)
    expect(box).to_have_value(A)
    expect(page.locator(".hl-lead").first).to_contain_text("still text A")
    explain(page, "How do I top up?")
    expect(box).to_have_value("How do I top up?")
    box.fill("How do I pay?")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".hl-diff ins").first).to_have_text("pay?")
    page.get_by_test_id("stMain").get_by_role("link", name="Depth", exact=True).click()
    expect(page.locator("h1")).to_have_text("Depth")
    page.get_by_test_id("stMain").get_by_role("link", name="Two texts", exact=True).click()
    expect(box).to_have_value("How do I pay?")
    expect(page).to_have_url(re.compile("other="))
    assert parse_qs(urlparse(page.url).query)["other"] == ["How do I pay?"]
    page.reload()
    expect(page.locator(".hl-diff ins").first).to_have_text("pay?")
    box.fill("  ")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The text is empty.")
    page.get_by_role("button", name="Same as A again").click()
    expect(box).to_have_value("How do I top up?")
    expect(page).not_to_have_url(re.compile("other="))


def test_a_long_search_goes_on_elsewhere_and_is_stopped(server: Server, open_page: OpenPage) -> None:
    text = "I was charged twice for the same purchase at the shop and want one of the two refunded " * 3
    page = open_page(address(server, "two_texts", PAIRS[0], text, texts="20000"))
    start = page.get_by_role("button", name="Search", exact=True)
    cancel = page.get_by_role("button", name="Cancel", exact=True)
    start.or_(cancel).wait_for()
    if start.is_visible():
        expect(page.get_by_text("At most 20,000 texts through the model")).to_be_visible()
        start.click()
    cancel.wait_for()
    page.get_by_test_id("stMain").get_by_role("link", name="Depth", exact=True).click()
    expect(page.locator("h1")).to_have_text("Depth")
    page.get_by_test_id("stMain").get_by_role("link", name="Two texts", exact=True).click()
    cancel.wait_for()
    page.reload()
    cancel.click()
    expect(page.get_by_text(re.compile(r"Taking words away: stopped at \d+\s%"))).to_be_visible()
    page.get_by_role("button", name="Start again").click()
    cancel.click()
    expect(cancel).to_have_count(0)  # else it would go on behind the tests that follow
    expect(page.get_by_role("button", name="Start again")).to_be_visible()


@pytest.mark.parametrize("text", ["card", "<s>"])
def test_one_word(server: Server, open_page: OpenPage, text: str) -> None:
    page = searched(open_page(address(server, "two_texts", PAIRS[0], text, other=f"{text} {text}", open="flip")))
    expect(page.locator(".hl-lead").last).to_contain_text("nothing to take away")
    expect(page.locator(".hl-diff ins")).to_have_count(1)


def test_without_an_adapter_it_answers_too(server: Server, open_page: OpenPage) -> None:
    shown = {"other": "My card", "open": "flip", "untrained_head": "shown"}
    page = searched(open_page(address(server, "two_texts", Selection("demo-llama"), A, **shown)))
    expect(page.locator(".hl-diff del").first).to_be_visible()


def test_what_was_compared_pales_while_another_text_b_is_typed(server: Server, open_page: OpenPage) -> None:
    page = open_page(address(server, "two_texts", PAIRS[0], "My card was stolen.", other="My card was found."))
    app, box = page.locator(".stApp"), page.get_by_label(BOX)
    expect(page.locator(".hl-lead").first).to_contain_text("edit")
    expect(app).not_to_have_attribute("data-unasked-other", "")
    box.fill("My card was lost.")
    expect(app).to_have_attribute("data-unasked-other", "")
    expect(page.locator(".st-key-compared")).to_have_css("opacity", "0.5")
    expect(app).not_to_have_attribute("data-unasked", "")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(app).not_to_have_attribute("data-unasked-other", "")
    expect(page.locator(".st-key-compared")).to_have_css("opacity", "1")
