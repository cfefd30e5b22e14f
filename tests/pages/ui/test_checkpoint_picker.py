"""Which weights: one checkpoint or two, on offer or typed, and what is suggested to who has nothing to type."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.results import Availability, Selection
from pages.ui import checkpoint_picker
from tests.fakes.engine import FakeEngine
from tests.pages.conftest import words

TYPED = "typed"


class FakeFolders:
    """Where the weights of a selection are: a path made of its names."""

    def folder(self, selection: Selection, *, adapter: bool) -> str:
        return f"/{selection.candidate}/{selection.adapter}" if adapter else f"/{selection.candidate}"


def page_of_one() -> None:
    import streamlit as st

    from pages.ui import candidate_picker, checkpoint_picker

    candidate_picker.choose()
    checkpoint_picker.restore()
    st.text(f"path: {checkpoint_picker.pick_one()}")


def page_of_two() -> None:
    import streamlit as st

    from pages.ui import candidate_picker, checkpoint_picker

    candidate_picker.choose()
    st.text(f"paths: {checkpoint_picker.pick_two()}")


Run = Callable[[Callable[[], None]], AppTest]


@pytest.fixture
def run(fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a page; the fake engine's candidates are on offer, demo with its adapter intents is chosen."""
    monkeypatch.setattr(checkpoint_picker, "checkpoints", FakeFolders)
    return lambda page: AppTest.from_function(page, default_timeout=20).run()


def said(app: AppTest) -> str:
    assert not app.exception, app.exception
    return str(app.text[0].value)


def choose(app: AppTest, first: str | None = None, second: str | None = None) -> AppTest:
    for key, value in ((checkpoint_picker.FIRST, first), (checkpoint_picker.SECOND, second)):
        if value is not None:
            app.selectbox(key=key).set_value(value).run()
    return app


def test_one_begins_with_the_base_of_the_chosen_candidate(run: Run) -> None:
    assert said(run(page_of_one)) == "path: /demo"


def test_the_adapter_of_the_chosen_candidate(run: Run) -> None:
    app = run(page_of_one)
    app.segmented_control(key="weights.of").set_value("adapter").run()
    assert said(app) == "path: /demo/intents"


def test_a_typed_path_is_taken_without_the_spaces_around_it(run: Run) -> None:
    app = run(page_of_one)
    app.segmented_control(key="weights.of").set_value("other").run()
    assert said(app) == "path: None"
    assert "Type where the checkpoint is" in words(app)
    app.text_input(key="weights.path").set_value("  /models/mine ").run()
    assert said(app) == "path: /models/mine"


def test_a_source_that_there_is_not_becomes_the_base(fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_picker, "checkpoints", FakeFolders)
    app = AppTest.from_function(page_of_one, default_timeout=20)
    app.session_state["weights.of"] = "nothing"
    assert said(app.run()) == "path: /demo"


def test_two_begin_with_the_chosen_base_and_another_of_its_size(run: Run) -> None:
    app = run(page_of_two)
    assert said(app) == "paths: ('/demo', '/demo-two')"
    assert app.selectbox(key=checkpoint_picker.FIRST).options[0] == "Demo (chosen in the top bar)"


def test_only_what_is_on_this_machine_is_on_offer(run: Run) -> None:
    options = run(page_of_two).selectbox(key=checkpoint_picker.SECOND).options
    assert "Demo, adapter Intents" in options
    assert not {"Big", "Huge", "Gone"} & set(options)


def test_the_same_on_both_sides_is_mended(run: Run) -> None:
    app = choose(run(page_of_two), second="demo")
    assert said(app) == "paths: ('/demo', '/demo-two')"


def test_an_adapter_is_compared_with_an_adapter(run: Run) -> None:
    app = choose(run(page_of_two), first="demo:intents")
    assert said(app) == "paths: ('/demo/intents', '/demo/domains')"
    assert said(choose(app, first="demo-two")) == "paths: ('/demo-two', '/demo')"


def test_bases_of_the_same_size_come_before_others(run: Run, fake_engine: FakeEngine) -> None:
    fake_engine.offered = [dataclasses.replace(c, layers=8) if c.id == "demo-two" else c for c in fake_engine.offered]
    assert said(run(page_of_two)) == "paths: ('/demo', '/own')"


def test_a_side_that_is_typed_waits_for_its_path_and_suggests_pairs(run: Run) -> None:
    app = choose(run(page_of_two), second=TYPED)
    assert said(app) == "paths: None"
    assert "Type where the other checkpoint is" in words(app)
    assert [button.label for button in app.button] == [
        r"Compare demo with demo\-two",
        "Compare two adapters of demo",
    ]
    app.text_input(key=checkpoint_picker.PATHS[checkpoint_picker.SECOND]).set_value(" /models/other").run()
    assert said(app) == "paths: ('/demo', '/models/other')"


def test_a_suggested_pair_is_chosen_by_a_click(run: Run) -> None:
    app = choose(run(page_of_two), second=TYPED)
    app.button[1].click().run()
    assert said(app) == "paths: ('/demo/intents', '/demo/domains')"


def test_with_nothing_else_here_the_other_is_typed(run: Run, fake_engine: FakeEngine) -> None:
    fake_engine.offered = [dataclasses.replace(c, adapters=()) for c in fake_engine.offered if c.id == "demo"]
    app = run(page_of_two)
    assert app.selectbox(key=checkpoint_picker.SECOND).value == TYPED
    assert not app.button
    assert [c.availability for c in fake_engine.offered] == [Availability.READY]
