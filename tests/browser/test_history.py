"""Back, Forward and links: one entry a page, nothing lost on the way, and paths that are no page's."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import BANKING, classify, explain, question, settle, wait_for, write

FIRST = "My card was swallowed by the machine."
SECOND = "How do I change my PIN?"


def entries(page: Page) -> int:
    return int(page.evaluate("history.length"))


def to_overview(page: Page) -> None:
    page.get_by_test_id("stMain").get_by_role("link", name="Why this answer?").click()
    expect(page.locator("h1")).to_have_text("Why this answer?")
    page.locator(".hl-verdict").wait_for()
    settle(page)


def test_back_and_forward_walk_over_pages_and_leave_at_the_first(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/_stcore/health")  # stands for wherever somebody came from
    page.goto(server.url)
    page.locator(".hl-headline").wait_for()
    settle(page)
    begun = entries(page)
    classify(page, FIRST)
    classify(page, SECOND)
    settle(page)
    assert entries(page) == begun, "what is asked on a page leaves no entry"
    to_overview(page)
    assert entries(page) == begun + 1
    page.go_back()
    wait_for(page, SECOND)
    settle(page)
    page.go_forward()
    expect(page.locator("h1")).to_have_text("Why this answer?")
    page.locator(".hl-verdict").wait_for()
    settle(page)
    page.go_back()
    wait_for(page, SECOND)
    settle(page)
    page.go_back()
    expect(page).to_have_url(f"{server.url}/_stcore/health")


def test_whoever_goes_on_at_once_comes_back_to_the_last_text(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/?{BANKING}")
    page.locator(".hl-headline").wait_for()
    classify(page, FIRST)
    page.get_by_label("Text", exact=True).fill(SECOND)
    page.get_by_role("button", name="Classify", exact=True).click()
    page.wait_for_url(re.compile("text=How"))
    to_overview(page)
    page.go_back()
    wait_for(page, SECOND)


def test_back_brings_the_text_of_that_page(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/?{BANKING}&text=where+is+my+card")
    wait_for(page, "where is my card")
    to_overview(page)
    explain(page, SECOND)
    expect(page).to_have_url(re.compile("text=How"))
    settle(page)
    page.go_back()
    wait_for(page, "where is my card")
    page.go_forward()
    expect(question(page)).to_contain_text(SECOND)


def test_the_older_path_of_the_first_page_leads_to_it_with_all_that_it_asks(
    server: Server, open_page: OpenPage
) -> None:
    page = open_page(f"{server.url}/classify?{BANKING}&text=where+is+my+card")
    wait_for(page, "where is my card")
    expect(page).to_have_url(re.compile(rf"^{server.url}/\?.*text=where"))


def test_a_copied_link_shows_somebody_else_the_same(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/?{BANKING}")
    page.locator(".hl-headline").wait_for()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown = classify(page, SECOND)
    settle(page)
    page.get_by_role("button", name="Copy link", exact=True).click()
    expect(page.locator(".hl-copy [role=status]")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    other = open_page(link)
    assert wait_for(other, SECOND).bars == shown.bars
    write(other, "changed")


def test_an_unknown_page_says_so_and_answers_nothing(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/nopage")
    expect(page.locator("h1")).to_have_text("No such page")
    expect(page.get_by_text("There is no page 'nopage'.")).to_be_visible()
    expect(page.locator(".hl-answer")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_test_id("stTopNavLink").first.click()
    page.locator(".hl-answer").wait_for()


def test_a_link_in_another_tab_is_about_the_same_model_and_text(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/?candidate=demo-mistral&adapter=banking77")
    page.locator(".hl-headline").wait_for(timeout=90_000)
    classify(page, FIRST)
    links = (
        page.get_by_test_id("stMain").get_by_role("link", name="Why this answer?"),
        page.get_by_test_id("stTopNavLink").filter(has_text="Explain"),
    )
    for link in links:
        with page.context.expect_page() as opened:
            link.click(button="middle")
        other = opened.value
        expect(other.locator("h1")).to_have_text("Why this answer?", timeout=60_000)
        expect(question(other)).to_contain_text(FIRST[:20])
        assert "candidate=demo-mistral&adapter=banking77" in other.url
        other.close()


def test_a_path_below_a_page_leads_to_it(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/candidates/all?{BANKING}")
    expect(page.locator("h1")).to_have_text("Candidates")
    page.goto(f"{server.url}/nobody/knows")
    expect(page.locator("h1")).to_have_text("No such page")
