"""Whether probabilities hold, in a browser: from the sample to calibrated answers on Classify, and back."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.config import AdapterEntry
from core.config.calibration import CALIBRATION_FILE
from core.config.catalogue import Catalogue, write_candidate
from core.settings import ROOT
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import classify, settle, unfold
from tests.browser.test_evaluation import bring_sample, evaluated, use_sample
from tests.browser.test_looks import violations

ADAPTER = ROOT / "assets" / "models" / "demo-llama" / "adapters" / "banking77"


@pytest.fixture(scope="module")
def own(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A candidate of one's own with a copy of a demo adapter: what is saved beside it is nobody else's.

    Other tests of the server do not meet it.
    """
    folder = tmp_path_factory.mktemp("adapter") / "banking77"
    shutil.copytree(ADAPTER, folder)
    demo = Catalogue.read(ROOT / "assets" / "candidates").get("demo-llama")
    entry = AdapterEntry(id="banking77", path=str(folder), title="Banking, to be calibrated")
    server.candidates.mkdir(exist_ok=True)
    changed = {"id": "calibrated", "title": "Calibrated", "role": "own", "adapters": (entry,)}
    written = write_candidate(demo.model_copy(update=changed), server.candidates)
    yield folder
    written.unlink()


def visit(server: Server, open_page: OpenPage, path: str = "calibration", **size: int) -> Page:
    return open_page(f"{server.url}/{path}?candidate=calibrated&adapter=banking77", **size)


def report(page: Page) -> None:
    """Its sentence and its diagram."""
    evaluated(page)
    expect(page.locator(".hl-lead")).to_contain_text("In a bin of like probabilities they are off by", timeout=60_000)
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    settle(page)


def test_probabilities_are_calibrated_everywhere_and_put_back(server: Server, open_page: OpenPage, own: Path) -> None:
    page = visit(server, open_page)
    bring_sample(page)
    report(page)
    expect(page.get_by_text("bank_messages.csv: 360 rows, texts in 'text', labels in 'label'.")).to_be_visible()
    part = unfold(page, "Answers as sets of classes")
    expect(part.get_by_text(re.compile("Promised: the right class is in the set of 95"))).to_be_visible()
    part.get_by_role("slider").press("ArrowLeft")
    expect(part.get_by_text(re.compile("Promised: the right class is in the set of 94"))).to_be_visible()
    expect(page).to_have_url(re.compile("coverage=94"))
    for name in ("From when on it is sure", "If it may decline", "Rows that belong to no class"):
        unfold(page, name)
    expect(page.get_by_text(re.compile("14 rows have a label that is no class of this model"))).to_be_visible()
    assert not violations(page)

    page.get_by_role("button", name="Use calibrated probabilities").click()
    expect(page.get_by_text(re.compile("Calibrated probabilities are in use"))).to_be_visible()
    card = json.loads((own / CALIBRATION_FILE).read_text())
    assert (card["in_use"], card["coverage"], card["calibrated_on"]) == (True, 0.94, "bank_messages.csv")
    other = visit(server, open_page, "")
    classify(other, "Where is my card?")
    expect(other.locator(".hl-set")).to_contain_text("such sets hold the right class of 94")
    other.close()
    page.reload()  # also for whoever comes later
    expect(page.get_by_text(re.compile("Calibrated probabilities are in use"))).to_be_visible(timeout=60_000)
    settle(page)
    page.get_by_role("button", name="Stop using it").click()
    expect(page.get_by_role("button", name="Use calibrated probabilities")).to_be_visible()
    assert not json.loads((own / CALIBRATION_FILE).read_text())["in_use"]
    later = visit(server, open_page, "")
    classify(later, "Where is my card?")
    expect(later.locator(".hl-set")).to_have_count(0)
    assert page.get_by_test_id("stException").count() == later.get_by_test_id("stException").count() == 0


def test_the_dataset_goes_with_the_person_from_page_to_page(server: Server, open_page: OpenPage, own: Path) -> None:
    page = visit(server, open_page, "evaluate")
    use_sample(page)
    evaluated(page)
    page.get_by_test_id("stMain").get_by_role("link", name="Calibration", exact=True).click()
    report(page)
    expect(page).to_have_url(re.compile("data="))
    page.get_by_role("link", name="Another dataset or column").click()
    expect(page.locator("h1")).to_have_text("Evaluate")
    expect(page.locator(".hl-lead")).to_contain_text("Right on")


def test_nothing_is_wider_than_a_phone(server: Server, open_page: OpenPage, own: Path) -> None:
    page = visit(server, open_page, width=390)
    bring_sample(page)
    report(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
