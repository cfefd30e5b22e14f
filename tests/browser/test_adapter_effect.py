"""Adapter and Mask: each answers for every demo pair, and its numbers are the explainer's."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from core.engine.engine import Engine
from core.explain.explainer import Explainer
from core.results import Selection
from core.words import adapter_effect, attention_mask
from core.words.class_names import readable
from core.words.numbers import percent, signed
from tests.browser.conftest import OpenPage, Server
from tests.browser.reading import address, cell, classify, explain, turn_to, unfold, words

#: The folded parts of the page.
SCALES, PARTS = "At any scale, from off to twice as much", "Which layers and modules carry it"
LLAMA = Selection("demo-llama", "clinc150-domains")
#: With demo-llama and clinc150-domains its verdict flips on the way from scale 0 to 1.
TEXT = "My card has not arrived yet, where is it? I have been waiting for two weeks now and nothing."


def visit(open_page: OpenPage, url: str) -> Page:
    """Opens the page and waits for the candidate, which the first visit to a server loads."""
    page = open_page(url)
    page.locator(".hl-verdict").first.wait_for(timeout=90_000)
    return page


def cards(page: Page) -> list[str]:
    return [line(card.inner_text()) for card in page.locator(".hl-pooler").all()]


def leads(page: Page) -> list[str]:
    return [words(lead) for lead in page.locator(".hl-lead").all()]


def line(said: str) -> str:
    return " ".join(said.split())


def adapter_holds(page: Page, explainer: Explainer, selection: Selection, text: str) -> None:
    """Off and on side by side, the flips, and the parts."""
    unfold(page, SCALES)
    unfold(page, PARTS).get_by_test_id("stDataFrame").wait_for(timeout=60_000)
    off, on = (explainer.at_scale(selection, text, scale) for scale in (0, 1))
    curve = explainer.scale_curve(selection, text).result()
    found = explainer.ablation(selection, text).result()
    k = on.labels.index(on.label)
    without, verdict = (readable(side.label, on.labels) for side in (off, on))
    assert cards(page) == [
        f"Off scale 0 {without} leads {verdict} {percent(off.probabilities[k])} %",
        f"On scale 1, as trained {verdict} leads {verdict} {percent(on.probabilities[k])} %",
    ]
    assert on.label == explainer.reading(selection, text).prediction.label
    expect(page.locator(".hl-at strong")).to_have_text(verdict)
    said = [
        adapter_effect.switched(off, on, on.label),
        adapter_effect.flips(curve, on.label),
        adapter_effect.carried(found, on.label),
    ]
    assert leads(page) == [line(s) for s in said]
    for row, part in enumerate(found.parts(on.label)[:3]):
        assert [cell(page, column, row) for column in (0, 1, 3)] == [part.module, part.layer, part.verdict]
        assert float(cell(page, 2, row)) == pytest.approx(part.change, rel=6e-3)
    heat = page.locator(".st-key-heat text").all_text_contents()
    z = found.change(on.label)[0]
    assert any(signed(float(z[0, 0])) in words for words in heat)


def mask_holds(page: Page, explainer: Explainer, selection: Selection, text: str) -> None:
    """Both masks side by side."""
    unfold(page, "What reading ahead adds to").locator(".hl-facts").wait_for()
    found = explainer.attention_mask(selection, text)
    label = explainer.reading(selection, text).prediction.label
    k = found.labels.index(label)
    tags = {found.trained: "the model's own mask"}
    named = readable(label, found.labels)
    assert cards(page) == [
        f"{side.mask.capitalize()} {tags.get(side.mask, 'not its own')} "
        f"{readable(side.label, found.labels)} leads {named} {percent(side.probabilities[k])} %"
        for side in (found.causal, found.bidirectional)
    ]
    assert leads(page) == [line(attention_mask.reading_ahead(found, label))]
    facts = {words(f.locator("dt")): words(f.locator("dd")) for f in page.locator(".hl-facts > div").all()}
    moved = found.bidirectional.logits[k] - found.causal.logits[k]
    assert float(facts["Change of the logit"]) == pytest.approx(moved, rel=6e-3, abs=2e-4)
    assert float(facts["Sum of the parts"]) == pytest.approx(found.added(label).sum(), rel=6e-3, abs=2e-4)
    unfold(page, "The leading classes in numbers").get_by_test_id("stDataFrame").wait_for()
    for row, j in enumerate(found.leading(3)):
        assert cell(page, 0, row) == found.labels[j]
        assert float(cell(page, 1, row)) == pytest.approx(found.causal.probabilities[j], rel=6e-3, abs=1e-6)
        assert float(cell(page, 4, row)) == pytest.approx(found.causal.logits[j], rel=6e-3, abs=1e-3)
        assert float(cell(page, 5, row)) == pytest.approx(found.bidirectional.logits[j], rel=6e-3, abs=1e-3)


def test_the_slider_by_keyboard_its_url_and_a_reload(server: Server, open_page: OpenPage, explainer: Explainer) -> None:
    page = visit(open_page, address(server, "adapter", LLAMA, TEXT, scale="0.8"))
    at = page.locator(".hl-at")
    expect(at).to_contain_text("At scale 0.80")
    flip = explainer.scale_curve(LLAMA, TEXT).result().flips[0]
    assert 0.5 < flip.scale < 0.8
    labels = explainer.reading(LLAMA, TEXT).prediction.labels
    expect(at.locator("strong")).to_have_text(readable(flip.after, labels))
    slider = page.get_by_role("slider", name="Scale of the update")
    slider.focus()
    steps = round((0.8 - flip.scale) / 0.01) + 1
    for _ in range(steps):
        page.keyboard.press("ArrowLeft")
    scale = round(0.8 - 0.01 * steps, 2)
    expect(at).to_contain_text(f"At scale {scale:.2f}")
    expect(at.locator("strong")).to_have_text(readable(flip.before, labels))
    now = explainer.at_scale(LLAMA, TEXT, scale)
    label = explainer.reading(LLAMA, TEXT).prediction.label
    expect(at.locator("b")).to_have_text(
        f"{readable(label, labels)} {percent(now.probabilities[now.labels.index(label)])} %"
    )
    expect(page).to_have_url(re.compile(rf"scale={scale}(&|$)"))
    page.reload()
    expect(page.locator(".hl-at")).to_contain_text(f"At scale {scale:.2f}")
    expect(page.locator(".hl-at strong")).to_have_text(readable(flip.before, labels))


@pytest.mark.parametrize("scale", ["nan", "much", "-1", "1e9", "inf"])
def test_a_scale_in_the_url_that_is_none(server: Server, open_page: OpenPage, scale: str) -> None:
    page = visit(open_page, address(server, "adapter", LLAMA, TEXT, scale=scale))
    expect(page.locator(".hl-at")).to_contain_text(re.compile(r"At scale (1\.00|2\.00|0\.00)"))
    assert page.get_by_test_id("stException").count() == 0


def test_the_class_that_is_asked_for(server: Server, open_page: OpenPage, explainer: Explainer) -> None:
    page = visit(open_page, address(server, "adapter", LLAMA, TEXT, **{"class": "home"}))
    unfold(page, SCALES)
    unfold(page, PARTS).get_by_test_id("stDataFrame").wait_for(timeout=60_000)
    found = explainer.ablation(LLAMA, TEXT).result()
    assert leads(page)[2] == line(adapter_effect.carried(found, "home"))
    assert float(cell(page, 2, 0)) == pytest.approx(found.parts("home")[0].change, rel=6e-3)


def test_without_an_adapter_the_page_says_what_it_needs_and_the_mask_answers(
    server: Server, open_page: OpenPage
) -> None:
    bare = Selection("demo-llama", None)
    page = open_page(f"{address(server, 'adapter', bare, TEXT)}&untrained_head=shown")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("This candidate is loaded without an adapter", timeout=90_000)
    expect(alert).to_contain_text("Choose an adapter")
    page.get_by_test_id("stMain").get_by_role("link", name="Mask").click()
    expect(page.locator(".hl-pooler")).to_have_count(2)
    page.go_back()
    page.get_by_role("button", name="Use Assistant tasks").click()
    expect(page.locator(".hl-lead").first).to_contain_text("the adapter's update")
    assert page.get_by_test_id("stException").count() == 0


def test_short_odd_and_long_texts(server: Server, open_page: OpenPage) -> None:
    page = visit(open_page, address(server, "mask", LLAMA, TEXT))
    for text in ("a", "🙂", "e\u0301 👩\u200d👩\u200d👧", "card " * 2000):
        explain(page, text)
        for name in ("Adapter effect", "Mask"):
            turn_to(page, name)
            expect(page.locator(".hl-pooler")).to_have_count(2)
            part = unfold(page, {"Mask": "The leading classes in numbers", "Adapter effect": PARTS}[name])
            expect(part.get_by_test_id("stDataFrame")).to_be_visible(timeout=60_000)
            assert page.get_by_test_id("stException").count() == 0


def test_one_drags_the_scale_while_the_other_classifies(server: Server, open_page: OpenPage, engine: Engine) -> None:
    dragging = visit(open_page, address(server, "adapter", LLAMA, TEXT))
    other = open_page(f"{server.url}/classify?candidate={LLAMA.candidate}&adapter={LLAMA.adapter}")
    other.locator(".hl-headline").wait_for()
    unfold(dragging, SCALES)
    slider = dragging.get_by_role("slider", name="Scale of the update")
    slider.focus()
    for i in range(8):
        for _ in range(13):  # 100 steps lead to 0
            dragging.keyboard.press("ArrowLeft")
        text = f"{TEXT[: 20 + i]} number {i}"
        shown, said = classify(other, text), engine.classify(LLAMA, [text])[0]
        assert shown.label == readable(said.label, said.labels)
        assert shown.bars[:5] == [
            (readable(r.label, said.labels), f"{percent(r.probability)} %") for r in said.ranked[:5]
        ]
    expect(dragging.locator(".hl-at")).to_contain_text("At scale 0.00")
