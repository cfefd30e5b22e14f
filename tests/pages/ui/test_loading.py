"""Loading from a page: what begins by itself, what is asked first, what fails, and pairs that are needed at once."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.results import LoadStage, LoadState, Selection
from tests.fakes.engine import FakeEngine
from tests.pages.conftest import words

DEMO, OTHER = Selection("demo", "intents"), Selection("demo", "domains")


def page(candidate: str, adapter: str | None = None, ask: bool = False) -> None:
    import streamlit as st

    from core.results import Selection
    from pages.ui import loading
    from pages.ui.services import engine

    summary = next(c for c in engine().candidates() if c.id == candidate)
    model = loading.ready(Selection(candidate, adapter), summary, ask=ask)
    st.text(f"{model.selection if model else None}")


def pair() -> None:
    import streamlit as st

    from core.results import Selection
    from pages.ui import loading
    from pages.ui.services import engine

    summary = next(c for c in engine().candidates() if c.id == "demo")
    st.text(f"{loading.all_ready((Selection('demo', 'intents'), Selection('demo', 'domains')), summary)}")


def run(candidate: str, adapter: str | None = None, *, ask: bool = False) -> AppTest:
    return AppTest.from_function(page, default_timeout=20, args=(candidate, adapter, ask)).run()


def said(app: AppTest) -> str:
    assert not app.exception, app.exception
    return str(app.text[0].value)


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_what_is_loaded_is_returned(fake_engine: FakeEngine) -> None:
    fake_engine.finish(DEMO)
    assert said(run("demo", "intents")) == "demo + intents"
    assert fake_engine.loads == []


def test_what_is_small_and_here_loads_by_itself(fake_engine: FakeEngine) -> None:
    fake_engine.hold.clear()
    app = run("demo", "intents")
    assert said(app) == "None"
    assert fake_engine.loads == [(DEMO, ())]


def test_asking_first_loads_nothing_before_a_click(fake_engine: FakeEngine) -> None:
    app = run("demo", "intents", ask=True)
    assert labels(app) == ["Load (4.31 MiB in float32)"]
    assert fake_engine.loads == []
    app.button[0].click().run()
    assert said(app).startswith("demo + intents")


@pytest.mark.parametrize("candidate", ["big", "huge"])
def test_what_is_large_or_not_here_waits_for_a_click(fake_engine: FakeEngine, candidate: str) -> None:
    app = run(candidate)
    assert fake_engine.loads == []
    assert len(labels(app)) == 1
    assert labels(app)[0].startswith("Download and load (")


def test_what_does_not_fit_is_said_with_both_sizes(fake_engine: FakeEngine) -> None:
    assert "It needs 168 GiB, and 32.0 GiB is free on cpu." in words(run("huge"))


def test_missing_files_are_said_and_cannot_be_loaded(fake_engine: FakeEngine) -> None:
    app = run("gone")
    assert "There is no folder &#x27;…/gone&#x27;." in words(app)
    assert labels(app) == []


def test_what_files_say_will_not_fit_is_said_without_a_load(fake_engine: FakeEngine) -> None:
    app = run("misfit", "other")
    assert "Adapter &#x27;other&#x27; does not fit the base &#x27;misfit&#x27;." in words(app)
    assert labels(app) == []
    assert fake_engine.loads == []


def test_a_download_shows_how_far_it_is_and_can_be_stopped(fake_engine: FakeEngine) -> None:
    big = Selection("big")
    fake_engine.states[big] = LoadState(big, LoadStage.DOWNLOAD, 0.4, "4.00 GiB of 10.0 GiB")
    app = run("big")
    assert "4.00 GiB of 10.0 GiB" in words(app)
    app.button(key="load.cancel").click().run()
    assert fake_engine.states[big].error == "The download of 'big' was stopped."


def test_a_failed_load_is_said_and_can_be_tried_again(fake_engine: FakeEngine) -> None:
    app = run("broken")
    app.run()
    assert "&#x27;broken&#x27; cannot be &lt;read&gt;." in words(app)
    assert labels(app) == ["Try again"]
    app.button[0].click().run()
    assert [selection for selection, _ in fake_engine.loads] == [Selection("broken")] * 2


def test_what_was_loaded_and_has_gone_is_loaded_again(fake_engine: FakeEngine) -> None:
    fake_engine.states[DEMO] = LoadState(DEMO, LoadStage.READY, 1.0)
    run("demo", "intents")
    assert fake_engine.loads == [(DEMO, ())]


def test_two_that_do_not_fit_together_are_refused_before_a_load(fake_engine: FakeEngine) -> None:
    fake_engine.room = 1
    app = AppTest.from_function(pair, default_timeout=20).run()
    assert said(app) == "False"
    assert "needs 2 loaded at once" in words(app)
    assert fake_engine.loads == []


def test_neither_of_two_is_dropped_for_the_other(fake_engine: FakeEngine) -> None:
    fake_engine.finish(DEMO)
    app = AppTest.from_function(pair, default_timeout=20).run()
    assert (OTHER, (DEMO,)) in fake_engine.loads
    app.run()
    assert said(app) == "True"
