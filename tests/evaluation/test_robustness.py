"""Harmless changes on a dataset: verdicts are the engine's, intervals SciPy's, and no text is asked twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from core.engine.engine import Engine
from core.errors import InputError
from core.evaluation.answers import Answers
from core.evaluation.dataset_service import DatasetService
from core.evaluation.perturbations import EVERY, perturbed
from core.evaluation.robustness import check, robustness_report, tried
from core.explain.explainer import Explainer
from core.metrics.probabilities import softmax
from core.results import Selection
from core.results.dataset import DatasetRequest
from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation
from core.results.robustness import TYPOS, Perturbation, Replacement, RobustnessReport
from core.tasks.runner import TaskRunner
from tests.engine.conftest import let_go
from tests.evaluation.test_classes import evaluation

SELECTION = Selection("llama", "mean")


class Model:
    """Class 0 of a text with a capital or with "wire"; else its length decides. Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        first = [0 if text != text.lower() or "wire" in text else 1 + len(text) % 5 for text in texts]
        more = np.array([[len(text) % 7 / 20] * 5 + [0] for text in texts])
        return np.asarray(2 * np.eye(6)[first] + more, np.float32)


def made(texts: list[str], actual: list[int]) -> DatasetEvaluation:
    return evaluation(Model()(texts), np.array(actual, np.int32))


TEXTS = ["Where is it?", "where is it?", "Send a card", "where is it?", "Send", "send a wire", "12"]
ACTUAL = [0, 3, 1, NO_CLASS, 0, 0, 3]


def reported(replacement: Replacement | None = None, longest: int = 2000) -> tuple[Model, RobustnessReport]:
    result, model = made(TEXTS, ACTUAL), Model()
    return model, robustness_report(result, tried(result), TEXTS, longest, model, replacement)


def test_every_change_is_one_test_and_no_text_is_asked_twice_or_unchanged() -> None:
    model, report = reported()
    assert {test.perturbation for test in report.tests} == {*EVERY}
    assert len(model.asked) == len({*model.asked}) == report.asked
    assert report.looked_at == report.of == len(TEXTS)
    for test in report.tests:
        assert test.texts == tuple(
            text for i, t in enumerate(TEXTS) if (text := perturbed(t, test.perturbation, i)) is not None
        )
        assert not any(test.texts[i] == TEXTS[place] for i, place in enumerate(test.places))


def test_what_becomes_of_answers() -> None:
    """Lower case: of three texts with a capital all lose class 0, which two of them have as their label."""
    _, report = reported()
    lower = next(test for test in report.tests if test.perturbation == Perturbation.LOWER)
    assert lower.places.tolist() == [0, 2, 4]
    assert lower.texts == ("where is it?", "send a card", "send")
    assert (lower.changes, lower.rate) == (3, 1.0)
    assert (lower.right_to_wrong, lower.wrong_to_right, lower.wrong_to_wrong, lower.without_label) == (2, 0, 1, 0)
    upper = next(test for test in report.tests if test.perturbation == Perturbation.UPPER)
    assert (upper.changes, upper.without_label) == (2, 1)
    p = softmax(Model()(lower.texts).astype(np.float64))
    assert lower.kept == pytest.approx(p[:, 0], rel=1e-5)
    assert lower.probability == pytest.approx(p.max(axis=1), rel=1e-5)
    before = made(TEXTS, ACTUAL).probability[lower.places]
    assert lower.shift == pytest.approx(np.abs(p[:, 0] - before).mean(), rel=1e-5)
    assert lower.shifts(made(TEXTS, ACTUAL)) == pytest.approx(p[:, 0] - before, rel=1e-5)


def test_a_mended_answer_is_counted_as_one() -> None:
    model, report = reported(Replacement("card", "wire"))
    (test,) = report.tests
    assert model.asked == ["Send a wire"]
    assert (test.replacement, test.count, test.changes) == (Replacement("card", "wire"), 1, 0)
    result = made(["pay by card", "Card"], [0, 1])
    (test,) = robustness_report(result, tried(result), ["pay by card", "Card"], 99, Model(), test.replacement).tests
    assert (test.wrong_to_right, test.right_to_wrong, test.changes) == (1, 0, 1)


def test_intervals_are_those_of_scipy_and_the_highest_rate_is_first() -> None:
    chance = np.random.default_rng(0)
    texts = [" ".join(chance.choice(["Send", "card", "money", "is", "not", "here?"], 5)) for _ in range(60)]
    result = made(texts, chance.integers(0, 6, 60).tolist())
    report = robustness_report(result, tried(result), texts, 2000, Model())
    assert sum(test.count > 0 for test in report.tests) == len(EVERY) - 1  # nothing is to be written out
    for test in report.tests:
        if not test.count:
            continue
        interval = binomtest(test.changes, test.count).proportion_ci(method="wilson")
        assert (test.low, test.high) == pytest.approx((interval.low, interval.high))
        kinds = (test.right_to_wrong, test.wrong_to_right, test.wrong_to_wrong, test.without_label)
        assert sum(kinds) == test.changes
    many = [test.rate for test in report.tests if test.count >= report.few]
    assert many == sorted(many, reverse=True)
    typos = [test for test in report.tests if test.perturbation in TYPOS]
    assert {*report.flipped(*TYPOS).tolist()} == {p for t in typos for p in t.places[t.changed].tolist()}
    assert report.flipped().tolist() == []


def test_many_rows_are_drawn_and_those_without_a_verdict_are_none() -> None:
    z = np.zeros((50, 6))
    z[::5] = np.nan
    result = evaluation(z, np.zeros(50, np.int32))
    assert len(tried(result)) == 40
    drawn = tried(result, 7)
    assert len({*drawn.tolist()}) == 7
    assert not (drawn % 5 == 0).any()
    assert drawn.tolist() == sorted(drawn.tolist()) == tried(result, 7).tolist()
    report = robustness_report(result, drawn, ["A card"] * 7, 2000, Model())
    assert (report.of, report.looked_at) == (40, 7)


def test_nothing_to_change_asks_nothing() -> None:
    model, report = reported(Replacement("visa", "card"))
    assert (model.asked, report.tests[0].count) == ([], 0)
    assert (report.tests[0].low, report.tests[0].high) == (0, 1)
    assert np.isnan(report.tests[0].rate)
    _, short = reported(longest=12)
    thanks = next(test for test in short.tests if test.perturbation == Perturbation.THANKS)
    assert thanks.texts == () or all(len(text) <= 12 for text in thanks.texts)


@pytest.mark.parametrize("replacement", [Replacement(" ", "a"), Replacement("a", ""), Replacement("a", "a")])
def test_what_replaces_nothing(replacement: Replacement) -> None:
    with pytest.raises(InputError):
        check(replacement)
    with pytest.raises(InputError, match="200 signs"):
        check(Replacement("a" * 201, "b"))


@pytest.fixture
def service(explainer: Explainer, tmp_path: Path) -> DatasetService:
    settings = explainer.engine.settings.model_copy(update={"evaluations": tmp_path / "kept"})
    engine = Engine(settings)
    engine.load(SELECTION)
    return DatasetService(Answers(engine), TaskRunner(1))


def test_verdicts_on_changed_texts_are_those_of_the_engine(service: DatasetService) -> None:
    engine = service._engine
    labels = engine.load(SELECTION).labels
    rows = [f"Where is my card number {i}? I am waiting,{labels[i % len(labels)]}" for i in range(25)]
    summary = service.receive("a.csv", "\n".join(["text,label", ",blank", *rows, ""]).encode())
    result = service.evaluate(SELECTION, DatasetRequest(summary.id, "text", "label")).result()
    report = service.robustness(result).result()
    assert (report.looked_at, report.of) == (25, 25)
    assert sum(test.count for test in report.tests) >= 8 * 25
    for test in report.tests:
        if not test.count:
            continue
        predictions = engine.classify(SELECTION, test.texts)
        assert [labels[k] for k in test.predicted] == [p.label for p in predictions]
        assert test.probability == pytest.approx([p.top.probability for p in predictions], abs=1e-5)
        before = [labels[result.predicted[place]] for place in test.places]
        kept = [p.probabilities[labels.index(label)] for p, label in zip(predictions, before, strict=True)]
        assert test.kept == pytest.approx(kept, abs=1e-5)
        assert test.changed.tolist() == [p.label != label for p, label in zip(predictions, before, strict=True)]
    again = service.robustness(result)
    assert again.state() is not None  # a second look asks nothing
    own = service.robustness(result, Replacement("card", "pin")).result()
    assert [test.count for test in own.tests] == [25]
    with pytest.raises(InputError, match="by itself"):
        service.robustness(result, Replacement("card", "card"))
    let_go(engine)


def test_no_label_is_needed(service: DatasetService) -> None:
    summary = service.receive("b.csv", b"text\nWhere is my card?\nI am waiting here\n")
    result = service.evaluate(SELECTION, DatasetRequest(summary.id, "text", None)).result()
    report = service.robustness(result).result()
    assert sum(test.without_label for test in report.tests) == sum(test.changes for test in report.tests)
    let_go(service._engine)
