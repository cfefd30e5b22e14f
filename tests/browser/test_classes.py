"""Every class of a dataset in a browser: the worst first, and the rows of one."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from sklearn.metrics import f1_score

from core.engine.engine import Engine
from core.words.class_names import readable
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import BANKING, settle
from tests.browser.test_evaluation import LLAMA, bring_sample, click_first_row, evaluated, sample
from tests.browser.test_looks import violations

__all__ = ["sample"]


PAIRS = ".st-key-evaluation-confusions"


def visit(server: Server, open_page: OpenPage, width: int = 1440) -> Page:
    page = open_page(f"{server.url}/classes?{BANKING}", width=width)
    bring_sample(page)
    evaluated(page)
    drawn = ".js-plotly-plot" if width > 640 else PAIRS  # a phone has the pairs in place of the matrix
    expect(page.locator(drawn).first).to_be_visible(timeout=60_000)
    settle(page)
    return page


def test_the_worst_class_leads_to_its_rows(
    server: Server, open_page: OpenPage, engine: Engine, sample: tuple[list[str], list[str]]
) -> None:
    page = visit(server, open_page)
    labels, said = sample
    (prediction,) = engine.classify(LLAMA, ["Where is my card?"])
    classes = sorted(set(labels))
    scores = f1_score(labels, said, labels=classes, average=None, zero_division=0)
    table = page.locator(".st-key-classes-table")
    worst = table.get_by_test_id("glide-cell-1-0").text_content() or ""
    lowest = float(np.min(scores))
    assert worst in {
        readable(name, prediction.labels) for name, score in zip(classes, scores, strict=True) if score == lowest
    }
    assert float(table.get_by_test_id("glide-cell-3-0").text_content() or "nan") == pytest.approx(lowest)
    expect(page.locator(".hl-lead")).to_contain_text(f"The worst by F1: '{worst}'")
    assert not violations(page)
    click_first_row(page, table)
    expect(page.get_by_text(f"Wrong, and labelled or answered '{worst}'")).to_be_visible()
    expect(page).to_have_url(re.compile("label="))
    cells = [page.locator(".st-key-evaluation-rows").get_by_test_id(f"glide-cell-{i}-0") for i in (3, 4)]
    assert worst in [cell.text_content() for cell in cells]
    page.reload()
    expect(page.get_by_text(f"Wrong, and labelled or answered '{worst}'")).to_be_visible(timeout=60_000)
    assert page.get_by_test_id("stException").count() == 0


def test_nothing_is_wider_than_a_phone(server: Server, open_page: OpenPage) -> None:
    page = visit(server, open_page, 390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".js-plotly-plot").count() == 0
    click_first_row(page, page.locator(PAIRS))
    expect(page.get_by_text(re.compile("^Labelled '.+', answered '.+'"))).to_be_visible()
    expect(page).to_have_url(re.compile("label=.*verdict="))
