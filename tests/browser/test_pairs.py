"""Why this answer? For every demo pair, a person turns from page to page, and each says what the explainer says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from core.engine.engine import Engine
from core.explain.explainer import Explainer
from core.results import Selection
from tests.browser.conftest import OpenFile, OpenPage, Server
from tests.browser.reading import SOME_PAIRS, A, address, turn_to
from tests.browser.test_adapter_effect import adapter_holds, mask_holds
from tests.browser.test_attention import attention_holds
from tests.browser.test_attributions import attributions_hold
from tests.browser.test_overview import contributions_hold, depth_holds, overview_holds, pooling_holds
from tests.browser.test_report import the_report_holds
from tests.browser.test_two_texts import an_edit_holds, the_minimal_flip_holds

Holds = Callable[[Page, Explainer, Selection, str], None]
#: Pages in the order of the walk, and what must hold on each.
WALK: tuple[tuple[str, Holds], ...] = (
    ("Pooling", pooling_holds),
    ("Contributions", contributions_hold),
    ("Depth", depth_holds),
    ("Adapter effect", adapter_holds),
    ("Mask", mask_holds),
    ("Attention", attention_holds),
    ("Attributions", attributions_hold),
)


@pytest.mark.parametrize("selection", SOME_PAIRS, ids=str)
def test_every_page_says_what_the_explainer_says(
    server: Server,
    open_page: OpenPage,
    explainer: Explainer,
    engine: Engine,
    opened: OpenFile,
    tmp_path: Path,
    selection: Selection,
) -> None:
    page = open_page(address(server, "why", selection, A))
    page.locator(".hl-verdict").wait_for(timeout=90_000)  # a fresh server loads first
    overview_holds(page, explainer, selection, A)
    the_report_holds(page, explainer, selection, A, opened, tmp_path / "report.html")
    for name, holds in WALK:
        holds(turn_to(page, name), explainer, selection, A)
    the_minimal_flip_holds(turn_to(page, "Two texts"), explainer, engine, selection, A)
    an_edit_holds(page, explainer, selection, A)
