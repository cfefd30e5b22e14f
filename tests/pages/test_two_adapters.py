"""Two adapters need two pairs at once: said where they do not fit, loaded beside each other where they do."""

from __future__ import annotations

from core.results import Selection
from tests.fakes.services import FakeServices
from tests.pages.conftest import Open, words

FIRST, SECOND = Selection("demo", "intents"), Selection("demo", "domains")


def test_where_one_fits_it_says_so_and_loads_nothing(fake: FakeServices, open_app: Open) -> None:
    fake.engine.room = 1
    app = open_app("two_adapters", candidate="demo", adapter="intents")
    assert "needs 2 loaded at once, and HEADLIGHT_MAX_LOADED is 1" in words(app)
    loads = list(fake.engine.loads)
    app.run()
    assert fake.engine.loads == loads
    assert SECOND not in fake.engine.models


def test_neither_is_dropped_for_the_other(fake: FakeServices, open_app: Open) -> None:
    fake.engine.hold.clear()
    app = open_app("two_adapters", candidate="demo", adapter="intents")
    fake.engine.finish(FIRST)
    app.run()
    assert fake.engine.loads[-1] == (SECOND, (FIRST,))


def test_without_an_adapter_there_are_buttons_to_choose_one(fake: FakeServices, open_app: Open) -> None:
    app = open_app("two_adapters", candidate="demo", adapter="-")
    offered = [button for button in app.button if button.label.startswith("Use ")]
    assert len(offered) == 2
    offered[0].click().run()
    assert not app.exception
    assert app.query_params["adapter"] == "intents"
    assert not [button for button in app.button if button.label.startswith("Use ")]
