"""What a person does on a page, and what they read there."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

from core.results import Selection
from tests.browser.conftest import Server

BANKING = "candidate=demo-llama&adapter=banking77"
CANDIDATES = ("demo-llama", "demo-mistral", "demo-gemma2")
ADAPTERS = ("banking77", "clinc150-domains")
#: A text for every page; a word of it stands at two places.
A = "My new card has not arrived, where is my card? 👩\u200d👩\u200d👧 café"
PAIRS = [Selection(candidate, adapter) for candidate in CANDIDATES for adapter in ADAPTERS]
#: Of them two, with another candidate and another adapter each.
SOME_PAIRS = [Selection(CANDIDATES[i], ADAPTERS[i]) for i in range(2)]


@dataclass(frozen=True)
class Shown:
    """A verdict as it stands on the page."""

    asked: str
    label: str
    probability: str
    bars: list[tuple[str, str]]
    facts: dict[str, str]


def address(server: Server, page: str, selection: Selection, text: str, **more: str) -> str:
    """A link to a page that shows this text."""
    query = {"candidate": selection.candidate, "adapter": selection.adapter or "-", "text": text, **more}
    return f"{server.url}/{page}?" + "&".join(f"{key}={quote(value)}" for key, value in query.items())


#: Nothing is being computed, loaded or moved: the script has run, every element and chart is drawn, fonts are there,
#: transitions over.
SETTLED = """() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'
  && !document.querySelector('[data-stale=true], [data-testid=stSkeleton], #headlight-skeleton')
  && [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(c => c.querySelector('.main-svg'))
  && document.fonts.status === 'loaded'
  && document.getAnimations().every(
    a => a.playState !== 'running' || a.effect?.getComputedTiming().endTime === Infinity)"""


def settle(page: Page) -> None:
    """Wait until the page stands still, and its last scrolling has been noticed."""
    page.wait_for_function(SETTLED)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def turn_to(page: Page, name: str) -> Page:
    """Another page about the same text, by its link; once it has answered."""
    page.get_by_test_id("stMain").get_by_role("link", name=name, exact=True).click()
    expect(page.locator("h1")).to_have_text("Why this answer?" if name == "Overview" else name)
    page.locator(".hl-verdict").first.wait_for()
    return page


def write(page: Page, text: str) -> None:
    """Put a text into the form; the server has it with the next click."""
    page.get_by_label("Text", exact=True).fill(text)


def question(page: Page) -> Locator:
    """The text that the page is about, in its line on top."""
    return page.locator(".st-key-question_text button")


def edit_question(page: Page) -> Locator:
    """The text area behind that text, opened."""
    box = page.get_by_label("Text", exact=True)
    if box.count() == 0:
        settle(page)  # a button that still moves is missed
        question(page).click()
    return box


def explain(page: Page, text: str) -> None:
    """Put another text into the line of the question, and ask it."""
    edit_question(page).fill(text)
    page.get_by_role("button", name="Explain", exact=True).click()
    expect(page.get_by_label("Text", exact=True)).to_have_count(0)  # shut


def unfold(page: Page, title: str) -> Locator:
    """A folded part of the page, opened and drawn."""
    part = (
        page.get_by_test_id("stMain").get_by_test_id("stExpander").filter(has=page.locator("summary", has_text=title))
    )
    part.locator("summary").wait_for()
    settle(page)
    if part.locator("details[open]").count() == 0:
        part.locator("summary").click()
    settle(page)
    return part


def classify(page: Page, text: str) -> Shown:
    """Type, click, wait, read."""
    write(page, text)
    page.get_by_role("button", name="Classify", exact=True).click()
    return wait_for(page, text)


def wait_for(page: Page, text: str) -> Shown:
    """The verdict about this text, once it is there."""
    expect(page.locator(".hl-asked")).to_have_text(text, timeout=30_000, use_inner_text=False)
    return read(page)


def read(page: Page) -> Shown:
    """The verdict that stands on the page now."""
    answer = page.locator(".hl-answer")
    bars = [(words(bar.locator(".hl-name")), words(bar.locator(".hl-number"))) for bar in answer.locator("li").all()]
    facts = {
        f.locator("dt").inner_text().strip(): words(f.locator("dd")) for f in answer.locator(".hl-facts > div").all()
    }
    probability = answer.locator(".hl-probability")
    return Shown(
        asked=answer.locator(".hl-asked").text_content() or "",
        label=words(answer.locator(".hl-label").first),
        probability=words(probability.first) if probability.count() else "",
        bars=bars,
        facts=facts,
    )


def words(place: Locator) -> str:
    """Text on one line, as it is read."""
    return " ".join((place.text_content() or "").split())


def cell(page: Page, column: int, row: int) -> str:
    """A cell of the table of classes, counted from 0; its canvas keeps a table beside it for screen readers."""
    return page.get_by_test_id(f"glide-cell-{column}-{row}").first.text_content() or ""


def choose(page: Page, label: str, option: str) -> None:
    """Choose in one of the boxes behind the name of the model."""
    model_picker(page).get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()
    model_badge(page).click()  # shut


def model_badge(page: Page) -> Locator:
    """The name of the model in the top bar; its dot is full while it is in memory."""
    return page.locator(".st-key-model").get_by_test_id("stPopoverButton")


def model_picker(page: Page) -> Locator:
    """What is behind the name of the model, opened."""
    body = page.get_by_test_id("stPopoverBody")
    if body.count() == 0:
        model_badge(page).click()
    return body
