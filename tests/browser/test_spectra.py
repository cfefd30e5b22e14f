"""Spectra in a browser: every demo base, a mark clicked, a matrix chosen, downloads, folders of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Page, expect
from safetensors.torch import save_file

from core.checkpoints.checkpoint import open_checkpoint
from core.checkpoints.spectra.scan import checkpoint_spectra
from core.engine.engine import Engine
from core.files.locate import require_source
from core.results import SpectraReport, Spectrum
from core.words.numbers import three_digits
from core.words.spectra import rank
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import BANKING, CANDIDATES, unfold


def spectra_of(engine: Engine, candidate: str) -> SpectraReport:
    return checkpoint_spectra(open_checkpoint(require_source(candidate, engine.settings).path), "full")


def fact(page: Page, name: str) -> str:
    place = page.locator(".hl-facts > div").filter(has=page.get_by_text(name, exact=True)).locator("dd")
    place.wait_for(timeout=60_000)
    return place.inner_text()


def tells(page: Page, s: Spectrum) -> None:
    expect(page.locator("h2.hl-section").first).to_have_text(s.name, timeout=60_000)
    of = f"of {min(s.rows, s.columns):,}"
    assert fact(page, "Stable rank") == f"{rank(s.stable_rank)} {of}"
    assert fact(page, "Effective rank") == f"{rank(s.effective_rank)} {of}"
    assert fact(page, "Spectral norm") == f"{three_digits(s.spectral_norm)} Frobenius {three_digits(s.norm)}"


@pytest.mark.parametrize("candidate", CANDIDATES)
def test_every_base(server: Server, open_page: OpenPage, engine: Engine, candidate: str) -> None:
    found = spectra_of(engine, candidate)
    page = open_page(f"{server.url}/spectra?candidate={candidate}&adapter=-")
    expect(page.locator(".hl-lead")).to_contain_text(f"Of {len(found.spectra)} matrices ", timeout=60_000)
    tells(page, next(s for s in found.spectra if s.layer is not None))
    expect(page.locator(".js-plotly-plot")).to_have_count(3)


def test_a_click_on_a_mark_chooses_its_matrix(server: Server, open_page: OpenPage, engine: Engine) -> None:
    found = spectra_of(engine, "demo-llama")
    page = open_page(f"{server.url}/spectra?{BANKING}&by=spectral_norm")
    wanted = max((s for s in found.spectra if s.layer == 2), key=lambda s: s.spectral_norm)
    page.locator("[class*='st-key-spectra-layers'] .js-plotly-plot .point").first.wait_for()
    marks = page.locator("[class*='st-key-spectra-layers'] .scatterlayer .trace")
    place = marks.nth(found.modules.index(wanted.module)).locator(".point").nth(2).bounding_box()
    assert place
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    tells(page, wanted)
    page.wait_for_url(f"**tensor={wanted.name}*")
    law = wanted.power_law
    assert law is not None
    words = f"No power law: {law.refusal}." if law.refusal else f"Alpha {law.alpha:.2f} ± {law.error:.2f}"
    expect(page.get_by_text(words)).to_be_visible()


def test_search_and_download(server: Server, open_page: OpenPage, engine: Engine) -> None:
    found = spectra_of(engine, "demo-llama")
    page = open_page(f"{server.url}/spectra?{BANKING}")
    unfold(page, "Every matrix")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download JSON with singular values").click()
    rows = json.loads(Path(download.value.path()).read_text())
    assert [row["name"] for row in rows] == [s.name for s in found.spectra]
    assert len(rows[0]["singular_values"]) == min(rows[0]["rows"], rows[0]["columns"])
    page.get_by_label("Search by name").fill("no such matrix")
    page.get_by_label("Search by name").press("Enter")
    expect(page.get_by_text("No matrix's name holds 'no such matrix'.")).to_be_visible()


def test_a_folder_with_a_damaged_and_a_small_matrix(server: Server, open_page: OpenPage, tmp_path: Path) -> None:
    damaged = torch.eye(70)
    damaged[1, 2] = float("nan")
    save_file({"layers.0.a.weight": damaged, "layers.1.a.weight": torch.eye(9)}, tmp_path / "model.safetensors")
    page = open_page(f"{server.url}/spectra?of=other&path={tmp_path}")
    expect(page.get_by_text("No spectrum: holds NaN or infinite values.")).to_be_visible(timeout=60_000)
    page.get_by_label("Matrix", exact=True).click()
    page.get_by_role("option", name="layers.1.a.weight").click()
    expect(page.get_by_text("No power law: 9 values; a power law needs 50 at least.")).to_be_visible()


def test_a_folder_without_a_matrix_and_a_missing_one(server: Server, open_page: OpenPage, tmp_path: Path) -> None:
    save_file({"bias": torch.ones(4)}, tmp_path / "model.safetensors")
    page = open_page(f"{server.url}/spectra?of=other&path={tmp_path}")
    expect(page.get_by_text("no matrix of floating-point numbers here")).to_be_visible(timeout=60_000)
    page.get_by_label("Folder or .safetensors file").fill(str(tmp_path / "gone"))
    page.get_by_label("Folder or .safetensors file").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("gone")


def test_norms_first_where_everything_would_take_minutes(server: Server, open_page: OpenPage, tmp_path: Path) -> None:
    """A checkpoint above the bound: many matrices of 2,048 x 2,048, all the same bytes on disk but for the first."""
    matrix = torch.eye(2048, dtype=torch.bfloat16)
    save_file({f"layers.{i}.a.weight": matrix.clone() for i in range(26)}, tmp_path / "model.safetensors")
    page = open_page(f"{server.url}/spectra?of=other&path={tmp_path}")
    expect(page.get_by_text("All singular values (takes minutes)")).to_be_visible(timeout=60_000)
    expect(page.locator(".hl-lead")).to_contain_text(
        "the smallest stable rank for its size: 2,048.0 of 2,048", timeout=120_000
    )
    assert fact(page, "Effective rank") == "2,048.0 of 2,048"
