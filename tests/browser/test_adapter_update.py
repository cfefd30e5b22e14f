"""The adapter's update in a browser: every demo pair, a module chosen and clicked, a base without an adapter."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from core.checkpoints.adapter_update.service import AdapterUpdateService
from core.results import AdapterUpdate, ModuleUpdate, Selection
from core.words.numbers import count, percent
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import SOME_PAIRS


def tells(page: Page, m: ModuleUpdate) -> None:
    fact = page.locator(".hl-facts > div").filter(has=page.get_by_text("Effective rank", exact=True))
    expect(fact.locator("dd")).to_have_text(f"{m.effective_rank:.1f} of {m.rank}", timeout=30_000)
    change = page.locator(".hl-facts > div").filter(has=page.get_by_text("Change", exact=True))
    expect(change.locator("dd")).to_have_text(f"{percent(m.relative)} % of the weight")


def opened(server: Server, open_page: OpenPage, selection: Selection) -> Page:
    return open_page(f"{server.url}/update?candidate={selection.candidate}&adapter={selection.adapter or '-'}")


@pytest.mark.parametrize("selection", SOME_PAIRS, ids=str)
def test_every_pair(server: Server, open_page: OpenPage, updates: AdapterUpdateService, selection: Selection) -> None:
    found: AdapterUpdate = updates.adapter_update(selection)
    page = opened(server, open_page, selection)
    most = max(found.modules, key=lambda m: m.relative)
    tells(page, most)
    expect(page.locator(".hl-lead")).to_contain_text(f"It changes {most.name} most")
    expect(page.get_by_text(f"parameters in {len(found.modules)} modules")).to_be_visible()
    expect(page.locator(".hl-facts").first).to_contain_text(count(found.whole_parameters))


def test_a_click_chooses_a_module(server: Server, open_page: OpenPage, updates: AdapterUpdateService) -> None:
    selection = Selection("demo-llama", "banking77")
    found = updates.adapter_update(selection)
    page = opened(server, open_page, selection)
    plot = page.locator("[class*='st-key-update-layers'] .js-plotly-plot .nsewdrag")
    plot.wait_for()
    box = plot.bounding_box()
    assert box
    rows = list(dict.fromkeys(m.module for m in found.modules))
    wanted = next(m for m in found.modules if m.layer == 1 and m.module == rows[-1])
    depth = 1 + max(m.layer or 0 for m in found.modules)
    plot.click(position={"x": box["width"] * 1.5 / depth, "y": box["height"] * (len(rows) - 0.5) / len(rows)})
    tells(page, wanted)
    page.wait_for_url("**module=layer+1*")


def test_a_base_without_an_adapter_says_what_is_needed(server: Server, open_page: OpenPage) -> None:
    page = opened(server, open_page, Selection("demo-llama"))
    expect(page.get_by_role("alert")).to_contain_text("without an adapter", timeout=60_000)


def test_the_overlap_with_the_base(server: Server, open_page: OpenPage, updates: AdapterUpdateService) -> None:
    selection = Selection("demo-llama", "banking77")
    overlap = updates.adapter_overlap(selection).result()
    page = opened(server, open_page, selection)
    page.get_by_label("Colours", exact=True).click()
    page.get_by_role("option", name="Overlap with what the weight mostly writes").click()
    most = max(updates.adapter_update(selection).modules, key=lambda m: m.relative)
    wanted = next(o for o in overlap.modules if o.name == most.name)
    for title, value in (("Reads", wanted.inputs), ("Writes", wanted.outputs)):
        fact = page.locator(".hl-facts > div").filter(has=page.get_by_text(title, exact=True)).locator("dd")
        expect(fact).to_contain_text(f"{percent(value)} % by chance", timeout=60_000)
    tells(page, most)
    page.wait_for_url("**by=writes*")
