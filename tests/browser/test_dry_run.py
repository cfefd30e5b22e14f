"""The dry run in a browser: every demo pair, a base alone, texts of one's own, a damaged candidate."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.dry_run.run import check
from core.engine.engine import Engine
from core.results import Selection
from core.words.dry_run import verdict
from pages.ui.markup import sentence
from tests.browser.conftest import OpenPage, Server
from tests.browser.folders import damaged_folder
from tests.browser.reading import SOME_PAIRS, unfold, words

MARKS = {"passed": "✓ passed", "failed": "✕ failed", "not applicable": "– not applicable", "left out": "○ left out"}


def mark(stage: dict[str, Any]) -> str:
    """A stage of the file as the page marks it."""
    count = len(stage["warnings"])
    return f"! {stage['status']}, {count} warning" if count else MARKS[stage["status"]]


def opened(server: Server, open_page: OpenPage, selection: Selection, more: str = "") -> Page:
    page = open_page(f"{server.url}/dry_run?candidate={selection.candidate}&adapter={selection.adapter or '-'}{more}")
    page.locator(".hl-stages").wait_for(timeout=60_000)
    return page


def downloaded(page: Page) -> Any:
    with page.expect_download() as download:
        page.get_by_role("button", name="Download JSON").click()
    assert download.value.suggested_filename == "dry-run.json"
    return json.loads(download.value.path().read_bytes())


def shown(page: Page) -> list[tuple[str, str, str]]:
    """Mark, name and detail of every stage on the page."""
    rows = page.locator(".hl-stages > li").all()
    return [
        (words(r.locator(".hl-kind")), words(r.locator(".hl-name")), words(r.locator(".hl-seen p").first)) for r in rows
    ]


def without_numbers(detail: str) -> str:
    """Rounding differs between two processes in its last digits, and so does the memory that is free."""
    return re.sub(r"\b(0|\d\.\de-\d\d)(?= \(| of the largest)|\b[\d.,]+(?= [KMG]iB)", "#", detail)


@pytest.mark.parametrize("selection", [*SOME_PAIRS, Selection("demo-gemma2")], ids=str)
def test_every_pair_passes_and_the_page_says_what_core_says(
    server: Server, open_page: OpenPage, engine: Engine, selection: Selection
) -> None:
    found, health = check(engine, selection)
    assert found.passed
    page = opened(server, open_page, selection)
    expect(page.locator(".hl-lead")).to_have_text(verdict(found))
    warned = r"No stage failed: 1\d passed without a warning, 1 with 1 warning: No adapter"
    assert re.match(rf"All 1\d stages passed\.$|{warned}", verdict(found))
    file = downloaded(page)
    assert shown(page) == [(mark(s), s["name"], sentence(s["detail"])) for s in file["stages"]]
    assert [(s["name"], s["status"], without_numbers(s["detail"])) for s in file["stages"]] == [
        (s.name, s.status.value, without_numbers(s.detail)) for s in found.stages
    ]
    assert file["passed"] is True
    assert [t["shape"] for t in file["tensors"]] == [list(t.shape) for t in found.traced]
    unfold(page, "Health of the")
    checks = page.locator(".hl-checks li")
    expect(checks).to_have_count(len(health.checks))
    expect(checks.first).to_contain_text(health.checks[0].message)


def test_run_again(server: Server, open_page: OpenPage) -> None:
    page = opened(server, open_page, Selection("demo-llama", "banking77"))
    cost = page.locator(".hl-note").filter(has_text="texts of").first
    first = cost.inner_text()
    for _ in range(3):  # two runs may take the same time, to three digits
        page.get_by_role("button", name="Run again").click()
        with suppress(AssertionError):
            expect(cost).not_to_have_text(first)
            break
    expect(cost).not_to_have_text(first)


def test_texts_of_ones_own(server: Server, open_page: OpenPage) -> None:
    page = opened(server, open_page, Selection("demo-llama", "banking77"))
    page.get_by_text("Texts to run on").click()
    box = page.get_by_label("One text a line, 8 at most")
    box.fill("one\ntwo <b>words</b>\nthree more words")
    box.press("Control+Enter")
    expect(page.locator(".hl-note").first).to_contain_text("3 texts of")
    page.wait_for_url("**texts=one*")
    assert [t["text"] for t in downloaded(page)["texts"]] == ["one", "two <b>words</b>", "three more words"]
    page.reload()
    expect(page.locator(".hl-note").first).to_contain_text("3 texts of", timeout=60_000)
    page.get_by_text("Texts to run on").click()
    page.get_by_label("One text a line, 8 at most").fill("a\n" * 9)
    page.get_by_label("One text a line, 8 at most").press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("takes 1 to 8 texts, and got 9")


def test_a_damaged_candidate_of_ones_own_fails_at_its_layer(
    server: Server, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(f"{server.url}/candidates?candidate=demo-llama&adapter=banking77")
    page.get_by_role("radio", name="Added", exact=True).click()
    page.get_by_label("Folder or Hub id").fill(str(damaged_folder(tmp_path / "damaged")))
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", level=2, name="damaged")).to_be_visible()
    page.goto(f"{server.url}/dry_run?candidate=damaged&adapter=-")
    expect(page.locator(".hl-lead")).to_have_text("1 of 15 stages failed: Finite. 6 left out.", timeout=60_000)
    marks = {name: (mark, detail) for mark, name, detail in shown(page)}
    assert marks["Finite"][0] == "✕ failed"
    assert marks["Finite"][1].startswith("First at layer 1: ")
    assert marks["Padding"] == ("○ left out", "Not every value of the pass is finite")
    expect(page.locator(".hl-fix")).to_contain_text("The weight 'model.layers.1.mlp.down_proj.weight' holds NaN")
    assert downloaded(page)["passed"] is False
    page.goto(f"{server.url}/candidates?candidate=damaged&adapter=-")
    page.get_by_role("button", name="Remove from the list").click()
    expect(page.get_by_role("heading", level=2, name="damaged")).to_have_count(0)
