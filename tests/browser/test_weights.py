"""Weights in a browser: the base, its adapter, any folder; a cell clicked, a name searched, files fetched."""

from __future__ import annotations

import csv
from pathlib import Path
from urllib.parse import quote

import pytest
import torch
from playwright.sync_api import Page, expect
from safetensors.torch import save_file

from core.checkpoints.checkpoint import open_checkpoint
from core.checkpoints.weights import checkpoint_statistics
from core.results import WeightReport, WeightStats
from core.settings import ROOT
from core.words.weights import read as lead
from pages.views.weights import statistic_text
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import BANKING, CANDIDATES, unfold

MODELS = ROOT / "assets" / "models"


def report(path: Path) -> WeightReport:
    return checkpoint_statistics(open_checkpoint(path))


def opened(open_page: OpenPage, server: Server, rest: str) -> Page:
    page = open_page(f"{server.url}/weights?{rest}")
    page.locator(".hl-facts").wait_for(timeout=60_000)
    return page


def tells(page: Page, found: WeightReport, name: str) -> None:
    """The report's sentence, and the numbers of one tensor."""
    expect(page.locator(".hl-lead")).to_have_text(lead(found))
    t: WeightStats = next(t for t in found.tensors if t.name == name)
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    facts = page.locator(".hl-facts > div")
    for title, statistic in (("Norm", "norm"), ("Excess kurtosis", "kurtosis"), ("Median", "q50"), ("Mean", "mean")):
        fact = facts.filter(has=page.get_by_text(title, exact=True))
        expect(fact.locator("dd")).to_have_text(statistic_text(t, statistic))


@pytest.mark.parametrize("candidate", CANDIDATES)
def test_base_and_adapter(server: Server, open_page: OpenPage, candidate: str) -> None:
    page = opened(open_page, server, f"candidate={candidate}&adapter=banking77")
    base = report(MODELS / candidate)
    first = next(t.name for t in base.tensors if t.layer is not None and len(t.shape) > 1)
    tells(page, base, first)
    page.get_by_role("button", name="Adapter", exact=True).or_(page.get_by_role("radio", name="Adapter")).first.click()
    adapter = report(MODELS / candidate / "adapters" / "banking77")
    inside = next(t.name for t in adapter.tensors if t.layer is not None and len(t.shape) > 1)
    tells(page, adapter, inside)


def test_a_click_on_a_cell_shows_its_tensor_and_a_link_shows_it_again(server: Server, open_page: OpenPage) -> None:
    page = opened(open_page, server, f"{BANKING}&by=norm")
    found = report(MODELS / "demo-llama")
    plot = page.locator("[class*='st-key-weights-layers'] .js-plotly-plot .nsewdrag")
    box = plot.bounding_box()
    assert box
    row = found.modules.index("mlp.up_proj")
    place = {"x": box["width"] * 2.5 / found.depth, "y": box["height"] * (row + 0.5) / len(found.modules)}
    plot.click(position={"x": place["x"], "y": place["y"]})
    tells(page, found, "model.layers.2.mlp.up_proj.weight")
    page.wait_for_url("**tensor=model.layers.2.mlp.up_proj.weight*")
    again = opened(open_page, server, page.url.split("?")[1])
    tells(again, found, "model.layers.2.mlp.up_proj.weight")
    expect(again.get_by_role("combobox", name="Statistic")).to_be_visible()
    for scale in ("Logarithmic", "Within each module"):
        again.get_by_text(scale, exact=True).click()
        tells(again, found, "model.layers.2.mlp.up_proj.weight")


def test_the_table_is_searched_and_comes_as_files(server: Server, open_page: OpenPage) -> None:
    page = opened(open_page, server, BANKING)
    unfold(page, "Every tensor")
    page.get_by_label("Search by name", exact=True).fill("<none>")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No tensor's name holds '<none>'.")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download CSV").click()
    rows = list(csv.DictReader(Path(waiting.value.path()).read_text().splitlines()))
    found = report(MODELS / "demo-llama")
    assert [(r["name"], float(r["std"])) for r in rows] == [(t.name, t.std) for t in found.tensors]


def test_any_folder_what_stands_out_and_what_is_refused(server: Server, open_page: OpenPage, tmp_path: Path) -> None:
    tensors = {f"h.{i}.w.weight": torch.randn(6, 6) for i in range(5)}
    tensors["h.3.w.weight"][2] = torch.nan
    save_file(tensors, tmp_path / "one.safetensors")
    page = opened(open_page, server, f"{BANKING}&of=other&path={quote(str(tmp_path))}")
    said = page.locator(".hl-lead")
    expect(said).to_contain_text("5 tensors, 180 values: one thing stands out.")
    expect(said).to_contain_text("1 of the tensors holds values that are not finite.")
    expect(page.locator(".hl-warn")).to_contain_text("h.3.w.weight: 6 of 36 values are NaN. Rule: any NaN.")
    box = page.get_by_label("Folder or .safetensors file on the server", exact=True)
    (tmp_path / "a.bin").touch()
    refused = {tmp_path / "no": "nothing at", tmp_path / "a.bin": "is a pickle", "x": "no such folder or file: 'x'"}
    for path, seen in refused.items():
        box.fill(str(path))
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text(seen)
    box.fill(str(MODELS / "demo-llama"))
    page.keyboard.press("Enter")
    expect(page.locator(".hl-lead")).to_have_text(lead(report(MODELS / "demo-llama")))


def test_a_link_to_what_is_gone_can_be_mended_on_the_page(server: Server, open_page: OpenPage, tmp_path: Path) -> None:
    save_file({"layers.0.a.weight": torch.ones(3, 4)}, tmp_path / "model.safetensors")
    page = open_page(f"{server.url}/weights?of=other&path={quote(str(tmp_path / 'gone'))}")
    expect(page.get_by_role("alert")).to_contain_text("gone", timeout=60_000)
    page.get_by_label("Folder or .safetensors file").fill(str(tmp_path))
    page.get_by_label("Folder or .safetensors file").press("Enter")
    tells(page, report(tmp_path), "layers.0.a.weight")
