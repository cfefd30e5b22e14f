"""From what to do to doing it: rows are marked, saved, brought back, and a head is refitted on what was corrected."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import BANKING, settle
from tests.browser.test_evaluation import ROWS, bring_sample, evaluated
from tests.browser.test_looks import violations
from tests.evaluation.test_label_errors import PLANTED


def visit(server: Server, open_page: OpenPage, width: int = 1440) -> Page:
    page = open_page(f"{server.url}/next_steps?{BANKING}", width=width)
    bring_sample(page)
    evaluated(page)
    expect(page.get_by_role("heading", name="Marked rows")).to_be_visible(timeout=60_000)
    settle(page)
    return page


def choose_all(page: Page, table: str) -> None:
    """The box above all rows of a table."""
    canvas = page.locator(f"{table} canvas").first
    canvas.scroll_into_view_if_needed()
    settle(page)
    box = canvas.bounding_box()
    assert box
    page.mouse.click(box["x"] + 17, box["y"] + 17)


def saved(page: Page, button: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return Path(download.value.path()).read_bytes()


def test_ten_rows_are_corrected_and_it_is_measured_what_that_would_do(server: Server, open_page: OpenPage) -> None:
    page = visit(server, open_page)
    expect(page.locator(".hl-lead").first).to_have_text(re.compile(r"1\. Check \d+ labels that look wrong"))
    choose_all(page, "[class*=st-key-label_errors-rows]")
    page.get_by_role("button", name="Mark 10 rows").click()
    page.get_by_role("button", name="Mark", exact=True).click()
    expect(page.get_by_text("10 rows marked: relabel.")).to_be_visible()
    expect(page.get_by_text("10 rows marked: 10 relabel.")).to_be_visible()
    expect(page.locator(".hl-lead").first).to_contain_text("10 more are marked.")
    expect(page.get_by_role("button", name="Mark 10 rows")).to_have_count(0)  # others stand in the table now
    settle(page)
    assert not violations(page)

    marks = list(csv.DictReader(io.StringIO(saved(page, "Save the list").decode("utf-8-sig"))))
    assert len(marks) == 10
    right = {row["text"]: PLANTED.get(row["id"]) for row in ROWS}
    assert sum(right[mark["text"].removeprefix("'")] == mark["new label"] for mark in marks) >= 7
    lines = [json.loads(line) for line in saved(page, "Save the corrected dataset (JSON lines)").decode().splitlines()]
    new = {mark["text"]: mark["new label"] for mark in marks}
    assert [line["label"] for line in lines] == [new.get(row["text"], row["label"]) for row in ROWS]

    page.get_by_role("button", name="Refit the head on the corrected labels").click()
    expect(
        page.get_by_text(re.compile("Of two new heads, each learnt from four fifths of this file alone"))
    ).to_be_visible(timeout=60_000)
    page.reload()  # marks and refit are there, for everybody
    expect(page.get_by_text("10 rows marked: 10 relabel.")).to_be_visible(timeout=60_000)

    settle(page)
    choose_all(page, "[class*=st-key-corrections-rows]")
    page.get_by_role("button", name="Take the mark off 10 rows").click()
    expect(page.get_by_text("No row is marked yet")).to_be_visible()
    page.get_by_role("button", name="Bring a list").click()
    out = io.StringIO()
    writer = csv.DictWriter(out, list(marks[0]))
    writer.writeheader()
    writer.writerows([*marks[:3], {**marks[3], "id": "not here"}])
    page.locator("[data-testid=stPopoverBody] input[type=file]").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": out.getvalue().encode()}
    )
    expect(page.get_by_text("3 rows marked: 3 relabel.")).to_be_visible()
    expect(page.get_by_text("1 mark left out: no row of this dataset has such a text.")).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0


def test_nothing_is_wider_than_a_phone(server: Server, open_page: OpenPage) -> None:
    page = visit(server, open_page, 390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
