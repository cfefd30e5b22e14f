"""The row of a section, and the place of a page, tell what the loaded pair cannot."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.results import Capability, Problem, Selection
from core.settings import ROOT
from pages.ui import markup
from pages.ui.page_entry import PageEntry
from pages.ui.site_map import PAGES, SITE_MAP
from tests.fakes.services import FakeServices
from tests.pages.conftest import Open, words

EXPLAIN = next(section for section in SITE_MAP if section.title == "Explain")
PAIR = Selection("demo", "intents")
WHY = Problem("This *one* cannot <b>do</b> it.", "choose another.", kind="CheckpointError")
#: Pages that have a row of links and ask the loaded pair.
ASKING = [p for section in SITE_MAP if len(section.pages) > 1 for p in section.pages if p.needs is not None]


def links(app: AppTest) -> dict[str, tuple[bool, str]]:
    """Of each link in the row: whether it leads nowhere, and its tooltip."""
    return {link.proto.label: (link.proto.disabled, link.proto.help) for link in app.get("page_link")}


@pytest.mark.parametrize("page", ASKING, ids=lambda page: page.name)
def test_a_page_that_does_not_fit_says_why_before_anything_runs(
    fake: FakeServices, open_app: Open, page: PageEntry
) -> None:
    fake.engine.start_load(PAIR)
    assert page.needs is not None
    fake.explainer.problems[page.needs] = WHY
    app = open_app(page.name, candidate="demo", adapter="intents")
    before = list(fake.engine.asked)
    app.run()
    assert "This *one* cannot &lt;b&gt;do&lt;/b&gt; it." in words(app)
    assert "Choose another." in words(app)
    assert fake.engine.asked == before
    disabled, reason = links(app)[page.title]
    assert disabled
    assert reason == r"This \*one\* cannot \<b\>do\<\/b\> it\."


def test_the_others_of_the_row_are_offered(fake: FakeServices, open_app: Open) -> None:
    fake.engine.start_load(PAIR)
    fake.explainer.problems = {Capability.DEPTH: WHY, Capability.ATTENTION: WHY}
    app = open_app("depth", candidate="demo", adapter="intents")
    section = [page.title for page in EXPLAIN.pages]
    assert list(links(app)) == section
    assert [title for title, (disabled, _) in links(app).items() if disabled] == ["Depth", "Attention"]
    assert {title: about for title, (disabled, about) in links(app).items() if not disabled} == {
        page.title: markup.plain(page.question) for page in EXPLAIN.pages if page.title not in ("Depth", "Attention")
    }


def test_while_nothing_is_loaded_all_are_offered_and_nobody_is_asked(fake: FakeServices, open_app: Open) -> None:
    fake.engine.hold.clear()
    fake.explainer.problems = dict.fromkeys(Capability, WHY)
    app = open_app("depth", candidate="demo", adapter="intents")
    assert not any(disabled for disabled, _ in links(app).values())
    assert fake.explainer.asked == []
    assert 'hl-bad"' not in words(app)


def test_pages_that_ask_no_loaded_pair_need_nothing() -> None:
    assert {page.name for page in PAGES if page.needs is None} == {
        *("candidates", "weights", "spectra", "checkpoint_diff", "architecture"),
    }


def test_every_capability_that_a_pair_may_lack_has_its_page_or_its_section() -> None:
    named = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "pages").rglob("*.py"))
    assert not [capability for capability in Capability if f"Capability.{capability.name}" not in named]
