"""A whole dataset in a browser: from a file to how good, where wrong, and one of the rows explained."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pypdf import PdfReader
from sklearn.metrics import accuracy_score

from core.engine.engine import Engine
from core.evaluation.dataset_service import SAMPLE
from core.results import Selection
from core.words.class_names import readable
from core.words.numbers import percentage
from tests.browser.conftest import OpenPage, Server
from tests.browser.folders import SEVERAL, classifier_folder
from tests.browser.reading import BANKING, model_badge, settle, unfold
from tests.browser.test_looks import violations

LLAMA = Selection("demo-llama", "banking77")
ROWS = list(csv.DictReader(io.StringIO(SAMPLE.read_text(encoding="utf-8"))))


def visit(server: Server, open_page: OpenPage, width: int = 1440, more: str = "") -> Page:
    page = open_page(f"{server.url}/evaluate?{BANKING}{more}", width=width)
    expect(page.get_by_role("heading", level=1)).to_have_text("Evaluate")
    return page


def use_sample(page: Page) -> None:
    page.get_by_role("button", name="Use the sample file").click(timeout=90_000)
    expect(page.get_by_text("'out_of_scope' is not: its 14 rows will be answered")).to_be_visible()


def bring_sample(page: Page) -> None:
    """On the other pages about a dataset."""
    page.get_by_role("button", name="Use the sample file").click(timeout=90_000)
    expect(page.get_by_text("bank_messages.csv: 360 rows, texts in 'text', labels in 'label'.")).to_be_visible()


def evaluated(page: Page) -> None:
    """Begin where there is something to begin, and wait for the sentence."""
    settle(page)
    begin = page.get_by_role("button", name=re.compile("^(Evaluate|Go on)"))
    if begin.count():
        begin.click()
    expect(page.locator(".hl-lead")).to_be_visible(timeout=120_000)
    settle(page)


def upload(page: Page, name: str, content: bytes) -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def click_first_row(page: Page, table: Locator) -> None:
    """Its box at the left, below the header."""
    table.scroll_into_view_if_needed()
    settle(page)
    box = table.locator("canvas").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + 15, box["y"] + 35 + 17)


@pytest.fixture(scope="module")
def sample(engine: Engine) -> tuple[list[str], list[str]]:
    """Labels and verdicts of the rows of the sample that have a class."""
    predictions = engine.classify(LLAMA, [row["text"] for row in ROWS])
    known = [(row["label"], p.label) for row, p in zip(ROWS, predictions, strict=True) if row["label"] in p.labels]
    return [label for label, _ in known], [said for _, said in known]


def test_from_the_sample_to_the_reason_of_a_row_and_back(
    server: Server, open_page: OpenPage, engine: Engine, sample: tuple[list[str], list[str]]
) -> None:
    page = visit(server, open_page)
    use_sample(page)
    evaluated(page)
    labels, said = sample
    right = percentage(accuracy_score(labels, said))
    expect(page.locator(".hl-lead")).to_contain_text(f"Right on {right} of {len(labels)} rows (95\u00a0% interval ")
    expect(page.get_by_text("14 rows without a label of this model's: answered, and in no figure.")).to_be_visible()
    counts = [int(b) for b in page.locator(".hl-outcomes b").all_text_contents()]
    assert sum(counts) == len(labels)
    assert sum(counts[:2]) == sum(a == b for a, b in zip(labels, said, strict=True))
    part = unfold(page, "Every figure with its interval")
    expect(part.get_by_test_id("glide-cell-0-0")).to_have_text("Accuracy")
    assert not violations(page)

    page.reload()  # what was answered is there, and so are the choices
    expect(page.locator(".hl-lead")).to_contain_text(f"Right on {right}", timeout=60_000)
    settle(page)
    table = page.locator(".st-key-evaluation-rows")
    text, label, verdict = (table.get_by_test_id(f"glide-cell-{i}-0").text_content() or "" for i in (2, 3, 4))
    (row,) = [row for row in ROWS if row["text"] == text]
    (prediction,) = engine.classify(LLAMA, [text])
    assert (label, verdict) == tuple(readable(k, prediction.labels) for k in (row["label"], prediction.label))
    assert label != verdict
    click_first_row(page, table)
    page.get_by_test_id("stMain").get_by_role("link", name="Why this answer?").click()
    expect(page.locator("h1")).to_have_text("Why this answer?")
    expect(page.locator(".st-key-question_text button")).to_contain_text(text[:40])
    expect(page.locator(".hl-verdict").first).to_contain_text(verdict)
    page.go_back()
    expect(page.get_by_text(f"Right on {right} of")).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0


def test_a_pair_of_classes_leads_to_its_rows(server: Server, open_page: OpenPage) -> None:
    page = visit(server, open_page)
    use_sample(page)
    evaluated(page)
    table = page.locator(".st-key-evaluation-confusions")
    label, taken, rows = (table.get_by_test_id(f"glide-cell-{i}-0").text_content() for i in (1, 2, 3))
    click_first_row(page, table)
    expect(page.get_by_text(f"Rows labelled '{label}' and answered '{taken}'.")).to_be_visible()
    expect(page.get_by_text(f"{rows} rows", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("pair="))
    page.get_by_role("button", name="All pairs").click()
    page.get_by_text("Sure and wrong", exact=True).click()
    expect(page).to_have_url(re.compile("show=sure"))
    for name in ("Right", "Without a class", "All"):
        page.locator(".st-key-evaluation-show").get_by_text(name, exact=True).click()
        settle(page)
    expect(page.get_by_text("1 to 200 of 360 rows")).to_be_visible()
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.get_by_text("201 to 360 of 360 rows")).to_be_visible()
    page.get_by_label("Find in the texts").fill("PIN")
    page.keyboard.press("Enter")
    holding = sum("pin" in row["text"].casefold() for row in ROWS)
    expect(page.get_by_text(f"{holding} rows", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("find=PIN"))
    page.get_by_role("combobox", name="Order").click()
    page.get_by_role("option", name="As in the file").click()
    first = page.locator(".st-key-evaluation-rows").get_by_test_id("glide-cell-2-0")
    expect(first).to_have_text(next(row["text"] for row in ROWS if "pin" in row["text"].casefold()))
    assert page.get_by_test_id("stException").count() == 0


def test_a_file_of_ones_own_with_other_names_and_another_encoding(server: Server, open_page: OpenPage) -> None:
    page = visit(server, open_page)
    page.get_by_text("A file of yours").wait_for(timeout=90_000)
    upload(page, "broken.csv", b"message;intent\na;b;c\n")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("'broken.csv', line 2: 3 cells where the header has 2")
    rows = ["message;intent", *[f"Wo ist meine Karte für Österreich, Nummer {i}?;Card Arrival" for i in range(5)]]
    content = "\n".join([*rows, "Where is my card?;card_arival", ";card_arrival", ""]).encode("cp1252")
    upload(page, "own.csv", content)
    expect(page.get_by_text("own.csv: 7 rows, 2 columns, read as cp125")).to_be_visible()
    expect(page.get_by_text(re.compile("2 of 3 labels are classes of this model"))).to_be_visible()
    part = unfold(page, "Labels without a class")
    part.get_by_role("combobox").click()
    page.get_by_role("option").nth(1).click()
    expect(page.get_by_text(re.compile("3 of 3 labels are classes of this model .*1 as you chose"))).to_be_visible()
    evaluated(page)
    expect(page.locator(".hl-lead")).to_contain_text("of 6 rows")
    expect(page.get_by_text("1 row without a text, or with one too long: not answered.")).to_be_visible()


def test_a_run_can_be_stopped_and_goes_on_where_it_was(server: Server, open_page: OpenPage) -> None:
    page = visit(server, open_page)
    page.get_by_text("A file of yours").wait_for(timeout=90_000)
    rows = [f"I ordered card number {i} and it has not arrived in the post yet." for i in range(3000)]
    many = "\n".join(["text", *rows, ""])
    upload(page, "many.csv", many.encode())
    page.get_by_role("button", name="Evaluate 3,000 rows").click()
    expect(page.get_by_text(re.compile(r"\d+ of 3,000 texts, [\d,.]+ a second, .* left"))).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text(re.compile("Evaluation: stopped at"))).to_be_visible()
    page.reload()
    again = page.get_by_role("button", name=re.compile(r"^Start again|^Go on"))
    expect(again).to_be_visible(timeout=60_000)
    again.click()
    expect(page.locator(".hl-lead")).to_contain_text("3,000 rows answered. None has a label", timeout=180_000)


@pytest.mark.parametrize("width", [1024, 390])
def test_nothing_is_wider_than_a_small_screen(server: Server, open_page: OpenPage, width: int) -> None:
    page = visit(server, open_page, width)
    use_sample(page)
    evaluated(page)
    too_wide = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stMain] *')]
             .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
             .filter(e => !e.closest('[data-testid=stDataFrame], input')).map(e => e.className).slice(0, 5)"""
    )
    assert not too_wide
    heads = page.get_by_test_id("stDataFrame").last.locator("[role=columnheader]")
    expect(heads.first).to_have_text("Text" if width == 390 else "Row")


def test_the_report_is_one_page_when_it_is_printed(server: Server, open_page: OpenPage, browser: Browser) -> None:
    page = visit(server, open_page)
    use_sample(page)
    evaluated(page)
    unfold(page, "Report and model card")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the report (HTML)").click()
    context = browser.new_context(offline=True)
    report = context.new_page()
    wrong: list[str] = []
    report.on("console", lambda message: wrong.append(message.text))
    report.set_content(Path(download.value.path()).read_text(encoding="utf-8"))
    lead = page.locator(".hl-lead").text_content()
    expect(report.locator(".hl-lead").first).to_have_text(lead or "")
    expect(report.get_by_role("heading", name="Labels to check first")).to_be_visible()
    pages = re.findall(rb"/Type\s*/Page\b", report.pdf(prefer_css_page_size=True))
    assert len(pages) == 1
    assert not wrong
    context.close()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the report (PDF)").click()
    (only,) = PdfReader(download.value.path()).pages
    assert " ".join((lead or "").split()) in " ".join(only.extract_text().split())
    with page.expect_download() as download:
        page.get_by_role("button", name="Download for .eval_results").click()
    assert "id: bank_messages" in Path(download.value.path()).read_text(encoding="utf-8")


def added(page: Page, server: Server, folder: Path) -> None:
    """A folder as a candidate, loaded, on *Evaluate*."""
    page.goto(f"{server.url}/candidates?{BANKING}")
    page.get_by_role("radio", name="Added", exact=True).click()
    page.get_by_label("Folder or Hub id").fill(str(folder))
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", level=2, name=folder.name)).to_be_visible()
    settle(page)  # a button that still moves is missed
    page.get_by_role("button", name=re.compile("^Load ")).click()
    expect(page.get_by_role("button", name="Classify with it")).to_be_visible(timeout=60_000)
    page.get_by_test_id("stTopNavLink").filter(has_text="Evaluate").click()
    page.get_by_text("A file of yours").wait_for()


def removed(page: Page, name: str) -> None:
    page.get_by_test_id("stTopNavLink").filter(has_text="Models").click()
    page.get_by_role("button", name="Remove from the list").click()
    expect(model_badge(page)).not_to_contain_text(name)


def test_several_labels_and_values_are_measured_as_what_they_are(
    server: Server, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(f"{server.url}/candidates?{BANKING}")
    texts = [f"my card {i} is late" for i in range(9)]

    added(page, server, classifier_folder(tmp_path / "sets", problem="multi_label_classification", labels=SEVERAL))
    sets = [SEVERAL[: i % 4] for i in range(9)]
    rows = [{"text": text, "labels": names} for text, names in zip(texts, sets, strict=True)]
    content = "\n".join(map(json.dumps, [*rows, {"text": "rain", "labels": ["weather"]}]))
    upload(page, "sets.jsonl", content.encode())
    expect(page.get_by_text("'weather' is not: its 1 row will be answered, not measured.")).to_be_visible()
    evaluated(page)
    expect(page.locator(".hl-lead")).to_contain_text(re.compile("^Every label right on .* of 9 rows"))
    expect(page.get_by_text("1 row with a label that this model does not have")).to_be_visible()
    labels = page.get_by_test_id("stDataFrame").first
    shown = [labels.get_by_test_id(f"glide-cell-0-{i}").text_content() for i in range(len(SEVERAL))]
    assert sorted(map(str, shown)) == sorted(readable(label, SEVERAL) for label in SEVERAL)
    assert not violations(page)
    page.get_by_text(re.compile(r"^Not measured \(1\)$")).click()
    table = page.locator(".st-key-evaluation-rows")
    expect(table.get_by_test_id("glide-cell-2-0")).to_have_text("rain")
    expect(table.get_by_test_id("glide-cell-3-0")).to_have_text('["weather"]')
    expect(page).to_have_url(re.compile("show=unlabelled"))
    click_first_row(page, table)
    expect(page.get_by_role("link", name="Why this answer?")).to_be_visible()
    settle(page)  # a link that still moves is missed
    page.get_by_test_id("stMain").get_by_role("link", name="Slices", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Slices")
    expect(page.get_by_role("alert")).to_contain_text("this one gives several labels")
    page.get_by_role("link", name="Evaluate this model").click()
    expect(page.locator(".hl-lead")).to_contain_text("of 9 rows")
    removed(page, "sets")

    added(page, server, classifier_folder(tmp_path / "ratings", problem="regression", labels=("stars",)))
    lines = ["text,stars", *[f"{text},{i / 3:.2f}" for i, text in enumerate(texts)]]
    upload(page, "stars.csv", "\n".join(lines).encode())
    expect(page.get_by_role("combobox", name="Column of the values")).to_have_value("stars")
    evaluated(page)
    expect(page.locator(".hl-lead")).to_contain_text(re.compile("^Off by .* on average over 9 rows"))
    expect(page.get_by_test_id("stPlotlyChart")).to_have_count(2)
    table = page.locator(".st-key-evaluation-rows")
    off = [abs(float(table.get_by_test_id(f"glide-cell-5-{i}").text_content() or "nan")) for i in range(9)]
    assert off == sorted(off, reverse=True)
    assert not violations(page)
    removed(page, "ratings")
    assert not [*server.candidates.glob("sets*.yaml"), *server.candidates.glob("ratings*.yaml")]
    assert page.get_by_test_id("stException").count() == 0
