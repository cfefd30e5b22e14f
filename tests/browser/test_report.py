"""The report: downloaded in one click, opened from disk without a network, and the same numbers as the explainer's."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from core.config.catalogue import Catalogue
from core.engine.engine import Engine
from core.explain.explainer import Explainer
from core.figures.report import document
from core.results import AttributionOptions, ContributionOptions, Selection, by_unit
from core.settings import settings
from core.tasks.runner import TaskRunner
from core.words.class_names import readable
from core.words.contributions import deleted, whole
from core.words.numbers import percentage, three_digits
from core.words.verdict import how_sure
from tests.browser.conftest import OpenFile
from tests.browser.reading import PAIRS, A, words

HOSTILE = (
    "<script>document.title='run'</script> card </script><img src=http://x.invalid/y.png onerror=alert(1)> \u202eשלום"
)


def the_report_holds(
    page: Page, explainer: Explainer, selection: Selection, text: str, opened: OpenFile, path: Path
) -> None:
    """Downloaded in one click, it says what the explainer says."""
    button = page.get_by_role("button", name="Download the report")
    button.wait_for(timeout=180_000)
    with page.expect_download(timeout=60_000) as waiting:
        button.click()
    waiting.value.save_as(path)
    report = opened(path).page
    told = explainer.reading(selection, text).prediction
    expect(report.locator("h1")).to_contain_text(readable(told.label, told.labels))
    expect(report.get_by_text(how_sure(told))).to_be_visible()
    assert report.locator(".hl-strip").first.text_content() == "".join(
        [u.text for u in explainer.reading(selection, text).words if u.special] + [text]
    )
    found = explainer.contributions(selection, text, ContributionOptions(told.label))
    k = told.labels.index(told.label)
    expect(report.get_by_text(whole(found))).to_be_visible()
    tested = deleted(explainer.deletions(selection, text, ContributionOptions(told.label)), told.labels)
    expect(report.get_by_text(tested)).to_be_visible()
    values = by_unit(found.values, explainer.reading(selection, text).words)
    drawn = report.evaluate("Array.from(document.getElementById('figure-1')._fullData[0].y)")
    np.testing.assert_allclose(drawn, values, rtol=1e-6)
    lens = explainer.depth(selection, text)
    drawn = report.evaluate("Array.from(document.getElementById('figure-2')._fullData[0].y)")
    np.testing.assert_allclose(drawn, lens.probabilities[:, k], rtol=1e-6)
    rows = report.locator("#classes tbody tr")
    expect(rows).to_have_count(len(told.labels))
    assert [words(c) for c in rows.first.locator("td").all()] == [
        readable(told.top.label, told.labels),
        " ".join(percentage(told.top.probability).split()),
        three_digits(told.top.logit),
    ]
    adapter = next(
        a for a in Catalogue.read(settings().catalogue).get(selection.candidate).adapters if a.id == selection.adapter
    )
    weights = (Path(adapter.path) / "adapter_model.safetensors").read_bytes()
    expect(report.get_by_text(hashlib.sha256(weights).hexdigest())).to_be_visible()
    expect(report.get_by_text(selection.candidate, exact=True).first).to_be_visible()


def test_what_was_looked_at_before_is_in_it_in_both_themes(engine: Engine, opened: OpenFile, tmp_path: Path) -> None:
    explainer, selection = Explainer(engine, TaskRunner(1)), PAIRS[2]
    label = explainer.reading(selection, A).prediction.label
    bare = explainer.report(selection, A, label)
    assert (bare.curve, bare.masks, bare.flip, bare.two_texts) == (None, None, None, None)
    explainer.scale_curve(selection, A).result()
    explainer.ablation(selection, A).result()
    explainer.attributions(selection, A, AttributionOptions(label, steps=5)).result()
    explainer.minimal_flip(selection, A, 300).result()
    explainer.attention_mask(selection, A)
    explainer.attention(selection, A, "rollout")
    explainer.two_texts(selection, A, A + " now")
    explainer.two_texts(selection, A, A)
    full = explainer.report(selection, A, label)
    missing = [
        name
        for name in ("curve", "ablation", "masks", "rollout", "attributions", "flip", "two_texts")
        if getattr(full, name) is None
    ]
    assert not missing
    path = tmp_path / "full.html"
    path.write_text(document(full), encoding="utf-8")
    for scheme, ground in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(16, 19, 24)")):
        report = opened(path, scheme).page
        expect(report.locator(".hl-figure")).to_have_count(9)
        assert report.evaluate("getComputedStyle(document.body).backgroundColor") == ground
        for width in (1200, 390):
            report.set_viewport_size({"width": width, "height": 800})
            report.wait_for_function(f"document.documentElement.scrollWidth <= {width}")
    lens = explainer.report(selection, A, label).lens
    assert lens is not None


def test_a_hostile_text_runs_nothing_and_asks_for_nothing(engine: Engine, opened: OpenFile, tmp_path: Path) -> None:
    explainer, selection = Explainer(engine, TaskRunner(1)), PAIRS[0]
    found = explainer.report(selection, HOSTILE, explainer.reading(selection, HOSTILE).prediction.label)
    named = replace(found, label=found.label, no_lens=HOSTILE, lens=None)
    for i, report in enumerate((found, named)):
        path = tmp_path / f"{i}.html"
        path.write_text(document(report), encoding="utf-8")
        page = opened(path).page
        assert HOSTILE in (page.locator(".hl-strip").first.text_content() or "")
        expect(page).to_have_title(re.compile("^Headlight"))
        assert page.locator("main script, main img").count() == 0
