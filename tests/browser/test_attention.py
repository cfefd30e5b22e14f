"""Attention in a browser: every demo pair, a head chosen and clicked, the first column hidden, long texts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Page, expect
from transformers import AutoModelForSequenceClassification, LlamaConfig

from core.config import BaseModelConfig, CandidateConfig
from core.config.catalogue import write_candidate
from core.explain.explainer import Explainer
from core.results import AttentionOverview, Selection, between_units
from core.words.attention import MEASURED
from core.words.numbers import percent, three_digits
from tests.browser.conftest import OpenPage, Serve, Server
from tests.browser.reading import BANKING, explain, unfold, words
from tests.tiny import make_tiny_tokenizer

MATRIX = "[class*='st-key-matrix']"


def opened(open_page: OpenPage, server: Server, rest: str) -> Page:
    page = open_page(f"{server.url}/attention?{rest}")
    page.locator(f"{MATRIX} .js-plotly-plot").wait_for(timeout=120_000)  # a fresh server loads first
    return page


def choose(page: Page, label: str, option: str) -> None:
    """In one of the page's own boxes."""
    page.get_by_test_id("stMain").get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def numbers_are(page: Page, found: AttentionOverview, layer: int, head: int) -> None:
    expect(page.get_by_role("heading", name=f"Layer {layer}, head {head}", exact=True)).to_be_visible()
    for measure, values in found.values.items():
        value = float(values[layer, head])
        shown = (
            f"{percent(value)} %"
            if measure in ("first token", "token before", "itself")
            else (f"{three_digits(value)} tokens")
        )
        expect(page.locator(".hl-facts > div").filter(has_text=MEASURED[measure]).locator("dd")).to_have_text(shown)


def attention_holds(page: Page, explainer: Explainer, selection: Selection, text: str) -> None:
    """Every head in numbers, and one of them as words."""
    found = explainer.attention(selection, text, "overview")
    numbers_are(page, found, 0, 0)
    choose(page, "Layer", "3")
    choose(page, "Head", "2")
    numbers_are(page, found, 3, 2)
    reading = explainer.reading(selection, text)
    values = between_units(explainer.attention(selection, text, 3).head(2), reading.words)
    first = f"takes {percent(float(values[:, 0].mean()))} % of the attention of all words"
    expect(page.get_by_text(first)).to_be_visible()
    expect(page.locator(f"{MATRIX} .xtick text")).to_have_count(len(reading.words))
    expect(page.locator(".hl-strip")).to_contain_text(text, use_inner_text=True)
    expect(page).to_have_url(re.compile("layer=3&head=2"))
    needs = explainer.attention_cost(selection, text)
    unfold(page, "How this was found")
    expect(page.get_by_text(f"4 heads of {needs.tokens} x {needs.tokens} tokens need")).to_be_visible()


@pytest.fixture
def page(server: Server, open_page: OpenPage) -> Page:
    return opened(open_page, server, BANKING)


def test_hiding_the_first_column_spreads_the_colours(page: Page) -> None:
    end = page.locator(".hl-legend").last
    before = words(end)
    page.get_by_text("Leave out <s>, the first").click()
    expect(page).to_have_url(re.compile("first=hidden"))
    expect(end).not_to_have_text(before)
    expect(page.locator(".hl-strip [title^='<s>']")).to_have_attribute("title", "<s>: read 0")
    page.reload()
    page.locator(f"{MATRIX} .js-plotly-plot").wait_for(timeout=120_000)  # a fresh server loads first
    expect(page.get_by_role("switch")).to_be_checked()


def test_a_click_on_a_cell_chooses_the_head(page: Page) -> None:
    chart = page.locator(".st-key-heads .js-plotly-plot")
    plot = chart.locator(".heatmaplayer image").first
    plot.wait_for()
    box = plot.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * 5 / 8, box["y"] + box["height"] * 7 / 8
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    expect(chart.locator(".hoverlayer")).to_contain_text("layer 3, head 2")
    page.mouse.click(x, y)
    expect(page.get_by_role("heading", name="Layer 3, head 2", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("layer=3&head=2"))


def test_rollout_and_tokens_in_a_link(server: Server, open_page: OpenPage) -> None:
    page = opened(open_page, server, f"{BANKING}&view=rollout&by=tokens")
    expect(page.locator(".hl-lead")).to_contain_text("Abnar and Zuidema 2020")
    expect(page.get_by_label("Head", exact=True)).to_have_count(0)
    expect(page.get_by_text("of the attention of all tokens")).to_be_visible()
    page.get_by_role("radio", name="Head by head").click()
    expect(page.get_by_role("heading", name="Layer 0, head 0", exact=True)).to_be_visible()


@pytest.mark.parametrize("rest", ["layer=99&head=4&view=nothing&measure=x&first=maybe", "layer=²&head=-1"])
def test_a_link_that_asks_for_what_is_not_there(server: Server, open_page: OpenPage, rest: str) -> None:
    page = opened(open_page, server, f"{BANKING}&{rest}")
    expect(page.get_by_role("heading", name="Layer 0, head 0", exact=True)).to_be_visible()


def long_candidate(folder: Path, catalogue: Path) -> None:
    """`long`: a random Llama that reads 2,048 tokens, the demos read 128."""
    tokenizer = make_tiny_tokenizer()
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    config.num_labels = 2
    torch.manual_seed(0)
    AutoModelForSequenceClassification.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    base = BaseModelConfig(pretrained_model_name_or_path=str(folder), model_type="llama", num_labels=2)
    write_candidate(CandidateConfig(id="long", base_model=base, max_tokens=2048), catalogue)


def test_long_texts_are_pictures_and_much_memory_is_asked_for(
    demos: None, fresh_server: Serve, open_page: OpenPage, tmp_path: Path
) -> None:
    server = fresh_server("ours")
    long_candidate(tmp_path / "model", server.candidates)
    page = opened(open_page, server, "candidate=long&adapter=-&by=tokens&text=" + "a+" * 510 + "a")
    expect(page.get_by_text("drawn as a picture: colours in 255 steps.")).to_be_visible()
    expect(page.locator(f"{MATRIX} .imagelayer image")).to_have_count(1)
    choose(page, "Head", "3")
    expect(page.get_by_role("heading", name="Layer 0, head 3", exact=True)).to_be_visible()
    unfold(page, "How this was found")
    expect(page.get_by_text("4 heads of 512 x 512 tokens need")).to_be_visible()
    explain(page, "🙂 card " * 1000)
    expect(page.get_by_text("4 heads of 2,048 x 2,048 tokens need 160 MiB while it runs")).to_be_visible()
    expect(page.locator(MATRIX)).to_have_count(0)
    page.get_by_role("button", name="Capture (needs 160 MiB)").click()
    expect(page.get_by_text("Each pixel is the largest of")).to_be_visible(timeout=60_000)
