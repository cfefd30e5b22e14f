"""Two demo models on the sample file in a browser: what is said of them, and the rows where they part."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import pytest
from playwright.sync_api import Page, expect
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

from core.engine.engine import Engine
from core.results import Prediction, Selection
from core.words.class_names import readable
from core.words.numbers import percentage, three_digits
from core.words.slices import p_value
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import BANKING, settle, unfold
from tests.browser.test_evaluation import LLAMA, ROWS, bring_sample, click_first_row
from tests.browser.test_looks import violations

MISTRAL = Selection("demo-mistral", "banking77")
LABELS = [row["label"] for row in ROWS]


@pytest.fixture(scope="module")
def answers(engine: Engine) -> list[list[Prediction]]:
    """What each says of the sample's rows."""
    return [engine.classify(selection, [row["text"] for row in ROWS]) for selection in (LLAMA, MISTRAL)]


def visit(server: Server, open_page: OpenPage, width: int = 1440) -> Page:
    """Both have answered the sample."""
    page = open_page(f"{server.url}/two_models?{BANKING}&with=demo-mistral/banking77", width=width)
    bring_sample(page)
    button, lead = page.get_by_role("button", name=re.compile("^(Evaluate|Go on)")), page.locator(".hl-lead")
    for _ in LLAMA, MISTRAL:  # each may have answered for an earlier test
        expect(button.or_(lead).first).to_be_visible(timeout=90_000)
        settle(page)
        if not button.count():
            break
        button.click()
        expect(button.filter(has_not_text="with B")).to_have_count(0)
    expect(lead).to_be_visible(timeout=120_000)
    settle(page)
    return page


def test_which_is_better_and_the_rows_where_they_part(
    server: Server, open_page: OpenPage, answers: list[list[Prediction]]
) -> None:
    page = visit(server, open_page)
    known = [i for i, label in enumerate(LABELS) if label in answers[0][0].labels]
    right = np.array([[said[i].label == LABELS[i] for i in known] for said in answers])
    p = binomtest(int((right[0] & ~right[1]).sum()), int((right[0] != right[1]).sum())).pvalue
    lead = page.locator(".hl-lead")
    shares = [percentage(row.mean()) for row in right]
    expect(lead).to_contain_text(f"Demo Llama (A) is right on {shares[0]}, Demo Mistral (B) on {shares[1]} of 346 rows")
    expect(lead).to_contain_text(f"A difference like this may be chance (McNemar's p {p_value(p)}).")
    kappa = cohen_kappa_score(*([prediction.label for prediction in said] for said in answers))
    expect(page.locator(".hl-facts").filter(has_text="Cohen's kappa")).to_contain_text(three_digits(kappa))
    assert not violations(page)

    labels = answers[0][0].labels
    of_label = np.array([[said[i].probabilities[labels.index(LABELS[i])] for i in known] for said in answers])
    apart = np.where(right[0] & ~right[1], abs(of_label[0] - of_label[1]), 0)
    row, only = known[apart.argmax()], np.count_nonzero(apart)
    page.get_by_text(f"Only A right ({only})", exact=True).click()
    expect(page.get_by_text(f"{only} rows", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("show=first"))
    table = page.locator(".st-key-evaluation-rows")
    said = [readable(label, labels) for label in (LABELS[row], *(found[row].label for found in answers))]
    shown = [percentage(found[apart.argmax()]) for found in of_label]
    for i, cell in enumerate((ROWS[row]["text"], *said, *shown)):
        expect(table.get_by_test_id(f"glide-cell-{i + 2}-0")).to_have_text(cell, use_inner_text=False)

    click_first_row(page, table)
    page.get_by_test_id("stMain").get_by_role("link", name="Classify it").click()
    expect(page.locator(".hl-asked")).to_have_text(ROWS[row]["text"], use_inner_text=False)
    page.go_back()
    expect(lead).to_contain_text("Demo Mistral (B)", timeout=60_000)  # the pair stands in the URL
    assert page.get_by_test_id("stException").count() == 0


def test_classes_confusions_and_soft_labels(
    server: Server, open_page: OpenPage, answers: list[list[Prediction]], tmp_path: Path
) -> None:
    page = visit(server, open_page, 390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    part = unfold(page, "Class by class")
    expect(part.get_by_test_id("glide-cell-0-0")).to_have_text(re.compile(r"\w"))
    part = unfold(page, "What one confuses more than the other")
    expect(part.get_by_text("Pairs of classes that one confuses more often than the other")).to_be_visible()
    part = unfold(page, "Train a student on A's probabilities")
    with page.expect_download() as download:
        part.get_by_role("button", name="Download soft labels (Parquet)").click()
    assert download.value.suggested_filename == "bank_messages-soft-labels.parquet"
    table = parquet.read_table(io.BytesIO(download.value.path().read_bytes()))
    assert table.column_names == list(answers[0][0].labels)
    found = np.stack([table[name].to_numpy() for name in table.column_names], axis=1)
    np.testing.assert_allclose(found, [said.probabilities for said in answers[0]], atol=1e-5)
    assert not violations(page)
