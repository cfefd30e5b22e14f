"""A server that nobody has visited yet; its very first request is a deep link."""

from __future__ import annotations

import gzip
import re
import urllib.request

import psutil
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from pages.ui.site_map import SITE_MAP
from tests.browser.conftest import OpenPage, Serve, Server
from tests.browser.reading import BANKING, model_badge, question, read, settle, words


def assert_frame(page: Page, title: str, candidate: str, adapter: str) -> None:
    """The page asked for stands in our frame, with what the URL chose."""
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page).to_have_title(f"{title} · Headlight")
    expect(model_badge(page)).to_contain_text(candidate)
    expect(model_badge(page)).to_contain_text(re.compile(adapter))
    links = [words(link) for link in page.get_by_test_id("stTopNavLink").all()]
    assert links == [f"{section.title} {section.question}" for section in SITE_MAP]
    assert page.get_by_role("dialog").count() == 0


@pytest.mark.parametrize("how", ["ours", "streamlit run"])
def test_a_deep_link_to_candidates(how: str, fresh_server: Serve, open_page: OpenPage, demos: None) -> None:
    server = fresh_server(how)
    resident = psutil.Process(server.pid).memory_info().rss
    assert resident < 120e6, f"an idle server takes {resident / 1e6:.0f} MB"
    page = open_page(f"{server.url}/candidates?candidate=demo-mistral&adapter=clinc150-domains")
    assert_frame(page, "Candidates", "Demo Mistral", "ssistant")
    assert psutil.Process(server.pid).memory_info().rss < 140e6, "looking at candidates imported torch"
    if how == "ours":  # another server answers as this one does: what differs is its first request
        page.get_by_test_id("stTopNavLink").filter(has_text="Classify").click()
        assert_frame(page, "Classify", "Demo Mistral", "ssistant")
        page.locator(".hl-headline").wait_for()


@pytest.mark.parametrize("how", ["ours", "streamlit run"])
def test_a_deep_link_to_classify(how: str, fresh_server: Serve, open_page: OpenPage, demos: None) -> None:
    server = fresh_server(how)
    page = open_page(f"{server.url}/classify?candidate=demo-llama&adapter=banking77")
    assert_frame(page, "Classify", "Demo Llama", "77|anking")
    page.locator(".hl-headline").wait_for()
    assert read(page).label
    page.reload()
    assert_frame(page, "Classify", "Demo Llama", "77|anking")


def test_the_root_leads_to_classify_and_nothing_is_empty(fresh_server: Serve, open_page: OpenPage, demos: None) -> None:
    server = fresh_server("ours")
    page = open_page(server.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Classify")
    page.locator(".hl-headline").wait_for()
    expect(page).to_have_url(re.compile(r"candidate=demo-[a-z0-9]+&adapter="))
    assert read(page).asked


def test_a_skeleton_stands_until_the_page_is_drawn(server: Server, browser: Browser) -> None:
    page, held = browser.new_page(color_scheme="dark"), list[Route]()
    page.route("**/static/js/index.*.js", lambda route: held.append(route))
    page.goto(f"{server.url}/candidates", wait_until="commit")
    skeleton = page.locator("#headlight-skeleton")
    expect(skeleton).to_have_css("opacity", "1")
    expect(skeleton).to_have_css("background-color", "rgb(16, 19, 24)")
    expect(skeleton).to_contain_text("Headlight")
    for route in held:
        route.continue_()
    expect(page.get_by_role("heading", level=1)).to_have_text("Candidates")
    expect(skeleton).to_have_count(0)
    page.close()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_scripts_that_come_late_do_not_move_what_a_person_is_about_to_click(
    server: Server, browser: Browser, width: int, height: int
) -> None:
    page, held = browser.new_page(viewport={"width": width, "height": height}), list[Route]()
    page.route(re.compile(r"/(PageLink|ButtonGroup|BidiComponent)\."), lambda route: held.append(route))
    page.goto(f"{server.url}/mask?{BANKING}")
    page.locator(".hl-verdict").wait_for(timeout=90_000)
    expect(page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")
    before = question(page).bounding_box()
    for route in held:
        route.continue_()
    page.locator(".hl-copy").wait_for()
    settle(page)
    assert len(held) == 3
    assert question(page).bounding_box() == pytest.approx(before, abs=2)
    page.close()


def test_scripts_that_do_not_come_are_told(server: Server, browser: Browser) -> None:
    page = browser.new_page()
    page.route("**/static/js/index.*.js", lambda route: route.abort())
    page.goto(f"{server.url}/candidates")
    expect(page.locator("#headlight-skeleton")).to_contain_text("reload the page")
    page.close()


def test_the_script_of_charts_is_run_while_the_visitor_reads(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/candidates")
    script = page.locator("link[rel=prefetch][href*='/PlotlyChart.']")
    expect(script).to_have_count(1)  # nobody has been quiet for long
    expect(page.get_by_role("heading", level=1)).to_have_text("Candidates")
    expect(script).to_have_count(0)  # it has been run
    page.get_by_test_id("stTopNavLink").filter(has_text="Inspect").click()
    page.locator(".main-svg").first.wait_for()
    page.reload()
    page.locator(".main-svg").first.wait_for()
    expect(script).to_have_count(0)  # this page fetches and runs it at once


def test_files_are_compressed_and_pages_load_nothing_from_elsewhere(fresh_server: Serve) -> None:
    server = fresh_server("ours")
    index = urllib.request.urlopen(server.url)
    policy = index.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "img-src 'self' data: blob:" in policy
    script = re.search(rb'src="\.(/static/js/index\.[^"]+)"', index.read())
    assert script
    path = script[1].decode()
    request = urllib.request.Request(server.url + path, headers={"accept-encoding": "gzip"})
    packed = urllib.request.urlopen(request)
    plain = urllib.request.urlopen(server.url + path).read()
    assert packed.headers["content-encoding"] == "gzip"
    assert "immutable" in packed.headers["cache-control"]
    assert gzip.decompress(packed.read()) == plain
    assert psutil.Process(server.pid).memory_info().rss < 120e6
