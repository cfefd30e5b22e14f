"""How it looks: small screens, light and dark, and for people who cannot see it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from pages.ui.site_map import PAGES, SITE_MAP
from tests.browser.conftest import SHOTS, OpenPage, Scheme, Server
from tests.browser.reading import BANKING, classify, model_badge, model_picker, question, settle, unfold

SIZES = {"desktop": (1440, 900), "mobile": (390, 844)}
#: Before a dataset is there they ask for one, as the first of them does; with one each is looked at in its own file.
OF_A_DATASET = next(section.pages[1:] for section in SITE_MAP if section.title == "Evaluate")
#: Every other page, and what is on it once it has answered.
PATHS = tuple(page.path for page in PAGES if page not in OF_A_DATASET)
ANSWERED = {page.path: ".hl-verdict" if page.answers else ".hl-facts" for page in PAGES} | {
    "classify": ".hl-headline",
    "evaluate": "[data-testid=stFileUploader]",
    "candidates": ".hl-card",
    "architecture": ".js-plotly-plot",
    "dry_run": ".hl-stages",
}
BACKGROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(16, 19, 24)"}
#: Streamlit's own, whatever an app draws: on a phone its list of pages holds more than list items; where files are
#: dropped is called a presentation, and has a name.
STREAMLITS_OWN = [["[data-testid=stSidebarNavItems]"], ["[data-testid=stFileUploaderDropzone]"]]


def shown(page: Page, server: Server, path: str, size: str, scheme: Scheme) -> None:
    """Go there, wait until it has answered, keep a screenshot."""
    if f"/{path}?" not in page.url:
        page.goto(f"{server.url}/{path}?{BANKING}")
    page.locator(ANSWERED[path]).first.wait_for()
    settle(page)
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{path}-{size}-{scheme}.png")


def opened(server: Server, open_page: OpenPage, path: str, size: str, scheme: Scheme) -> Page:
    width, height = SIZES[size]
    page = open_page(f"{server.url}/{path}?{BANKING}", width=width, height=height, scheme=scheme)
    shown(page, server, path, size, scheme)
    return page


@pytest.mark.parametrize("size", ["desktop", "mobile"])
def test_nothing_is_wider_than_the_screen_and_all_is_accessible(server: Server, open_page: OpenPage, size: str) -> None:
    page = opened(server, open_page, PATHS[0], size, "light")
    for path in PATHS:
        shown(page, server, path, size, "light")
        too_wide = page.evaluate(
            """() => [...document.querySelectorAll('[data-testid=stMain] *')]
                 .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
                 .filter(e => !e.closest('.st-key-examples, [data-testid=stDataFrame]'))  // to swipe
                 .map(e => e.className + ' ' + e.getBoundingClientRect().right).slice(0, 5)"""
        )
        assert not too_wide, path
        here = page.locator(".st-key-here")
        if path != "classify":  # the only page of its section
            expect(here).to_be_in_viewport(ratio=0.9)
        if size == "desktop":
            pictured(page, path)
        expect(page.locator(".stApp")).to_have_css("background-color", BACKGROUNDS["light"])
        assert not violations(page), path
        if size == "desktop":
            in_the_dark(page, path)


def pictured(page: Page, path: str) -> None:
    """At 1440 x 900 no page's first picture begins in its lowest third, and none is a long scroll."""
    picture = page.locator(
        ".js-plotly-plot, .hl-signed, .hl-strip, .hl-diff, .hl-stages, .hl-answer, .hl-card, "
        "[data-testid=stFileUploader]"
    ).first
    box = picture.bounding_box()
    assert box
    assert box["y"] < 640, path
    height = page.get_by_test_id("stMainBlockContainer").evaluate("e => e.scrollHeight")
    assert height < 2000, path


def in_the_dark(page: Page, path: str) -> None:
    """The page follows when the system turns dark; all is as readable, and it turns back."""
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".stApp")).to_have_css("background-color", BACKGROUNDS["dark"])
    settle(page)
    page.screenshot(path=SHOTS / f"{path}-desktop-dark.png")
    assert not violations(page, "color-contrast"), path
    page.emulate_media(color_scheme="light")
    expect(page.locator(".stApp")).to_have_css("background-color", BACKGROUNDS["light"])


def violations(page: Page, *rules: str) -> list[tuple[str, list[str], str]]:
    """What axe finds by these rules, or by all, without what is Streamlit's own: rule, place, HTML."""
    options = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else None
    found = Axe().run(page, context={"exclude": STREAMLITS_OWN}, options=options).response["violations"]
    return [(v["id"], node["target"], node["html"][:200]) for v in found for node in v["nodes"]]


def test_on_a_phone_the_verdict_is_on_the_first_screen(server: Server, open_page: OpenPage) -> None:
    page = opened(server, open_page, "classify", "mobile", "light")
    box = page.locator(".hl-headline").bounding_box()
    assert box
    assert box["y"] + box["height"] < 844


def test_on_a_phone_the_verdict_comes_into_view_and_the_examples_follow_it(server: Server, open_page: OpenPage) -> None:
    page = opened(server, open_page, "classify", "mobile", "light")
    classify(page, "How do I top up?")
    settle(page)
    expect(page.locator(".hl-headline")).to_be_in_viewport()
    verdict, examples = (page.locator(place).bounding_box() for place in (".hl-answer", ".st-key-examples"))
    assert verdict
    assert examples
    assert examples["y"] > verdict["y"] + verdict["height"]


@pytest.mark.parametrize(("width", "most"), [(390, 96), (1024, 60), (1440, 60)])
def test_question_and_verdict_stay_on_top_in_a_line(server: Server, open_page: OpenPage, width: int, most: int) -> None:
    page = open_page(f"{server.url}/mask?{BANKING}&open=added,classes,how,states", width=width, height=844)
    page.locator(".hl-verdict").wait_for()
    unfold(page, "How this was found")
    main = page.get_by_test_id("stMain")
    main.evaluate("e => e.scrollTo(0, 900)")
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop > 300")
    line = page.locator(".st-key-question").bounding_box()
    head = page.get_by_test_id("stHeader").bounding_box()
    assert line
    assert head
    assert abs(line["y"] - head["height"]) <= 1
    assert line["height"] <= most
    expect(question(page)).to_be_in_viewport(ratio=1)
    expect(page.locator(".hl-verdict b")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Copy link", exact=True)).to_be_in_viewport(ratio=0.9)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """One with a touch screen, which does not hover."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()


def test_on_a_phone_a_tap_tells_what_hovering_tells(server: Server, phone: Page) -> None:
    phone.goto(f"{server.url}/pooling?{BANKING}")
    word = phone.locator(".hl-strip [title]").nth(2)
    word.tap()
    told = word.evaluate("e => getComputedStyle(e, '::after').content")
    assert told.strip('"') == word.get_attribute("title")


def test_on_a_phone_a_map_is_square_and_tools_leave_the_search_free(server: Server, phone: Page) -> None:
    phone.goto(f"{server.url}/head?{BANKING}")
    phone.locator(".js-plotly-plot").wait_for()
    settle(phone)
    map_of_classes = phone.locator("[class*=st-key-head-cosines]").bounding_box()
    assert map_of_classes
    assert map_of_classes["height"] == pytest.approx(map_of_classes["width"], abs=4)
    phone.goto(f"{server.url}/?{BANKING}")
    table = phone.get_by_test_id("stDataFrame")
    table.tap()
    tools = phone.get_by_test_id("stElementToolbar").bounding_box()
    search = phone.get_by_label("Find a class").bounding_box()
    assert tools
    assert search
    assert tools["y"] >= search["y"] + search["height"]
    assert phone.get_by_label("Find a class").evaluate("e => getComputedStyle(e).fontSize") == "16px"


def test_on_a_phone_the_picker_opens(server: Server, open_page: OpenPage) -> None:
    page = opened(server, open_page, "classify", "mobile", "light")
    expect(model_badge(page)).to_be_in_viewport()
    expect(model_picker(page).get_by_label("Candidate", exact=True)).to_be_visible()


def test_on_a_phone_the_menu_has_every_task(server: Server, open_page: OpenPage) -> None:
    page = opened(server, open_page, "classify", "mobile", "light")
    page.get_by_test_id("stExpandSidebarButton").click()
    entries = page.get_by_test_id("stSidebarNavLink")
    expect(entries).to_have_text([f"{section.title} {section.question}" for section in SITE_MAP])
    entries.filter(has_text="Inspect").click()
    expect(page.locator("h1")).to_have_text("Weights")
