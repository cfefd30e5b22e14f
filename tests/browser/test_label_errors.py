"""Likely label errors in a browser: the planted ones of the sample, and the nearest rows of one."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import BANKING, settle
from tests.browser.test_evaluation import ROWS, bring_sample, click_first_row, evaluated
from tests.browser.test_looks import violations
from tests.evaluation.test_label_errors import PLANTED


def visit(server: Server, open_page: OpenPage, width: int = 1440) -> Page:
    page = open_page(f"{server.url}/label_errors?{BANKING}", width=width)
    bring_sample(page)
    evaluated(page)
    expect(page.locator(".hl-lead")).to_contain_text("look wrong", timeout=60_000)
    settle(page)
    return page


def test_planted_errors_come_first_and_one_leads_to_its_nearest_rows(server: Server, open_page: OpenPage) -> None:
    page = visit(server, open_page)
    table = page.locator("[class*=st-key-label_errors-rows]")
    planted = {row["text"] for row in ROWS if row["id"] in PLANTED}
    shown = [table.get_by_test_id(f"glide-cell-2-{i}").text_content() for i in range(8)]
    assert sum(text in planted for text in shown) >= 7
    click_first_row(page, table)
    expect(page.get_by_role("heading", name="The rows nearest to it")).to_be_visible()
    expect(page.get_by_test_id("stMain").get_by_role("link", name="Why this answer?")).to_be_visible()
    assert not violations(page)
    page.get_by_text("The model was trained on these rows", exact=True).click()
    expect(page.get_by_text(re.compile("By linear heads that were refitted without the row"))).to_be_visible(
        timeout=90_000
    )
    expect(page).to_have_url(re.compile("trained=True"))
    assert page.get_by_test_id("stException").count() == 0


def test_nothing_is_wider_than_a_phone(server: Server, open_page: OpenPage) -> None:
    page = visit(server, open_page, 390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
