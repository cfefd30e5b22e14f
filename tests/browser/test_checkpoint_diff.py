"""Two checkpoints in a browser: a fine-tuned copy, a cell clicked, names searched, files fetched, paths refused."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from urllib.parse import quote

import pytest
import torch
from playwright.sync_api import Page, expect
from safetensors.torch import load_file, save_file

from core.checkpoints.checkpoint import open_checkpoint
from core.checkpoints.checkpoint_diff.scan import diff_checkpoints
from core.results import CheckpointDiff, TensorDiff
from core.settings import ROOT
from core.words.checkpoint_diff import verdict, where
from core.words.numbers import change, three_digits
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import BANKING, settle, unfold

MODELS = ROOT / "assets" / "models"
BASE = MODELS / "demo-llama"


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """demo-llama with the last two of its four layers moved a little, and a head."""
    folder = tmp_path_factory.mktemp("tuned")
    tensors = load_file(BASE / "model.safetensors")
    torch.manual_seed(0)
    for name, tensor in tensors.items():
        if name.startswith(("model.layers.2.", "model.layers.3.")) and "proj" in name:
            share = 0.04 if "q_proj" in name else 0.01
            tensors[name] = (tensor.float() + share * tensor.float().std() * torch.randn(tensor.shape)).half()
    tensors["<img src=x>.weight"] = torch.randn(7, 128)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    shutil.copy(BASE / "config.json", folder)
    return folder


def opened(open_page: OpenPage, server: Server, rest: str) -> Page:
    page = open_page(f"{server.url}/checkpoints?{BANKING}{rest}")
    page.locator(".hl-lead").wait_for(timeout=60_000)
    settle(page)  # what is typed while the page is still drawn may be lost
    return page


def pick(page: Page, label: str, option: str) -> None:
    """Choose in a box of the page; its list closes when the page scrolls."""
    box = page.get_by_role("combobox", name=label, exact=True)
    box.scroll_into_view_if_needed()
    settle(page)
    box.click()
    page.get_by_role("option", name=option, exact=True).click()


def against(folder: Path) -> CheckpointDiff:
    return diff_checkpoints(open_checkpoint(BASE), open_checkpoint(folder))


def tells(page: Page, t: TensorDiff) -> None:
    """The numbers of a tensor."""
    facts = page.locator(".hl-stacked > div")
    wanted = {
        "Status": t.status.value,
        "Change": f"{change(t.relative)} of its norm",
        "Elements changed": f"{change(t.share)} {t.changed:,} of {t.count:,}",
        "Largest change": f"{three_digits(t.largest)} of a value",
        "Cosine": f"{t.cosine:.6f} between the two",
    }
    for title, words in wanted.items():
        fact = facts.filter(has=page.get_by_text(title, exact=True))
        expect(fact.locator("dd")).to_have_text(words)


def test_a_fine_tuned_copy_and_a_click_on_a_layer_that_was_frozen(
    server: Server, open_page: OpenPage, tuned: Path
) -> None:
    found = against(tuned)
    page = opened(open_page, server, f"&second=typed&second_path={quote(str(tuned))}")
    expect(page.locator(".hl-lead")).to_have_text(verdict(found))
    assert where(found) == "Changed: layers 2–3. Untouched: layers 0–1."
    expect(page.get_by_text(where(found))).to_be_visible()
    assert found.most_changed is not None
    tells(page, found.most_changed)
    plot = page.locator("[class*='st-key-checkpoints-layers'] .js-plotly-plot .nsewdrag")
    box = plot.bounding_box()
    assert box
    rows = ("the whole layer", *found.modules)
    row = rows.index("mlp.up_proj")
    plot.click(position={"x": box["width"] * 0.5 / found.depth, "y": box["height"] * (row + 0.5) / len(rows)})
    frozen = next(t for t in found.tensors if t.name == "model.layers.0.mlp.up_proj.weight")
    assert frozen.status.value == "equal"
    tells(page, frozen)
    page.wait_for_url("**tensor=model.layers.0.mlp.up_proj.weight*")
    plot.click(position={"x": box["width"] * 2.5 / found.depth, "y": box["height"] * 0.5 / len(rows)})
    tells(page, next(t for t in found.tensors if t.name == "model.layers.2.self_attn.q_proj.weight"))
    page.get_by_text("Logarithmic colours", exact=True).click()
    again = opened(open_page, server, "&" + page.url.split("?")[1])
    tells(again, next(t for t in found.tensors if t.name == "model.layers.2.self_attn.q_proj.weight"))
    expect(again.get_by_label("Second: folder or .safetensors file on the server")).to_have_value(str(tuned))


def test_the_table_is_searched_filtered_and_comes_as_files(server: Server, open_page: OpenPage, tuned: Path) -> None:
    found = against(tuned)
    page = opened(open_page, server, f"&second=typed&second_path={quote(str(tuned))}")
    unfold(page, "Every tensor")
    pick(page, "Status", "Only in the second (1)")
    cell = page.get_by_test_id("glide-cell-0-0")
    expect(cell).to_have_text("<img src=x>.weight")
    page.get_by_label("Search by name", exact=True).fill("q_proj")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No such tensor's name holds 'q_proj'.")).to_be_visible()
    pick(page, "Status", "Changed (14)")
    expect(cell).to_have_text("model.layers.2.self_attn.q_proj.weight")
    for kind in ("CSV", "JSON"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=f"Download {kind}").click()
        text = Path(waiting.value.path()).read_text()
        rows = json.loads(text) if kind == "JSON" else list(csv.DictReader(text.splitlines()))
        assert [row["status"] for row in rows] == [t.status.value for t in found.tensors]
        changed = next(i for i, t in enumerate(found.tensors) if t.status.value == "changed")
        assert float(rows[changed]["relative_change"]) == found.tensors[changed].relative


def test_it_opens_on_two_bases_and_compares_adapters_too(server: Server, open_page: OpenPage) -> None:
    page = opened(open_page, server, "")
    expect(page.locator(".hl-lead")).to_have_text(verdict(against(MODELS / "demo-gemma2")))
    expect(page.get_by_text("They look unrelated")).to_be_visible()
    pick(page, "First", "Demo Llama, adapter Banking questions (77 intents)")
    first, second = (open_checkpoint(BASE / "adapters" / name) for name in ("banking77", "clinc150-domains"))
    expect(page.locator(".hl-lead")).to_have_text(verdict(diff_checkpoints(first, second)))
    expect(page.get_by_role("combobox", name="Second")).to_have_value(
        "Demo Llama, adapter Assistant tasks (11 classes)"
    )


def test_equal_folders_and_paths_that_lead_nowhere(server: Server, open_page: OpenPage, tmp_path: Path) -> None:
    shutil.copy(BASE / "model.safetensors", tmp_path / "copy.safetensors")
    both = f"&first=typed&first_path={quote(str(BASE))}&second=typed&second_path={quote(str(tmp_path))}"
    page = opened(open_page, server, both)
    expect(page.locator(".hl-lead")).to_have_text("The same: all 38 tensors are equal, byte for byte.")
    box = page.get_by_label("Second: folder or .safetensors file on the server")
    (tmp_path / "a.bin").touch()
    for path, seen in ((tmp_path / "no", "There is nothing at"), (tmp_path / "a.bin", "is a pickle")):
        box.fill(str(path))
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text(seen)
    box.fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Type where the other checkpoint is")).to_be_visible()
    page.get_by_role("button", name="Compare two adapters of demo-llama").click()
    expect(page.locator(".hl-lead")).to_contain_text("of 60 tensors changed")


def test_a_candidate_whose_weights_are_elsewhere(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/checkpoints?candidate=llama3-8b-it")
    expect(page.get_by_role("alert")).to_contain_text("are not on this machine")
    page.get_by_role("button", name="Compare demo-gemma2 with demo-llama").click()
    expect(page.locator(".hl-lead")).to_contain_text("of 46 tensors changed")
