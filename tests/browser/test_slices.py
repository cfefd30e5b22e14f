"""Slices of a dataset in a browser: the sentence, the table and its rows, a search of one's own, the data itself."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from scipy.stats import chi2_contingency

from core.engine.engine import Engine
from core.evaluation.answers import Answers
from core.evaluation.dataset_service import DatasetService
from core.results import Selection
from core.results.dataset import DatasetRequest
from core.settings import ROOT
from core.tasks.runner import TaskRunner
from core.words import slices as words
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import BANKING, settle, unfold
from tests.browser.test_evaluation import LLAMA, ROWS, click_first_row, evaluated
from tests.browser.test_looks import violations


def visit(server: Server, open_page: OpenPage, width: int = 1440) -> Page:
    page = open_page(f"{server.url}/slices?{BANKING}", width=width)
    page.get_by_role("button", name="Use the sample file").click(timeout=90_000)
    evaluated(page)
    settle(page)
    return page


@pytest.fixture(scope="module")
def right(engine: Engine) -> np.ndarray:
    """Of each row with a class whether the verdict is it; 2 of a row without."""
    predictions = engine.classify(LLAMA, [row["text"] for row in ROWS])
    labels = predictions[0].labels
    pairs = [(row["label"], p.label) for row, p in zip(ROWS, predictions, strict=True)]
    return np.array([int(said == label) if label in labels else 2 for label, said in pairs])


def test_the_channel_that_is_hardest_stands_first_among_the_columns(
    server: Server, open_page: OpenPage, right: np.ndarray
) -> None:
    """Transcripts of speech were written to be hard. With so few of them this pair is not weaker than chance allows."""
    page = visit(server, open_page)
    weak = json.loads((ROOT / "tests/samples/bank_messages.json").read_text(encoding="utf-8"))["weak_slice"]
    inside = np.array([row[weak["column"]] == weak["value"] for row in ROWS])
    known = right != 2
    table = [[((right == k) & known & s).sum() for k in (1, 0)] for s in (inside, ~inside)]
    assert chi2_contingency(table, correction=False).pvalue > 0.05
    expect(page.locator(".hl-lead")).to_contain_text(
        re.compile(r"Clearest weakness: words of above [\d.]+ tokens on average \(rare or misspelt\), right on 51\.5")
    )
    page.get_by_test_id("stMain").get_by_role("radio", name="Column").click()
    slices = page.locator("[class*=st-key-slices-table-column]")
    expect(slices.get_by_test_id("glide-cell-1-0")).to_have_text(f"{weak['column']} is '{weak['value']}'")
    cells = [slices.get_by_test_id(f"glide-cell-{i}-0").text_content() for i in (2, 3, 5)]
    accuracies = [right[s & known].mean() for s in (inside, ~inside)]
    assert [float(cell or "nan") for cell in cells] == pytest.approx([(inside & known).sum(), *accuracies])
    assert not violations(page)

    click_first_row(page, slices)
    wrong = int((right[inside] == 0).sum())
    said = page.get_by_text(f"{(inside & known).sum()} rows, {wrong} wrong: channel is 'voice'")
    expect(said).to_be_visible()
    expect(page).to_have_url(re.compile("slice=column"))
    rows = page.locator(".st-key-evaluation-rows")
    first = int(rows.get_by_test_id("glide-cell-1-0").text_content() or "0") - 1
    assert inside[first]
    assert right[first] == 0
    page.reload()
    expect(said).to_be_visible(timeout=60_000)
    assert page.get_by_test_id("stException").count() == 0


@pytest.mark.parametrize("candidate", ["demo-mistral", "demo-gemma2"])
def test_pairs_that_are_weak_on_speech_are_found_to_be(engine: Engine, tmp_path: Path, candidate: str) -> None:
    """The slice that is planted in the sample is weak, and among the first three."""
    kept = Engine(engine.settings.model_copy(update={"evaluations": tmp_path}))
    selection = Selection(candidate, "banking77")
    kept.load(selection)
    service = DatasetService(Answers(kept), TaskRunner(1))
    result = service.evaluate(selection, DatasetRequest(service.sample().id, "text", "label")).result()
    report = service.slices(result, 10).result()
    assert report.weak <= 4
    weak = [words.name(found, result.classes) for found in report.slices if found.weak]
    assert "channel is 'voice'" in weak[:3]


def test_a_search_of_ones_own_and_one_that_cannot_be(server: Server, open_page: OpenPage, right: np.ndarray) -> None:
    page = visit(server, open_page)
    box = page.get_by_label("A slice of your own: texts that contain")
    box.fill("refund")
    box.press("Enter")
    found = np.array(["refund" in row["text"].lower() for row in ROWS]) & (right != 2)
    expect(page.get_by_text(f"{found.sum()} rows whose text contains 'refund': right on")).to_be_visible()
    expect(page.get_by_text(re.compile(rf"{found.sum()} rows, \d+ wrong: contains 'refund'"))).to_be_visible()
    expect(page).to_have_url(re.compile("match=refund"))
    box.fill("(refund")
    box.press("Enter")
    page.get_by_text("It is a regular expression").click()
    expect(page.get_by_text("'(refund' is no regular expression")).to_be_visible()
    expect(page).to_have_url(re.compile(f"match={quote('(', safe='')}refund"))
    assert page.locator("[class*=st-key-slices-table]").count()
    box.fill("^refund|refund$")
    box.press("Enter")
    expect(page.get_by_text(re.compile("(rows? whose text|No labelled row) matches"))).to_be_visible()


def test_what_the_data_itself_holds(server: Server, open_page: OpenPage) -> None:
    page = visit(server, open_page)
    page.goto(page.url.replace("least=10", "least=30"))
    expect(page.locator(".hl-lead")).to_contain_text(
        re.compile(r"of \d\d slices"), timeout=60_000
    )  # of 10 rows there are more
    part = unfold(page, "About the data")
    expect(part.get_by_text("Near-duplicates: 12 pairs of texts that are nearly the same.")).to_be_visible()
    expect(part.get_by_text("Few rows of a class: 42 of 77 classes have fewer than 5")).to_be_visible()
    assert not violations(page)


def test_nothing_is_wider_than_a_phone(server: Server, open_page: OpenPage) -> None:
    page = visit(server, open_page, 390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
