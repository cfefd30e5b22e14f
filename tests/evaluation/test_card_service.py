"""The card beside the adapter takes the figures, and the app says them from then on."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from core.config.catalogue import write_candidate
from core.engine.engine import Engine
from core.errors import InputError
from core.evaluation.answers import Answers
from core.evaluation.card_service import CardService
from core.results import Selection
from core.settings import ROOT, Settings
from tests.evaluation.test_evaluation_card import RESULT


def test_the_card_of_an_adapter_states_the_figures(tmp_path: Path) -> None:
    adapter = tmp_path / "adapter"
    shutil.copytree(ROOT / "assets/models/demo-llama/adapters/banking77", adapter)
    engine = Engine(Settings(device="cpu", user_catalogue=tmp_path / "own", evaluations=tmp_path / "kept"))
    demo = engine.candidate("demo-llama")
    entry = demo.adapters[0].model_copy(update={"id": "mine", "path": str(adapter)})
    write_candidate(demo.model_copy(update={"id": "mine", "adapters": (entry,)}), tmp_path / "own")
    service, selection = CardService(Answers(engine)), Selection("mine", "mine")
    result = replace(RESULT, selection=selection)
    assert Path(service.state(result, held_out=True)) == adapter / "README.md"
    (candidate,) = [c for c in engine.candidates() if c.id == "mine"]
    stated = candidate.stated_with("mine")
    assert (stated[0].dataset, stated[0].rows) == ("a", 60)
    assert stated[1].dataset == "BANKING77"


def test_nothing_measured_is_refused(tmp_path: Path) -> None:
    service = CardService(Answers(Engine(Settings(device="cpu", evaluations=tmp_path))))
    with pytest.raises(InputError, match="there are no figures"):
        service.state(replace(RESULT, figures={}), held_out=True)
    with pytest.raises(InputError, match="has no id"):
        service.eval_results(RESULT, "  ")
