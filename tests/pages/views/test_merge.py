"""Merging from the page of an adapter's update: asked, shown, refused, escaped, asked again."""

from __future__ import annotations

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from core.results import Selection, TaskStatus
from tests.fakes.services import FakeServices
from tests.pages.conftest import Open, words

DEMO = Selection("demo", "intents")


def unfolded(open_app: Open) -> AppTest:
    """The page of the update, with its form opened as by a link."""
    app = open_app("adapter_update", candidate="demo", adapter="intents")
    app.query_params["open"] = "merge"
    return app.run()


def ask(app: AppTest, output: str) -> None:
    app.text_input(key="merge.output").set_value(output)
    next(b for b in app.button if b.label == "Merge").click()
    app.run()
    assert not app.exception, app.exception


def test_what_was_written_is_said_with_what_it_takes(fake: FakeServices, open_app: Open) -> None:
    app = unfolded(open_app)
    assert "Merged" not in words(app)
    assert not app.checkbox
    ask(app, "/models/<b>merged")
    said = words(app)
    assert "Merging takes 3.0 GiB of memory (16.0 GiB free)" in said
    assert "into 4 weights of" in said
    assert "/models/&lt;b&gt;merged" in said
    app.run()
    assert "into 4 weights of" in words(app), "looked at again, it is not merged again"


def test_a_full_folder_and_none_are_refused(open_app: Open) -> None:
    app = unfolded(open_app)
    for output in ("/models/full", ""):
        ask(app, output)
        assert "holds &lt;files&gt; already" in words(app)


def test_progress_and_the_same_folder_once_more(fake: FakeServices, open_app: Open) -> None:
    app = unfolded(open_app)
    fake.tasks.becomes = TaskStatus.RUNNING
    ask(app, "/models/out")
    assert "Merging" in words(app)
    fake.tasks.becomes = TaskStatus.DONE
    for task in fake.tasks.known.values():
        task.put(TaskStatus.DONE)
    ask(app, "/models/out")
    assert "into 4 weights of" in words(app)


def test_a_quantised_base_can_be_read_out_first(fake: FakeServices, open_app: Open) -> None:
    app = unfolded(open_app)
    fake.engine.models[DEMO] = replace(fake.engine.models[DEMO], quantisation="nf4")
    app.run()
    app.checkbox(key="merge.dequantise").check()
    ask(app, "/models/out")
    assert "whose codes (nf4) were read out first" in words(app)
