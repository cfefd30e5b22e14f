"""Every page of the site map, in each state that a person may meet it in, on services that hold no model."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.results import TaskStatus
from core.settings import ROOT
from pages.ui import services
from pages.ui.site_map import PAGES, SITE_MAP
from pages.views import attention_capture
from tests.fakes.datasets import SAMPLE
from tests.fakes.services import FakeServices
from tests.pages.conftest import words

Visit = Callable[..., AppTest]

#: The folded parts of each page, by their names in the URL.
PARTS = {
    "evaluation": "figures,labels,preview,report",
    "classes": "how",
    "label_errors": "how",
    "text_map": "how",
    "slices": "data,how",
    "robustness": "how",
    "two_models": "classes,confusions,how,soft",
    "training_rows": "how,mixing,outside,overlap,shift",
    "calibration": "decline,how,outside,sets,sure",
    "next_steps": "how",
    "overview": "how",
    "contributions": "how,positions",
    "attributions": "faithful,methods",
    "two_texts": "classes,flip",
    "adapter_effect": "parts,scale",
    "depth": "how,layers",
    "pooling": "clamped,parts,poolers",
    "attention": "how",
    "attention_mask": "added,classes,how,states",
    "weights": "how,table",
    "spectra": "how,table",
    "adapter_update": "how,merge,table",
    "two_adapters": "how,table",
    "head_geometry": "how,pairs",
    "checkpoint_diff": "how,table",
    "architecture": "costs,modules,torchinfo,trained",
    "dry_run": "health,how,tensors",
}
NAMES = [page.name for page in PAGES]
ASKING = [page.name for section in SITE_MAP if section.title == "Explain" for page in section.pages]
#: Headings that are not the title in the navigation.
HEADINGS = {"overview": "Why this answer?"}
#: An adapter; gem and classes with markup; several labels; values; one value without an adapter.
CANDIDATES = ("demo", "own", "several", "values", "value")
#: Pages of a candidate without an adapter or without classes that say so.
REFUSING = {"value": ("adapter_effect", "adapter_update", "head_geometry"), "values": ("head_geometry",)}
#: And those about one class a text.
ONE_CLASS = (
    "classes",
    "label_errors",
    "text_map",
    "training_rows",
    "slices",
    "robustness",
    "two_models",
    "calibration",
    "next_steps",
)
REFUSING = {name: (*REFUSING.get(name, ()), *ONE_CLASS) for name in ("several", "values", "value")}
#: What the URL of a page about a dataset asks for.
BROUGHT = {"data": SAMPLE}
BESIDE = {**BROUGHT, "train": SAMPLE}
#: Pages with long work, and what their URL asks for so that it begins.
LONG = {
    "evaluation": BROUGHT,
    "classes": BROUGHT,
    "label_errors": BROUGHT,
    "text_map": BROUGHT,
    "slices": BROUGHT,
    "robustness": BROUGHT,
    "two_models": BROUGHT,
    "training_rows": BESIDE,
    "calibration": BROUGHT,
    "next_steps": BROUGHT,
    "overview": {"open": "how"},
    "adapter_effect": {"open": "scale,parts"},
    "attributions": {},
    "two_texts": {},
    "weights": {},
    "spectra": {},
    "checkpoint_diff": {},
    "adapter_update": {"by": "reads"},
    "dry_run": {},
}
SCRIPT, IMAGE, PICTURE = (
    "<script>alert(1)</script>",
    '<img src="x" onerror=alert(1)>',
    "![p](http://evil.example/y.png)",
)
HOSTILE = f"{SCRIPT} {IMAGE} {PICTURE} **b**"


@pytest.fixture(scope="module")
def shared() -> Iterator[FakeServices]:
    """The services of all visits; what is loaded stays."""
    made = FakeServices()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "InProcessServices", lambda: made)
        st.cache_resource.clear()
        yield made
        st.cache_resource.clear()


@pytest.fixture(scope="module")
def visitors(shared: FakeServices) -> dict[str, AppTest]:
    """One person a candidate, who goes from page to page."""
    return {}


@pytest.fixture
def visit(shared: FakeServices, visitors: dict[str, AppTest]) -> Iterator[Visit]:
    """Go to a page with what its URL asks for; long work is as if nobody had asked for it."""

    def visited(page: str, candidate: str = "demo", **query: str) -> AppTest:
        if candidate not in visitors:
            visitors[candidate] = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
            visitors[candidate].query_params["candidate"] = candidate
            visitors[candidate].run()
        app = visitors[candidate]
        app.query_params.clear()  # as a browser does
        app.switch_page(f"pages/{page}.py").run()
        if query:
            for key, value in query.items():
                app.query_params[key] = value
            app.run()
        assert not app.exception, app.exception
        return app

    shared.tasks.known.clear()
    shared.tasks.becomes = TaskStatus.DONE
    yield visited
    shared.engine.hold.set()
    for selection, state in list(shared.engine.states.items()):
        if not state.finished:
            shared.engine.finish(selection)


def body(app: AppTest) -> str:
    """What was drawn as HTML, without the style."""
    return re.sub(r"<style>.*?</style>", "", words(app), flags=re.DOTALL)


def heading(app: AppTest) -> str:
    """The one heading of the page."""
    (found,) = re.findall(r"<h1>(.*?)</h1>", body(app))
    return html.unescape(re.sub(r"<[^>]+>", "", found))


def buttons(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception, app.exception


def refused(app: AppTest) -> bool:
    """Whether the page says that something is wrong; the list of candidates always has a bad file."""
    return "hl-bad" in body(app).replace("hl-bad", "", "bad.yaml" in body(app))


def is_harmless(app: AppTest) -> bool:
    """Whether nothing of a person or a model is read as HTML, in the page or a figure, or as Markdown, in a label."""
    figures = [figure.proto.spec for figure in app.get("plotly_chart")]
    labelled = (app.selectbox, app.button, app.toggle, app.text_area, app.text_input, app.number_input, app.expander)
    labels = [widget.label for kind in labelled for widget in kind]
    read_as_html = [text for text in (body(app), *figures) if "<script" in text or "<img" in text or "<b>![" in text]
    read_as_markdown = [
        text for text in (*labels, *(m.value for m in app.markdown)) if re.search(r"(?<!\\)(!\\?\[|<\w|\*\*b)", text)
    ]
    assert (read_as_html, read_as_markdown) == ([], [])
    return True


@pytest.mark.parametrize("page", NAMES)
@pytest.mark.parametrize("candidate", CANDIDATES)
def test_it_is_drawn(visit: Visit, candidate: str, page: str) -> None:
    """Nothing raises, the title stands on top, and there is something to see; numbers that do not exist are not."""
    app = visit(page, candidate)
    assert heading(app) == HEADINGS.get(page, next(p.title for p in PAGES if p.name == page))
    assert refused(app) == (page in REFUSING.get(candidate, ()))
    drawn = body(app)
    assert (
        app.get("plotly_chart")
        or app.dataframe
        or app.radio
        or refused(app)
        or "hl-lead" in drawn
        or "hl-signed" in drawn
        or "hl-note" in drawn
        or "hl-answer" in drawn
    )
    assert not re.search(r"\bnan\b", re.sub(r"<[^>]+>", " ", drawn))
    assert is_harmless(app)


@pytest.mark.parametrize("page", PARTS)
@pytest.mark.parametrize("candidate", CANDIDATES)
def test_its_folded_parts_are_drawn_when_a_link_opens_them(visit: Visit, candidate: str, page: str) -> None:
    """Nothing raises, each has something in it, and what is open stays in the URL."""
    query = {
        "two_texts": {"text": "play some jazz", "other": "play some rock"},
        "evaluation": BROUGHT,
        "classes": BROUGHT,
        "label_errors": BROUGHT,
        "text_map": BROUGHT,
        "slices": BROUGHT,
        "robustness": BROUGHT,
        "two_models": BROUGHT,
        "training_rows": BESIDE,
        "calibration": BROUGHT,
        "next_steps": BROUGHT,
    }
    asked = query.get(page, {})
    shut = visit(page, candidate, **asked)
    refusing = refused(shut)
    app = visit(page, candidate, open=PARTS[page], **asked)
    assert refused(app) == refusing
    assert is_harmless(app)
    if not shut.expander:
        assert refusing or page == "two_adapters", "one with a single adapter has nothing to compare"
        return
    assert all(part.children for part in app.expander)
    stays = app.query_params["open"]
    assert (stays if isinstance(stays, str) else stays[0]) == PARTS[page]


def test_folded_parts_are_known() -> None:
    """Those of a page that a stranger adds are drawn here too."""
    said = {name: (ROOT / f"pages/{name}.py").read_text(encoding="utf-8") for name in NAMES}
    folding = {name for name, text in said.items() if "details.part(" in text or "details.how(" in text}
    assert folding == PARTS.keys()
    for name in folding:
        assert said[name].count("details.part(") + said[name].count("details.how(") == len(PARTS[name].split(",")), name


@pytest.mark.parametrize("page", NAMES)
def test_before_anything_is_loaded(shared: FakeServices, visit: Visit, page: str) -> None:
    """Pages that ask the candidate show how far it is; those of files and of the catalogue do not wait for it."""
    for selection in list(shared.engine.models):
        shared.engine.unload(selection)
    shared.engine.hold.clear()
    app = visit(page)
    assert heading(app)
    waits = page in [p.name for p in PAGES if p.answers] + [
        "evaluation",
        "classes",
        "label_errors",
        "text_map",
        "slices",
        "robustness",
        "two_models",
        "training_rows",
        "calibration",
        "next_steps",
        "adapter_update",
        "two_adapters",
        "head_geometry",
        "dry_run",
    ]
    assert ('role="progressbar"' in body(app)) == waits
    assert not refused(app)


LONG_WORK = ("task_progress", "minimal_flip", "evaluated.evaluated(")


def test_pages_with_long_work_are_known() -> None:
    said = {name: (ROOT / f"pages/{name}.py").read_text(encoding="utf-8") for name in NAMES}
    assert {name for name, text in said.items() if any(word in text for word in LONG_WORK)} == LONG.keys()


@pytest.mark.parametrize("page", LONG)
def test_while_work_runs_it_can_be_stopped_and_begun_again(shared: FakeServices, visit: Visit, page: str) -> None:
    shared.tasks.becomes = TaskStatus.RUNNING
    app = visit(page, **LONG[page])
    assert 'role="progressbar" aria-valuenow="25"' in body(app)
    assert "step 1 of 4" in body(app)
    press(app, "Cancel")
    assert "stopped at 25\u00a0%" in body(app)
    shared.tasks.becomes = TaskStatus.DONE
    while "Start again" in buttons(app):
        press(app, "Start again")
    while "Cancel" in buttons(app):  # a page may have two
        press(app, "Cancel")
        press(app, "Start again")
    assert "progressbar" not in body(app)
    assert not refused(app)


@pytest.mark.parametrize("page", LONG)
def test_work_that_failed_says_why_and_can_be_begun_again(shared: FakeServices, visit: Visit, page: str) -> None:
    shared.tasks.becomes = TaskStatus.FAILED
    app = visit(page, **LONG[page])
    assert "The &lt;b&gt;work&lt;/b&gt; failed." in body(app)
    assert "Try another text." in body(app)
    shared.tasks.becomes = TaskStatus.DONE
    while "Start again" in buttons(app):
        press(app, "Start again")
    assert not refused(app)


def test_harmless_changes_wait_for_a_click(shared: FakeServices, visit: Visit) -> None:
    """Each text is asked several times: nothing begins by itself, and what came out is there once it did."""
    app = visit("robustness", data=SAMPLE, replace="card", by=f"{IMAGE} {PICTURE}")
    assert not app.dataframe
    shared.tasks.becomes = TaskStatus.RUNNING
    press(app, "Try 11 changes on 12 texts")
    assert 'role="progressbar" aria-valuenow="25"' in body(app)
    shared.tasks.becomes = TaskStatus.DONE
    press(app, "Cancel")
    press(app, "Start again")
    assert "hl-lead" in body(app)
    assert len(app.dataframe) == 2
    assert "of 10 texts" in body(app)
    assert is_harmless(app)
    app = visit("robustness", data=SAMPLE, replace="card", by="card")
    assert "would be replaced by itself" in body(app)


def test_attention_that_takes_much_waits_for_a_click(
    shared: FakeServices, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attention_capture, "LIGHT", 0)
    shared.tasks.becomes = TaskStatus.RUNNING
    app = visit("attention")
    (label,) = [label for label in buttons(app) if label.startswith("Capture")]
    press(app, label)
    assert 'role="progressbar"' in body(app)
    for task in shared.tasks.known.values():
        task.put(TaskStatus.DONE)
    shared.tasks.becomes = TaskStatus.DONE
    app.run()
    assert app.get("plotly_chart")


@pytest.mark.parametrize("page", [*ASKING, "dry_run"])
def test_what_a_person_types_is_text(visit: Visit, page: str) -> None:
    """Neither HTML nor Markdown, in what is drawn, in figures, in the labels of widgets."""
    query = {"texts": HOSTILE} if page == "dry_run" else {"text": HOSTILE}
    app = visit(page, "own", **query, **({"other": f"{IMAGE} {PICTURE}"} if page == "two_texts" else {}))
    assert is_harmless(app)
    shown = html.unescape(body(app)) + " ".join(str(area.value) for area in app.text_area)
    assert "alert(1)" in shown
