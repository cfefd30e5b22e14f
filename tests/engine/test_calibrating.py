"""Probabilities of a loaded pair that its folder calibrates: at once, everywhere, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from core.config.calibration import CALIBRATION_FILE, CalibrationCard
from core.engine.engine import Engine
from core.explain.explainer import Explainer
from core.results import Selection
from core.tasks.runner import TaskRunner
from tests.config.test_calibration import FIELDS
from tests.engine.conftest import let_go
from tests.explain.conftest import of_another_problem

SELECTION = Selection("tiny", "one")
TEXT = "Where is my new card?"


@pytest.fixture
def folder(catalogue: Path) -> Iterator[Path]:
    """The adapter's, as it was before and after each test."""
    found = catalogue / "adapters" / "one"
    yield found
    (found / CALIBRATION_FILE).unlink(missing_ok=True)


def write(folder: Path, **changes: object) -> CalibrationCard:
    card = CalibrationCard.parse({**FIELDS, **changes})
    (folder / CALIBRATION_FILE).write_text(card.to_json())
    return card


def test_probabilities_are_those_of_the_divided_logits_on_every_way(engine: Engine, folder: Path) -> None:
    before = engine.classify(SELECTION, [TEXT])[0]
    explainer = Explainer(engine, TaskRunner(1))
    before_depth = explainer.depth(SELECTION, TEXT)
    card = write(folder, temperature=2.5, set_threshold=1.0)
    engine.recalibrate(SELECTION)
    after = engine.classify(SELECTION, [TEXT])[0]
    assert after.logits == before.logits
    assert after.label == before.label
    expected = (torch.tensor(before.logits) / 2.5).softmax(0)
    torch.testing.assert_close(torch.tensor(after.probabilities), expected)
    assert after.calibration == card.calibration
    assert (after.thresholds.sure, after.thresholds.two) == (card.sure, card.two)
    assert [row.label for row in after.prediction_set or ()] == [row.label for row in after.ranked]
    depth = explainer.depth(SELECTION, TEXT)
    assert depth.logits[-1] == pytest.approx(before_depth.logits[-1])
    assert depth.probabilities[-1] == pytest.approx(after.probabilities, abs=1e-5)


def test_one_that_is_not_in_use_changes_nothing(engine: Engine, folder: Path) -> None:
    before = engine.classify(SELECTION, [TEXT])[0]
    write(folder, in_use=False, temperature=3.0)
    engine.recalibrate(SELECTION)
    after = engine.classify(SELECTION, [TEXT])[0]
    assert after.probabilities == before.probabilities
    assert (after.calibration, after.prediction_set) == (None, None)


def test_a_load_finds_it_and_a_pair_that_is_not_loaded_has_nothing_to_change(engine: Engine, folder: Path) -> None:
    made = Engine(engine.settings)
    write(folder)
    made.recalibrate(SELECTION)
    assert made.loaded() == []
    calibration = made.load(SELECTION).calibration
    assert calibration is not None
    assert calibration.temperature == FIELDS["temperature"]
    let_go(made)


def test_work_that_is_under_way_ends_with_what_it_began_with(engine: Engine, folder: Path) -> None:
    with engine.using(SELECTION) as (pair,):
        write(folder, temperature=4.0)
        engine.recalibrate(SELECTION)
        assert pair.predictor.predict([TEXT])[0].calibration is None
        now = engine.pair(SELECTION)
        assert now is not pair
        assert now.predictor.model is pair.predictor.model
    assert len([model for model in engine.loaded() if model.selection == SELECTION]) == 1


@pytest.mark.parametrize("problem", ["multi_label_classification", "regression"])
def test_other_answers_keep_their_probabilities(problem: str, tmp_path: Path) -> None:
    explainer, selection, _ = of_another_problem(problem, tmp_path / "model")
    engine = explainer.engine
    candidate = engine.candidate(selection.candidate)
    write(Path(candidate.base_model.pretrained_model_name_or_path))
    engine.recalibrate(selection)
    assert engine.load(selection).calibration is None
    let_go(engine)
