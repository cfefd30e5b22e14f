"""The map of a dataset in a browser: points, colours, and the rows of a box that is drawn."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import BANKING, settle
from tests.browser.test_evaluation import ROWS, bring_sample, evaluated
from tests.browser.test_looks import violations


def visit(server: Server, open_page: OpenPage, width: int = 1440) -> Page:
    page = open_page(f"{server.url}/map?{BANKING}", width=width)
    bring_sample(page)
    evaluated(page)
    page.locator(".js-plotly-plot").wait_for(timeout=60_000)
    settle(page)
    return page


def test_a_box_around_points_shows_their_rows(server: Server, open_page: OpenPage) -> None:
    page = visit(server, open_page)
    expect(page.locator(".hl-lead")).to_contain_text(f"{len(ROWS)} texts: the two directions")
    assert not violations(page)
    plot = page.locator(".js-plotly-plot .nsewdrag").first
    box = plot.bounding_box()
    assert box
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] - 5, steps=5)
    page.mouse.up()
    expect(page.get_by_role("heading", name=f"{len(ROWS)} rows selected")).to_be_visible()
    expect(page.get_by_text(f"1 to 200 of {len(ROWS)} rows")).to_be_visible()
    page.get_by_text("Neighbourhoods (t-SNE)", exact=True).click()
    expect(page.locator(".hl-lead")).to_contain_text("how far groups lie apart means nothing", timeout=60_000)
    page.get_by_role("combobox", name="Colour by").click()
    page.get_by_role("option", name="Label", exact=True).click()
    expect(page.locator(".js-plotly-plot .legendtext").first).to_contain_text("Other classes")
    expect(page).to_have_url(re.compile("projection=tsne.*colour=label"))
    settle(page)
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".stApp")).to_have_css("background-color", "rgb(16, 19, 24)")
    settle(page)
    assert not violations(page, "color-contrast")
    assert page.get_by_test_id("stException").count() == 0


def test_nothing_is_wider_than_a_phone(server: Server, open_page: OpenPage) -> None:
    page = visit(server, open_page, 390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
