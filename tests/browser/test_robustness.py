"""Harmless changes in a browser: the table, the texts of one, two of them compared, and a change of one's own."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.engine.engine import Engine
from core.evaluation.perturbations import perturbed
from core.results.robustness import Perturbation
from core.words import robustness as words
from core.words.class_names import readable
from core.words.numbers import percentage
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import BANKING, settle
from tests.browser.test_evaluation import LLAMA, ROWS, bring_sample, click_first_row
from tests.browser.test_looks import violations

TEXTS = [row["text"] for row in ROWS]
BUTTON = "Try 11 changes on 360 texts"


def visit(server: Server, open_page: OpenPage, width: int = 1440) -> Page:
    page = open_page(f"{server.url}/robustness?{BANKING}", width=width)
    bring_sample(page)
    begin = page.get_by_role("button", name=re.compile("^(Evaluate 360|Go on)"))
    attempt = page.get_by_role("button", name=BUTTON)
    begin.or_(attempt).or_(page.locator(".hl-lead")).wait_for(timeout=90_000)
    if begin.count():
        begin.click()
        attempt.or_(page.locator(".hl-lead")).wait_for(timeout=90_000)
    if attempt.count():
        attempt.click()
    expect(page.locator(".hl-lead")).to_be_visible(timeout=120_000)
    settle(page)
    return page


def test_a_typo_and_the_texts_whose_answers_it_changes(server: Server, open_page: OpenPage, engine: Engine) -> None:
    page = visit(server, open_page)
    swapped = {i: made for i, t in enumerate(TEXTS) if (made := perturbed(t, Perturbation.SWAP, i)) is not None}
    before, after = (engine.classify(LLAMA, asked) for asked in ([TEXTS[i] for i in swapped], [*swapped.values()]))
    changed = [(i, a, b) for i, a, b in zip(swapped, before, after, strict=True) if a.label != b.label]
    expect(page.locator(".hl-lead")).to_contain_text("the harmless change that does most")
    table = page.locator("[class*=st-key-robustness-changes]")
    cells = [[table.get_by_test_id(f"glide-cell-{i}-{row}").text_content() for i in (1, 2, 4, 5)] for row in range(11)]
    (shown,) = [row for row in cells if row[0] == words.NAMES[Perturbation.SWAP]]
    assert [float(cell or "nan") for cell in shown[1:]] == pytest.approx(
        [len(changed) / len(swapped), len(changed), len(swapped)]
    )
    assert not violations(page)

    box = table.locator("canvas").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + 15, box["y"] + 35 * (cells.index(shown) + 1) + 17)
    heading = f"{words.NAMES[Perturbation.SWAP]}: {len(changed)} answers of {len(swapped)} change"
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page).to_have_url(re.compile("change=swap"))
    page.reload()
    expect(page.get_by_role("heading", name=heading)).to_be_visible(timeout=60_000)
    settle(page)
    rows = page.locator("[class*=st-key-robustness-rows]")
    number, text, verdict, said = (rows.get_by_test_id(f"glide-cell-{i}-0").text_content() or "" for i in (1, 2, 3, 6))
    falls = [a.top.probability - b.probabilities[b.labels.index(a.label)] for _, a, b in changed]
    largest = changed[int(np.argmax(np.abs(falls)))]
    assert (int(number) - 1, text) == (largest[0], swapped[largest[0]])
    assert (verdict, said) == tuple(readable(p.label, p.labels) for p in largest[1:])
    click_first_row(page, rows)
    page.get_by_test_id("stMain").get_by_role("link", name="Compare the two").click()
    expect(page.locator("h1")).to_have_text("Two texts")
    expect(page.get_by_label("Text B, an edit of the text above (A)")).to_have_value(text)
    expect(page.locator(".st-key-question_text button")).to_contain_text(TEXTS[largest[0]][:30])
    page.go_back()
    expect(page.get_by_role("heading", name=heading)).to_be_visible(timeout=60_000)
    assert page.get_by_test_id("stException").count() == 0


def test_a_change_of_ones_own_on_a_phone(server: Server, open_page: OpenPage, engine: Engine) -> None:
    page = visit(server, open_page, 390)
    page.get_by_label("A change of your own: replace").fill("card")
    page.get_by_label("A change of your own: replace").press("Tab")
    page.get_by_label("by", exact=True).fill("debit card")
    page.get_by_label("by", exact=True).press("Enter")
    replaced = {t: re.sub(r"\b([cC])ard\b", lambda m: f"{chr(ord(m[1]) + 1)}ebit card", t) for t in TEXTS}
    texts = [text for text in TEXTS if replaced[text] != text]
    before, after = (engine.classify(LLAMA, asked) for asked in (texts, [replaced[text] for text in texts]))
    flips = sum(a.label != b.label for a, b in zip(before, after, strict=True))
    rate = percentage(flips / len(texts))
    said = f"'card' replaced by 'debit card' changes the answer of {rate} of {len(texts)} texts"
    expect(page.get_by_text(said)).to_be_visible(timeout=60_000)
    for part in ("change=replacement", "replace=card", "by=debit"):
        expect(page).to_have_url(re.compile(part))
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
