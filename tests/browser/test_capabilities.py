"""A page that the loaded pair cannot fill: not offered in its section, and opened by its address it says why."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from core.results import Selection
from pages.ui.site_map import EXPLAIN
from tests.browser.conftest import OpenPage, Scheme, Server
from tests.browser.reading import address, choose, question, words
from tests.browser.test_looks import SIZES, violations

BARE = Selection("demo-llama")
TEXT = "My card has not arrived yet, where is it?"
WHY = "This candidate is loaded without an adapter"


def link(page: Page, name: str) -> Locator:
    return page.locator(".st-key-section").get_by_role("link", name=name, exact=True)


def offered(page: Page) -> list[str]:
    """The pages of the section that can be opened."""
    return [words(link) for link in page.locator(".st-key-section a:not([disabled]):visible").all()]


def test_the_adapter_page_is_not_offered_without_an_adapter(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{address(server, 'why', BARE, TEXT)}&untrained_head=shown")
    page.locator(".hl-verdict").wait_for(timeout=90_000)
    adapter = link(page, "Adapter effect")
    expect(adapter).to_have_attribute("disabled", "")
    others = [page.title for page in EXPLAIN.pages if page.name != "adapter_effect"]
    assert offered(page) == others
    adapter.hover()
    expect(page.get_by_role("tooltip")).to_contain_text(WHY)
    adapter.click()
    expect(page.locator("h1")).to_have_text("Why this answer?")


def test_opened_by_its_address_it_says_why_and_answers_once_an_adapter_is_chosen(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(address(server, "adapter", BARE, TEXT))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(WHY, timeout=90_000)
    expect(alert).to_contain_text("Choose an adapter")
    expect(link(page, "Adapter effect")).to_have_attribute("disabled", "")
    assert page.locator(".hl-verdict").count() == 0, "it was asked all the same"
    choose(page, "Adapter", "Banking questions (77 intents)")
    expect(page.locator(".hl-pooler").first).to_be_visible(timeout=90_000)
    expect(question(page)).to_contain_text(TEXT)
    expect(link(page, "Adapter effect")).not_to_have_attribute("disabled", "")


@pytest.mark.parametrize("path", ["update", "two_adapters"])
def test_pages_about_the_weights_say_it_too(server: Server, open_page: OpenPage, path: str) -> None:
    page = open_page(f"{server.url}/head?candidate=demo-llama&adapter=-&untrained_head=shown")
    page.locator(".hl-lead").wait_for(timeout=90_000)
    for name in ("Adapter update", "Two adapters"):
        expect(link(page, name)).to_have_attribute("disabled", "")
    page.goto(f"{server.url}/{path}?candidate=demo-llama&adapter=-")
    expect(page.get_by_text("hoose an adapter").first).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_it_can_be_read_by_everybody(server: Server, open_page: OpenPage, size: str, scheme: Scheme) -> None:
    width, height = SIZES[size]
    page = open_page(
        f"{address(server, 'why', BARE, TEXT)}&untrained_head=shown", width=width, height=height, scheme=scheme
    )
    page.locator(".js-plotly-plot").wait_for(timeout=90_000)
    assert not violations(page)
    page.goto(address(server, "adapter", BARE, TEXT))
    expect(page.get_by_role("alert")).to_contain_text(WHY)
    expect(page.locator(".st-key-here")).to_be_in_viewport(ratio=0.9)
    assert not violations(page)
