"""What fakes answer adds up as real answers do, and is the same in every process."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import AppError
from core.results import AttributionOptions, LabelledTexts, Selection, TaskStatus
from core.tasks.progress import CancelledError
from tests.fakes.services import FakeServices
from tests.fakes.task import PROBLEM

PAIRS = (
    Selection("demo", "intents"),
    Selection("own", "one"),
    Selection("several", "one"),
    Selection("values", "one"),
    Selection("value"),
)
TEXT = "where is my <b>card</b> now"


@pytest.mark.parametrize("selection", PAIRS, ids=str)
def test_parts_sum_to_the_whole(selection: Selection) -> None:
    explainer = FakeServices().explainer
    prediction = explainer.reading(selection, TEXT).prediction
    position_parts = explainer.position_parts(selection, TEXT)
    assert position_parts.logits.tolist() == list(prediction.logits)
    assert np.abs(position_parts.gaps).max() < 1e-12
    assert explainer.depth(selection, TEXT).logits[-1] == pytest.approx(prediction.logits)
    verdicts = explainer.poolers(selection, TEXT)
    assert all(v.pooling.weights.sum() == pytest.approx(1) for v in verdicts)
    assert [v.label for v in verdicts if v.trained] == [prediction.label]
    assert explainer.attention(selection, TEXT, "rollout").matrix.sum(axis=1) == pytest.approx(1)
    assert explainer.attention(selection, TEXT, 1).maps.sum(axis=-1) == pytest.approx(1)
    options = AttributionOptions(prediction.labels[0])
    exact = explainer.attributions(selection, TEXT, options).result().methods[0]
    assert exact.total == pytest.approx(exact.owed)
    if prediction.problem_type == "single_label_classification":
        assert sum(prediction.probabilities) == pytest.approx(1)
    if selection.adapter:
        assert explainer.at_scale(selection, TEXT, 1).label == prediction.label
        assert explainer.scale_curve(selection, TEXT).result().at(1).logits == pytest.approx(prediction.logits)


def test_answers_are_the_same_for_the_same_words() -> None:
    one, two = (FakeServices().engine.classify(PAIRS[0], [TEXT])[0] for _ in range(2))
    assert one == two
    assert one.label == "class_03"
    assert FakeServices().engine.classify(PAIRS[0], ["another"])[0].logits != one.logits


def test_two_handles_of_the_same_work_are_one_task() -> None:
    services = FakeServices()
    first, second = (services.checkpoints.statistics("/models/a") for _ in range(2))
    assert first is second
    assert first.state() is None
    services.tasks.becomes = TaskStatus.RUNNING
    first.start()
    first.cancel()
    state = second.state()
    assert state is not None
    assert state.status is TaskStatus.CANCELLED
    services.tasks.becomes = TaskStatus.FAILED
    with pytest.raises(AppError, match=PROBLEM.problem):
        first.result()
    services.tasks.becomes = TaskStatus.CANCELLED
    with pytest.raises(CancelledError):
        first.result()


def test_an_evaluation_is_measured() -> None:
    services = FakeServices()
    right = services.engine.classify(PAIRS[0], [TEXT])[0].label
    rows = LabelledTexts((TEXT, TEXT), (right, "class_00"), ("text", "label"), "rows.csv")
    assert services.evaluations.evaluate(PAIRS[0], rows).result().accuracy == 0.5
    assert [p.label for p in services.evaluations.classify(PAIRS[0], rows.texts).result()] == [right, right]


def test_a_dry_run_of_the_broken_one_fails() -> None:
    dry_runs = FakeServices().dry_runs
    assert dry_runs.run(PAIRS[0]).result().passed
    assert not dry_runs.run(PAIRS[1]).result().passed
