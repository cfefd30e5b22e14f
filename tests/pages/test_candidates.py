"""The page Candidates: the list, the details, loading, adding and removing."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import NotFoundError
from core.results import CandidateSummary, Requirements, Selection
from tests.fakes.services import FakeServices
from tests.pages.conftest import Open, model_box, words


def plain(app: AppTest) -> str:
    """What was drawn, without tags."""
    drawn = re.sub(r"<style>.*?</style>", "", words(app), flags=re.DOTALL)
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", drawn).split()))


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_the_list_opens_at_the_chosen_candidate(open_app: Open) -> None:
    app = open_app("candidates", candidate="huge")
    assert app.segmented_control(key="candidates.group").value == "teacher"
    assert app.radio(key="candidates.list").value == "huge"
    assert "90.0 billion" in plain(app)


def test_a_click_in_the_list_moves_the_picker_and_the_url(open_app: Open) -> None:
    app = open_app("candidates")
    app.radio(key="candidates.list").set_value("demo-two").run()
    assert model_box(app, "candidate").value == "demo-two"
    assert app.query_params["candidate"] in ("demo-two", ["demo-two"])
    assert "Demo-Two" in plain(app)


def test_looking_at_another_group_chooses_nothing(open_app: Open) -> None:
    app = open_app("candidates")
    app.segmented_control(key="candidates.group").set_value("candidate").run()
    assert app.radio(key="candidates.list").value is None
    assert model_box(app, "candidate").value == "demo"
    app.radio(key="candidates.list").set_value("big").run()
    assert model_box(app, "candidate").value == "big"


def test_nothing_is_loaded_by_looking(open_app: Open, fake: FakeServices) -> None:
    app = open_app("candidates", candidate="demo-two")
    assert Selection("demo-two", "intents") in fake.engine.models  # Classify, where the visit began, answers at once
    app.radio(key="candidates.list").set_value("demo").run()
    assert Selection("demo", "intents") not in fake.engine.models
    assert "Load (4.31 MiB in float32)" in labels(app)


def test_needs_are_told_by_dtype(open_app: Open) -> None:
    shown = plain(open_app("candidates", candidate="big"))
    assert "float32 33.5 GiB" in shown
    assert "bfloat16 (used) 16.8 GiB" in shown
    assert "it fits in the 32.0 GiB free on cpu" in shown
    assert "gated: needs an accepted licence" in shown
    assert "The weights are not on this machine." in shown


def test_the_model_card_is_linked_safely(open_app: Open) -> None:
    drawn = words(open_app("candidates", candidate="big"))
    assert '<a href="https://example.org/big" target="_blank" rel="noopener noreferrer">' in drawn


def test_load_and_unload(open_app: Open, fake: FakeServices) -> None:
    app = open_app("candidates")
    assert "passed" in plain(app)
    assert "No pooler named: <b>mean</b> is assumed. Name it in the YAML." in plain(app)
    app.button(key="unload").click().run()
    assert not fake.engine.models
    assert "Not in memory" in plain(app)
    app.button(key="load").click().run()
    assert Selection("demo", "intents") in fake.engine.models
    assert "In memory 4.31 MiB" in plain(app)


def test_what_the_hub_holds_the_rest_of_can_be_loaded(
    open_app: Open, fake: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its needs are not known before its files are here, and only a load brings them."""

    def unknown(*_selection: object) -> Requirements:
        raise NotFoundError("What 'big' needs is not known before its files are here.", fix="load it.")

    monkeypatch.setattr(fake.engine, "requirements", unknown)
    app = open_app("candidates", candidate="big")
    assert "The weights are not on this machine." in plain(app)
    app.button(key="load").click().run()
    assert Selection("big") in fake.engine.states


def test_before_the_click_size_licence_and_gate_are_told(open_app: Open) -> None:
    app = open_app("candidates", candidate="big")
    assert "Download and load (16.8 GiB)" in labels(app)
    assert "In memory it takes 16.8 GiB in bfloat16." in plain(app)
    assert "https://example.org/big" in [link.proto.url for link in app.get("link_button")]


def test_what_does_not_fit_is_said_with_the_reason(open_app: Open) -> None:
    app = open_app("candidates", candidate="misfit")
    assert "its adapter does not fit" in " ".join(app.radio(key="candidates.list").proto.captions)
    shown = plain(app)
    assert "Other does not fit" in shown
    assert "Adapter 'other' does not fit the base 'misfit'. Choose a '<gemma2>' candidate." in shown
    assert "Download and load" not in " ".join(labels(app))
    model_box(app, "adapter").set_value("-").run()
    assert "Load (4.31 MiB in float32)" in labels(app)


def test_where_files_are_is_shown_to_those_who_typed_it(open_app: Open) -> None:
    assert "/models/" not in plain(open_app("candidates"))
    app = own(open_app)
    add(app, "/models/mine")
    assert "/models/mine" in plain(app)


def test_one_pair_has_one_unload_button_and_is_called_by_its_name(open_app: Open) -> None:
    app = open_app("candidates")
    assert labels(app).count("Unload") == 1
    assert "Demo · Intents 4.31 MiB" in plain(app)


def test_what_others_use_goes_only_after_a_question(open_app: Open, fake: FakeServices) -> None:
    fake.visitors.selections["another session"] = Selection("demo", "intents")
    app = open_app("candidates")
    app.button(key="unload").click().run()
    assert Selection("demo", "intents") in fake.engine.models
    assert "One other visitor uses it now, and it would go for them too." in plain(app)
    app.button(key="unload.no").click().run()
    assert "it would go for them too" not in plain(app)
    app.button(key="unload").click().run()
    app.button(key="unload.yes").click().run()
    assert not fake.engine.models


def test_what_others_use_of_ones_own_is_removed_only_after_a_question(open_app: Open, fake: FakeServices) -> None:
    fake.visitors.selections |= {"a": Selection("several", "one"), "b": Selection("several")}
    app = own(open_app)
    assert "Shared by all who use this server" in plain(app)
    app.radio(key="candidates.list").set_value("several").run()
    app.button(key="remove").click().run()
    assert "2 other visitors use it now" in plain(app)
    assert "several" in [c.id for c in fake.engine.offered]
    app.button(key="remove.yes").click().run()
    assert "several" not in [c.id for c in fake.engine.offered]


def test_what_is_in_memory_can_be_unloaded_from_anywhere(open_app: Open, fake: FakeServices) -> None:
    app = open_app("candidates")
    app.radio(key="candidates.list").set_value("demo-two").run()
    app.button(key="unload-0").click().run()
    assert not fake.engine.models


def own(open_app: Open) -> AppTest:
    app = open_app("candidates")
    app.segmented_control(key="candidates.group").set_value("own").run()
    return app


def add(app: AppTest, source: str, adapter: str = "", title: str = "") -> None:
    app.text_input(key="add.source").set_value(source)
    app.text_input(key="add.adapter").set_value(adapter)
    app.text_input(key="add.title").set_value(title)
    next(b for b in app.button if b.label == "Add").click()
    app.run()
    assert not app.exception, app.exception


def test_a_folder_of_ones_own_is_added_and_chosen(open_app: Open) -> None:
    app = own(open_app)
    add(app, "/models/mine", adapter="/models/mine/adapter", title="Mine ![](http://evil.example/x.png)")
    assert model_box(app, "candidate").value == "mine"
    assert model_box(app, "adapter").value == "added"
    assert app.radio(key="candidates.list").value == "mine"
    assert app.text_input(key="add.source").value == ""


def test_what_cannot_be_added_is_told_and_nothing_else_changes(open_app: Open) -> None:
    app = own(open_app)
    add(app, "/nowhere/<b>")
    assert "There is no folder '/nowhere/<b>'." in plain(app)
    assert "Check the path." in plain(app)
    assert app.text_input(key="add.source").value == "/nowhere/<b>"
    assert model_box(app, "candidate").value == "demo"


def test_ones_own_can_be_removed(open_app: Open, fake: FakeServices) -> None:
    app = own(open_app)
    app.radio(key="candidates.list").set_value("several").run()
    app.button(key="remove").click().run()
    assert "several" not in [c.id for c in fake.engine.offered]
    assert model_box(app, "candidate").value == "demo"


def test_only_ones_own_can_be_removed(open_app: Open) -> None:
    assert "Remove from the list" not in labels(open_app("candidates"))


def test_a_missing_folder_and_a_bad_catalogue_file_are_told(open_app: Open) -> None:
    shown = plain(open_app("candidates", candidate="gone"))
    assert "There is no folder '…/gone'." in shown
    assert "bad.yaml: BaseModelConfig has no field 'num_label'. Did you mean 'num_labels'?" in shown


def test_names_are_never_read_as_markdown(open_app: Open) -> None:
    app = own(open_app)
    name = next(o for o in app.radio(key="candidates.list").options if o.startswith("Own"))
    assert name == r"Own \<b\>\!\[x\]\(http\:\/\/evil\.example\/x\.png\)"


def test_a_candidate_in_fewer_bits_is_added_with_its_adapters_and_chosen(open_app: Open, fake: FakeServices) -> None:
    app = open_app("candidates")
    app.button(key="unload").click().run()
    app.selectbox(key="add.bits").set_value("nf4-double")
    next(b for b in app.button if b.label == "Add it so").click()
    app.run()
    assert not app.exception, app.exception
    assert model_box(app, "candidate").value == "demo-nf4-double"
    assert model_box(app, "adapter").value == "intents"


def test_ones_own_can_be_held_in_fewer_bits(
    open_app: Open, fake: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = fake.engine.add_candidate

    def added(source: str, **options: Any) -> CandidateSummary:
        asked.append(options["quantisation"])
        return real(source, **options)

    monkeypatch.setattr(fake.engine, "add_candidate", added)
    app = own(open_app)
    app.selectbox(key="add.quantised").set_value("int8")
    add(app, "/models/mine")
    assert asked == ["int8"]
