"""Two adapters in a browser: the demos' own, a module clicked, and candidates that have nothing to compare."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from core.checkpoints.adapter_update.service import AdapterUpdateService
from core.results import AdapterPair, ModulePair, Selection
from core.words.numbers import three_digits
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import CANDIDATES


def found_by(updates: AdapterUpdateService, candidate: str) -> AdapterPair:
    return updates.two_adapters(Selection(candidate, "banking77"), Selection(candidate, "clinc150-domains"))


def tells(page: Page, m: ModulePair) -> None:
    fact = page.locator(".hl-facts > div").filter(has=page.get_by_text("Cosine", exact=True)).locator("dd")
    expect(fact).to_have_text(f"{m.cosine:.3f}", timeout=60_000)


@pytest.mark.parametrize("candidate", CANDIDATES)
def test_the_two_of_every_demo(
    server: Server, open_page: OpenPage, updates: AdapterUpdateService, candidate: str
) -> None:
    found = found_by(updates, candidate)
    page = open_page(f"{server.url}/two_adapters?candidate={candidate}&adapter=banking77")
    expect(page.locator(".hl-lead")).to_contain_text(f"updates is {three_digits(found.cosine)}", timeout=60_000)
    tells(page, max(found.modules, key=lambda m: abs(m.cosine)))
    for alone, which in ((found.only_first, "first"), (found.only_second, "second")):
        expect(page.get_by_text(f"Only the {which} adapts")).to_have_count(1 if alone else 0)


def test_a_click_chooses_a_module(server: Server, open_page: OpenPage, updates: AdapterUpdateService) -> None:
    found = found_by(updates, "demo-llama")
    page = open_page(f"{server.url}/two_adapters?candidate=demo-llama&adapter=banking77")
    plot = page.locator("[class*='st-key-two-adapters-layers'] .js-plotly-plot .nsewdrag")
    plot.wait_for(timeout=60_000)
    box = plot.bounding_box()
    assert box
    rows = list(dict.fromkeys(m.module for m in found.modules))
    depth = 1 + max(m.layer or 0 for m in found.modules)
    wanted = next(m for m in found.modules if m.layer == 2 and m.module == rows[1])
    plot.click(position={"x": box["width"] * 2.5 / depth, "y": box["height"] * 1.5 / len(rows)})
    tells(page, wanted)
    page.wait_for_url("**module=layer+2*")


def test_without_an_adapter_it_says_what_to_do(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/two_adapters?candidate=demo-llama&adapter=-")
    expect(page.get_by_text("Choose an adapter: it is compared")).to_be_visible(timeout=60_000)
