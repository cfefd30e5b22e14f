"""Two parts of the sample in a browser, one as the training file: overlap, nearest rows, and the influence of some."""

from __future__ import annotations

import csv
import io
import re

from playwright.sync_api import Page, expect

from core.evaluation.near_duplicates import normalised
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import BANKING, settle, unfold
from tests.browser.test_evaluation import ROWS, evaluated, upload
from tests.browser.test_looks import violations

#: The first rows are learnt from; some of them stand in the other part, too.
LEARNT, REPEATED = 240, 5
TRAINING, TEST = ROWS[:LEARNT], [*ROWS[LEARNT:], *ROWS[:REPEATED]]


def written(rows: list[dict[str, str]]) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def bring(page: Page) -> None:
    """Both files, the test file first, and wait for the sentence."""
    expect(page.get_by_role("button", name="Use the sample file")).to_be_visible(timeout=90_000)
    upload(page, "test.csv", written(TEST))
    offered = page.get_by_text("Bring the file it was trained on")
    begin = page.get_by_role("button", name=f"Evaluate {len(TEST)} rows")
    expect(begin.or_(offered)).to_be_visible()
    if begin.count():
        begin.click()
    expect(offered).to_be_visible(timeout=90_000)
    expect(page.get_by_text("It was trained on 'banking77-train.csv', which is not beside the model.")).to_be_visible()
    settle(page)
    upload(page, "train.csv", written(TRAINING))
    read = page.get_by_role("button", name=f"Read {LEARNT} training rows")
    expect(read.or_(page.locator(".hl-lead"))).to_be_visible(timeout=60_000)
    if read.count():
        read.click()
    evaluated(page)


def test_a_test_row_leads_to_the_training_rows_that_made_its_answer(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/training_rows?{BANKING}")
    bring(page)
    learnt = {normalised(row["text"]) for row in TRAINING}
    same = sum(normalised(row["text"]) in learnt for row in TEST)
    lead = page.locator(".hl-lead")
    expect(lead).to_contain_text(f"of {len(TEST)} test rows stand in the training file ({same} word for word")
    expect(lead).to_contain_text("accuracy without them is")
    page.get_by_text("All", exact=True).click()
    first = page.locator(".st-key-training_rows-rows-all").get_by_test_id("glide-cell-2-0")
    expect(first).to_have_text(TEST[0]["text"], use_inner_text=False)
    expect(page.get_by_role("heading", name="Training rows nearest to row 1", exact=True)).to_be_visible()
    page.get_by_role("button", name="Refit a head without the most influential rows").click()
    expect(page.get_by_text(f"A linear head, fitted on {LEARNT - 9} training rows")).to_be_visible(timeout=90_000)
    table = page.get_by_test_id("stDataFrame").nth(2)  # below the test rows and the nearest ones
    table.scroll_into_view_if_needed()
    estimate, refit, difference = (
        float(table.get_by_test_id(f"glide-cell-{i}-0").text_content() or "") for i in (4, 5, 6)
    )
    assert abs(estimate - refit - difference) < 0.01
    assert not violations(page)

    page.reload()  # both files and the row stand in the URL
    expect(lead).to_contain_text(f"{same} word for word", timeout=60_000)
    expect(page).to_have_url(re.compile("train=.*of=all.*row=1"))
    expect(page.get_by_text(f"A linear head, fitted on {LEARNT - 9} training rows")).to_be_visible()
    part = unfold(page, "Test rows that stand in the training file")
    expect(part.get_by_test_id("glide-cell-4-0")).to_have_text("word for word")
    expect(unfold(page, "How the test file differs")).to_contain_text("Kolmogorov-Smirnov distance")
    part = unfold(page, "Classes that lie among each other")
    expect(part).to_contain_text("mix most")
    expect(part.get_by_test_id("glide-cell-0-0")).to_have_text(re.compile(r"\w"))
    expect(unfold(page, "Rows that belong to no class")).to_contain_text("AUROC")
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.get_by_test_id("stException").count() == 0
    page.set_viewport_size({"width": 1440, "height": 1600})  # a list of options shuts when its page scrolls
    page.get_by_role("link", name="Evaluate", exact=True).last.click()
    evaluated(page)
    page.get_by_test_id("stMain").get_by_label("Tag", exact=True).click()
    expect(page.get_by_role("option", name=re.compile(r"^unlike the training rows \(\d+\)"))).to_be_visible()
