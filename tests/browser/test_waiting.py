"""A model that takes its time: the page says so, can be left, and the question can be cancelled."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, started
from tests.browser.reading import BANKING, settle, wait_for, write

FIRST, SECOND = "My card was stolen.", "Where is the nearest machine?"


def test_a_question_is_cancelled_asked_again_replaced_and_left(
    demos: None, open_page: OpenPage, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    with started(tmp_path, "slowly", HEADLIGHT_TEST_GATE=str(gate)) as server:
        page = open_page(f"{server.url}/classify?{BANKING}&text={FIRST}")
        page.get_by_role("button", name="Load (").click()
        asking, verdict = page.get_by_text("Asking the model"), page.locator(".hl-headline")
        asking.wait_for()

        page.get_by_role("button", name="Cancel").click()
        page.get_by_text("Stopped after").wait_for()
        page.get_by_role("button", name="Ask again").click()
        asking.wait_for()
        expect(verdict).to_have_count(0)
        gate.touch()
        first = wait_for(page, FIRST)

        gate.unlink()
        write(page, SECOND)
        page.get_by_role("button", name="Classify").click()
        asking.wait_for()
        expect(page.get_by_text("Earlier answer, by")).to_be_visible()

        page.get_by_role("link", name="Explain").click()  # while the model is asked
        page.get_by_text("Why this answer?").first.wait_for()
        asking.wait_for()
        page.get_by_role("link", name="Classify").click()
        gate.touch()
        second = wait_for(page, SECOND)
        assert first.label != second.label
        settle(page)
        page.close()
