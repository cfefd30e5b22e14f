"""Attributions: every demo pair is answered with the explainer's numbers; long work is stopped, and found again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from core.explain.explainer import Explainer
from core.results import METHODS, AttributionOptions, Attributions, Selection
from core.words.attributions import best
from core.words.numbers import three_digits
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import PAIRS, address, cell, unfold, words

TEXT = "My new card has not arrived, and the card 👩\u200d👩\u200d👧 café was expected last week."
METHODS_PART = "Each method: the tinted text"
LONG = "where is my card and who can tell me when it comes " * 35


def computed(explainer: Explainer, selection: Selection, text: str, options: AttributionOptions) -> Attributions:
    return explainer.attributions(selection, text, options).result()


def answered(page: Page, says: str) -> None:
    """Waits for the answer; on a busy machine the estimate may ask for a click first."""
    lead, button = page.locator(".hl-lead"), page.get_by_role("button", name=re.compile("^Compute"))
    lead.or_(button).first.wait_for(timeout=60_000)
    if button.is_visible():
        button.click()
    expect(lead).to_have_text(says, timeout=90_000)


def begun(page: Page) -> None:
    """Long work is under way; on a quick machine it began by itself."""
    cancel, button = page.get_by_role("button", name="Cancel"), page.get_by_role("button", name=re.compile("^Compute"))
    cancel.or_(button).first.wait_for(timeout=120_000)
    if button.is_visible():
        button.click()
    cancel.wait_for(timeout=60_000)


def facts(page: Page, method: int) -> dict[str, str]:
    card = page.locator(".hl-facts").nth(method)
    card.wait_for(timeout=60_000)  # the answer's first line is there before its cards
    rows = card.locator("> div").all()
    return {words(row.locator("dt")): words(row.locator("dd")) for row in rows}


def attributions_hold(page: Page, explainer: Explainer, selection: Selection, text: str) -> None:
    """Five methods, and how faithful each is."""
    label = explainer.reading(selection, text).prediction.ranked[0].label
    found = computed(explainer, selection, text, AttributionOptions(label))
    answered(page, best(found))
    unfold(page, METHODS_PART)
    expect(page.locator(".hl-strip")).to_have_count(5, timeout=60_000)
    for number, method in enumerate(METHODS):
        assert page.locator(".hl-pooler h3").nth(number).text_content().lower().startswith(method)  # type: ignore[union-attr]
        strip = page.locator(".hl-strip").nth(number).locator("span[title]")
        assert strip.all_text_contents() == [unit.text for unit in found.units]
        assert float(facts(page, number)["Sum"]) == pytest.approx(found.methods[number].total, rel=6e-3, abs=1e-3)
    assert float(facts(page, 3)["Completeness error"]) == pytest.approx(found.methods[3].error or 0, rel=0.05, abs=1e-3)
    expect(page.locator(".hl-note").filter(has_text="from one measured batch")).to_contain_text("52 gradients")
    unfold(page, "Do these words matter to the model?")
    expect(page.locator(".js-plotly-plot")).to_have_count(3)
    page.get_by_test_id("stDataFrame").wait_for()
    for row, one in enumerate(found.faithfulness):
        assert cell(page, 0, row) == one.name
        assert float(cell(page, 1, row)) == pytest.approx(100 * one.comprehensiveness, abs=0.2)
    mean, spread = found.chance("sufficiency")
    assert float(cell(page, 2, 5).split(" ± ")[0]) == pytest.approx(100 * mean, rel=6e-3, abs=0.2)
    assert three_digits(spread)


def test_another_class_and_baseline_stand_in_the_url(server: Server, open_page: OpenPage, explainer: Explainer) -> None:
    selection = PAIRS[0]
    second = explainer.reading(selection, TEXT).prediction.ranked[1].label
    options = AttributionOptions(second, "tokens", 10, "mean")
    query = {"class": second, "by": "tokens", "steps": "10", "baseline": "mean"}
    page = open_page(address(server, "attributions", selection, TEXT, **query))
    found = computed(explainer, selection, TEXT, options)
    answered(page, best(found))
    unfold(page, METHODS_PART)
    assert float(facts(page, 3)["Sum"]) == pytest.approx(found.methods[3].total, abs=1e-3)
    page.get_by_role("radio", name="all zeros").click()
    page.wait_for_url(re.compile("baseline=zero"))
    zero = computed(explainer, selection, TEXT, AttributionOptions(second, "tokens", 10, "zero"))
    answered(page, best(zero))
    expect(page.locator(".hl-box.hl-warn")).to_contain_text("no slope to follow at all zeros", timeout=60_000)


def test_long_work_is_told_before_stopped_and_begun_anew(server: Server, open_page: OpenPage) -> None:
    page = open_page(address(server, "attributions", PAIRS[1], LONG + "one", steps="500"))
    begun(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".hl-note").filter(has_text="stopped at")).to_be_visible(timeout=60_000)
    assert page.locator(".js-plotly-plot").count() == 0
    page.get_by_role("button", name="Start again").click()
    page.get_by_role("progressbar").wait_for()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".hl-note").filter(has_text="stopped at")).to_be_visible(timeout=60_000)


def test_a_reload_in_the_middle_finds_the_same_job(server: Server, open_page: OpenPage) -> None:
    page = open_page(address(server, "attributions", PAIRS[1], LONG + "two", steps="500"))
    begun(page)
    page.wait_for_function(
        "() => Number(document.querySelector('[role=progressbar]')?.ariaValueNow) >= 2", timeout=90_000
    )
    page.reload()
    bar = page.get_by_role("progressbar")
    bar.wait_for(timeout=60_000)
    assert int(bar.get_attribute("aria-valuenow") or 0) >= 2, "it began anew"
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".hl-note").filter(has_text="stopped at")).to_be_visible(timeout=60_000)


def test_it_goes_on_while_the_person_looks_elsewhere(server: Server, open_page: OpenPage) -> None:
    page = open_page(address(server, "attributions", PAIRS[3], LONG + "three", steps="200"))
    begun(page)
    page.get_by_role("link", name="Pooling", exact=True).first.click()
    page.locator(".hl-strip").first.wait_for()
    page.get_by_role("link", name="Attributions", exact=True).first.click()
    expect(page.locator(".hl-lead")).to_be_visible(timeout=240_000)
    expect(page.locator(".js-plotly-plot")).to_have_count(1, timeout=60_000)
