"""Architecture in a browser: pairs that are here, candidates that are not, tree, treemap, freeze map, summary."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.architecture.costs import costs
from core.architecture.service import ArchitectureService
from core.engine.engine import Engine
from core.results import Architecture, Selection, View
from core.words.architecture import SOURCES, ties
from core.words.architecture import size as lead
from pages.views.architecture_costs import flops, size
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import CANDIDATES, model_badge, unfold, words

BANKING = Selection("demo-llama", "banking77")
LLAMA = Selection("llama3-8b-it")


@pytest.fixture(scope="session")
def architectures(engine: Engine) -> ArchitectureService:
    """What the page must show."""
    return ArchitectureService(engine)


def opened(server: Server, open_page: OpenPage, selection: Selection, **more: object) -> Page:
    rest = "".join(f"&{key}={value}" for key, value in more.items())
    page = open_page(
        f"{server.url}/architecture?candidate={selection.candidate}&adapter={selection.adapter or '-'}{rest}"
    )
    page.locator(".hl-lead").wait_for(timeout=60_000)
    return page


def fact(page: Page, name: str) -> str:
    found = page.locator(".hl-facts > div").filter(has=page.locator("dt").get_by_text(name, exact=True))
    return words(found.locator("dd").first)


def tells(page: Page, found: Architecture) -> None:
    expect(page.locator(".hl-lead")).to_have_text(lead(found), timeout=30_000)
    expect(page.locator(".hl-facts").first).to_contain_text(f"{found.used:,}")
    expect(page.locator(".hl-facts").first).to_contain_text(f"last: {found.last_module_name}")
    expect(page.get_by_text(ties(found), exact=True)).to_be_visible()


def search(page: Page, what: str) -> None:
    page.get_by_label("Search by name or class", exact=True).fill(what)
    page.keyboard.press("Enter")


def choose(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()


@pytest.mark.parametrize("candidate", CANDIDATES)
def test_pairs_that_are_here(
    server: Server, open_page: OpenPage, architectures: ArchitectureService, candidate: str
) -> None:
    selection = Selection(candidate, "clinc150-domains")
    page = opened(server, open_page, selection, length=64, open="costs,trained")
    found = architectures.architecture(selection)
    tells(page, found)
    spent = costs(found, 64)
    assert fact(page, "KV cache").startswith(size(spent.kv_cache))
    assert fact(page, "Attention maps") == f"{size(spent.attention)} all layers, float32"
    assert fact(page, "A token, forward") == " ".join(flops(spent.flops_per_token))
    assert page.get_by_text("there is no KV cache").count() == (spent.kv_cache is None)
    outside = [c for c in found.cells if c.layer is None]
    rows = page.locator(".hl-table tbody tr")
    assert [words(row.locator("td").first) for row in rows.all()] == [c.module for c in outside]
    views: dict[View, str] = {"causal_lm": "Language model", "backbone": "Backbone alone"}
    for view, name in views.items():
        choose(page, name)
        tells(page, architectures.architecture(selection, view))
        expect(page.get_by_text("What is trained, layer by module")).to_have_count(0)


def test_the_tree_is_searched_and_a_link_shows_it_again(
    server: Server, open_page: OpenPage, architectures: ArchitectureService
) -> None:
    page = opened(server, open_page, BANKING)
    unfold(page, "Every module")
    found = architectures.architecture(BANKING)
    expect(page.get_by_text(f"{len(found.found('', 3))} of {len(found.nodes)} modules.")).to_be_visible()
    for what in ("gate_proj", "RMSNorm"):
        search(page, what)
        hits = found.found(what)
        expect(page.get_by_text(f"{len(hits)} of {len(found.nodes)} modules.", exact=True)).to_be_visible()
        table = page.get_by_test_id("stDataFrame").first
        for i, node in enumerate(hits[:5]):
            expect(table.get_by_test_id(f"glide-cell-0-{i}")).to_have_text(node.name or "the model")
    page.wait_for_url("**find=RMSNorm*")
    search(page, "<none>")
    expect(page.get_by_text("No module's name or class holds '<none>'.")).to_be_visible()
    again = opened(server, open_page, BANKING, find="lm_head", levels=1)
    expect(again.get_by_text("No module's name or class holds 'lm_head'.")).to_be_visible()
    search(again, "")
    expect(again.get_by_text(f"{len(found.found('', 1))} of {len(found.nodes)} modules.")).to_be_visible()


def test_a_click_on_the_freeze_map_finds_the_module(
    server: Server, open_page: OpenPage, architectures: ArchitectureService
) -> None:
    page = opened(server, open_page, BANKING)
    unfold(page, "What is trained, layer by module")
    found = architectures.architecture(BANKING)
    plot = page.locator("[class*='st-key-architecture-freeze'] .js-plotly-plot .nsewdrag")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    row = found.modules.index("mlp.down_proj")
    place = (box["width"] * 2.5 / found.sizes.layers, box["height"] * (row + 0.5) / len(found.modules))
    plot.click(position={"x": place[0], "y": place[1]})
    box_of_words = page.get_by_label("Search by name or class", exact=True)
    expect(box_of_words).to_have_value("model.layers.2.mlp.down_proj")
    hits = found.found("model.layers.2.mlp.down_proj")
    expect(page.get_by_text(f"{len(hits)} of {len(found.nodes)} modules.", exact=True)).to_be_visible()
    page.wait_for_url("**find=model.layers.2.mlp.down_proj*")


def test_the_treemap_is_coloured_two_ways_and_goes_into_a_layer(server: Server, open_page: OpenPage) -> None:
    page = opened(server, open_page, BANKING)
    plot = page.locator("[class*='st-key-architecture-treemap'] .js-plotly-plot")
    expect(plot.locator("text").filter(has_text="embed_tokens").first).to_be_visible()
    legend = page.locator(".hl-legend").first
    expect(legend).to_contain_text("feed-forward")
    page.get_by_role("radio", name="What is trained", exact=True).click()
    expect(legend).to_have_text(re.compile("frozen.*adapted.*trained", re.DOTALL))
    page.wait_for_url("**colours=training*")
    plot.locator("text").filter(has_text="layer 1").first.click(force=True)  # its area hears the click
    expect(plot.locator("text").filter(has_text="embed_tokens")).to_have_count(0)
    expect(plot.locator(".pathbar text").filter(has_text="Demo Llama")).to_be_visible()
    expect(plot.locator("text").filter(has_text="up_proj").first).to_be_visible()


def test_a_candidate_that_is_not_here(server: Server, open_page: OpenPage, architectures: ArchitectureService) -> None:
    page = opened(server, open_page, LLAMA)
    tells(page, architectures.architecture(LLAMA, num_labels=2))
    expect(page.get_by_text(SOURCES["numbers"])).to_be_visible()
    expect(model_badge(page)).to_contain_text("○")
    classes = page.get_by_label("Classes of a new head", exact=True)
    classes.fill("77")
    classes.press("Enter")
    tells(page, architectures.architecture(LLAMA, num_labels=77))
    choose(page, "All weights")
    full = architectures.architecture(LLAMA, tuning="full", num_labels=77)
    tells(page, full)
    assert "all of them are trained" in lead(full)
    page.wait_for_url("**train=full*")
    choose(page, "Language model")
    tells(page, architectures.architecture(LLAMA, "causal_lm"))
    expect(page.locator(".hl-facts").first).to_contain_text("8,030,261,248")
    expect(model_badge(page)).to_contain_text("○")


def test_length_changes_what_a_text_takes(
    server: Server, open_page: OpenPage, architectures: ArchitectureService
) -> None:
    mistral = Selection("mistral-7b-v0.1")
    page = opened(server, open_page, mistral)
    unfold(page, "What it costs")
    found = architectures.architecture(mistral, num_labels=2)
    for tokens in (2048, 8192):
        if tokens != 2048:
            page.get_by_label("Length of a text, in tokens", exact=True).click()
            page.keyboard.type(f"{tokens:,}")
            page.get_by_role("option", name=f"{tokens:,}", exact=True).click()
        cache = page.locator(".hl-facts > div").filter(has=page.get_by_text("KV cache", exact=True)).locator("dd")
        expect(cache).to_have_text(f"{size(costs(found, tokens).kv_cache)} bfloat16")
    page.wait_for_url("**length=8192*")


def test_tied_weights_are_said_and_an_encoder_is_refused_in_words(server: Server, open_page: OpenPage) -> None:
    page = opened(server, open_page, Selection("gemma2-9b-it"), **{"as": "causal_lm"})
    expect(page.locator(".hl-facts").first).to_contain_text("9,241,705,984")
    expect(page.get_by_text("model.embed_tokens.weight and lm_head.weight are one tensor")).to_be_visible()
    bert = open_page(f"{server.url}/architecture?candidate=vanilla&adapter=-&as=causal_lm")
    expect(bert.get_by_role("alert")).to_contain_text("predicts no next token", timeout=60_000)
    choose(bert, "Backbone alone")
    expect(bert.locator(".hl-facts").first).to_contain_text("108,891,648")
    expect(bert.get_by_text("this is BERT's")).to_be_visible()


def test_the_summary_opens_and_comes_as_a_file(
    server: Server, open_page: OpenPage, architectures: ArchitectureService, tmp_path: Path
) -> None:
    page = opened(server, open_page, BANKING)
    page.get_by_text("Summary by torchinfo", exact=True).click()
    button = page.get_by_role("button", name="Download the summary")
    button.wait_for()
    with page.expect_download() as waiting:
        button.click()
    text = Path(waiting.value.path()).read_text()
    assert f"Total params: {architectures.architecture(BANKING).parameters:,}" in text
    assert "LlamaDecoderLayer" in text


def test_what_is_loaded_is_read_in_memory(
    server: Server, open_page: OpenPage, architectures: ArchitectureService
) -> None:
    page = open_page(f"{server.url}/classify?candidate=demo-llama&adapter=banking77")
    page.locator(".hl-headline").wait_for(timeout=60_000)
    page = opened(server, open_page, BANKING)
    expect(page.get_by_text(SOURCES["memory"])).to_be_visible()
    expect(page.locator(".hl-lead")).to_have_text(lead(architectures.architecture(BANKING)))
