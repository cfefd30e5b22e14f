"""What a person does on a page, and what they read there."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

BANKING = "candidate=demo-llama&adapter=banking77"


@dataclass(frozen=True)
class Shown:
    """A verdict as it stands on the page."""

    asked: str
    label: str
    probability: str
    bars: list[tuple[str, str]]
    facts: dict[str, str]


def write(page: Page, text: str) -> None:
    """Put a text into the form; the server has it with the next click."""
    page.get_by_label("Text", exact=True).fill(text)


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
    facts = {words(f.locator("dt")): words(f.locator("dd")) for f in answer.locator(".hl-facts > div").all()}
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
    """Choose in one of the boxes of the sidebar."""
    page.get_by_test_id("stSidebar").get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()
