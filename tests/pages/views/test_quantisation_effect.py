"""What quantisation did to a text, below its verdict: on request, for a quantised base alone."""

from __future__ import annotations

from dataclasses import replace

from core.results import Selection, TaskStatus
from tests.fakes.services import FakeServices
from tests.pages.conftest import Open, words

DEMO = Selection("demo", "intents")
LABEL = "Compare with the whole weights"


def test_only_a_quantised_base_is_compared_and_only_when_asked(fake: FakeServices, open_app: Open) -> None:
    app = open_app()
    assert LABEL not in [b.label for b in app.button]
    fake.engine.models[DEMO] = replace(fake.engine.models[DEMO], quantisation="nf4")
    app.run()
    assert "largest difference of a logit" not in words(app)
    app.button(key="quantisation.compare").click().run()
    assert "largest difference of a logit" in words(app)
    app.button(key="example-1").click().run()
    assert "largest difference of a logit" not in words(app), "asked for another text"


def test_a_refusal_is_shown(fake: FakeServices, open_app: Open) -> None:
    app = open_app()
    fake.engine.models[DEMO] = replace(fake.engine.models[DEMO], quantisation="nf4")
    fake.tasks.becomes = TaskStatus.FAILED
    app.run()
    app.button(key="quantisation.compare").click().run()
    assert "The &lt;b&gt;work&lt;/b&gt; failed." in words(app)
