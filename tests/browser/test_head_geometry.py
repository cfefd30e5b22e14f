"""Head geometry in a browser: for every demo pair the closest classes, one class, with and without what all share."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from core.explain.explainer import Explainer
from core.results import HeadGeometry, Selection
from core.words.class_names import readable
from core.words.numbers import three_digits
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import SOME_PAIRS, unfold


def tells(page: Page, found: HeadGeometry, shared: bool) -> None:
    a, b = found.pairs(shared=shared)[0]
    value = (found.cosines if shared else found.apart)[a, b]
    first, second = (readable(found.labels[k], found.labels) for k in (a, b))
    lead = page.locator(".hl-lead")
    expect(lead).to_contain_text(f"'{first}' and '{second}'", timeout=30_000)
    expect(lead).to_contain_text(f"at cosine {value:.2f}")
    close = "share" if shared else "Hard to tell apart" if value > 0.5 else "No two classes lie close"
    expect(lead).to_contain_text(close)


@pytest.mark.parametrize("selection", SOME_PAIRS, ids=str)
def test_every_pair(server: Server, open_page: OpenPage, explainer: Explainer, selection: Selection) -> None:
    found = explainer.head_geometry(selection)
    label = found.labels[-1]
    page = open_page(f"{server.url}/head?candidate={selection.candidate}&adapter={selection.adapter}&of={label}")
    tells(page, found, shared=False)
    expect(page.locator("[class*='st-key-head-cosines'] .js-plotly-plot")).to_be_visible()
    rank = int((found.norms > found.norms[-1]).sum()) + 1
    norm = f"{three_digits(float(found.norms[-1]))} rank {rank} of {len(found.labels)}"
    expect(page.locator(".hl-facts dd")).to_have_text(norm)
    page.get_by_text("Keep what all classes share", exact=True).click()
    tells(page, found, shared=True)
    unfold(page, "How this was found")
    expect(page.get_by_text("a layer before its class vectors")).to_have_count(int(found.hidden))
