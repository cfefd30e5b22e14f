"""Sets of labels: rows, labels and figures against scikit-learn's; from a file to the result, as the command says."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    f1_score,
    hamming_loss,
    label_ranking_average_precision_score,
    precision_recall_fscore_support,
)

from core.errors import InputError
from core.evaluation import label_set_evaluation
from core.evaluation.run import evaluate
from core.metrics.loss import mean_loss
from core.results import LabelledTexts
from core.results.dataset import DatasetRequest
from tests.engine.conftest import let_go
from tests.evaluation.of_other_problems import service_of, sets_result


@hypothesis_settings(deadline=None, max_examples=15)
@given(st.integers(2, 40), st.integers(2, 5), st.integers(0, 2**32 - 1))
def test_figures_are_scikit_learns(count: int, labels: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    logits, actual = 3 * chance.normal(size=(count, labels)), chance.random((count, labels)) < 0.4
    said, result = logits >= 0, sets_result(logits, actual)
    value = {name: figure.value for name, figure in result.figures.items()}
    assert value["accuracy"] == pytest.approx(accuracy_score(actual, said))
    assert value["hamming_loss"] == pytest.approx(hamming_loss(actual, said))
    assert value["micro_f1"] == pytest.approx(f1_score(actual, said, average="micro", zero_division=0))
    assert value["ranking_precision"] == pytest.approx(label_ranking_average_precision_score(actual, logits))
    assert value["log_loss"] == pytest.approx(mean_loss("multi_label_classification", logits, actual), rel=1e-5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = precision_recall_fscore_support(actual, said, average=None, zero_division=0)
    each = zip(*theirs, actual.T, logits.T, result.labels, strict=True)
    for precision, recall, f1, support, mine, scores, found in each:
        assert (found.precision or 0, found.recall or 0, found.f1 or 0) == pytest.approx((precision, recall, f1))
        assert (found.support, found.missed + found.hits) == (support, support)
        if support:
            assert found.average_precision == pytest.approx(average_precision_score(mine, scores), abs=1e-6)
        else:
            assert found.average_precision is None
    for name in ("accuracy", "hamming_loss", "micro_f1", "macro_f1", "ranking_precision", "log_loss"):
        found = result.figures[name]
        assert found.low is not None
        assert found.high is not None
        assert found.low - 1e-9 <= found.high
    assert result.right.sum() == (said == actual).all(axis=1).sum()
    assert result.commonest[1] == max(np.unique(actual, axis=0, return_counts=True)[1])


def test_an_interval_covers_what_is_true() -> None:
    """Of 60 samples of 150 texts about 57 intervals hold the micro-F1 of very many; fewer than 51 is unlikely."""
    chance = np.random.default_rng(5)

    def sample(count: int) -> tuple[np.ndarray, np.ndarray]:
        actual = chance.random((count, 4)) < [0.5, 0.3, 0.2, 0.1]
        return actual, actual ^ (chance.random((count, 4)) < 0.15)

    truth = f1_score(*sample(200_000), average="micro")
    found = [label_set_evaluation.f1_figures(*sample(150))["micro_f1"] for _ in range(60)]
    assert sum((f.low or 0) <= truth <= (f.high or 0) for f in found) >= 51


def test_rows_that_are_not_measured_or_have_no_verdict() -> None:
    logits = np.array([[2.0, -1], [np.nan, np.nan], [-3, 3], [1, np.inf], [1, 1]])
    actual = np.array([[1, 0], [0, 0], [0, 0], [1, 1], [0, 0]], bool)
    result = sets_result(logits, actual, np.array([True, True, True, True, False]))
    assert result.measured == 4
    assert result.right.tolist() == [True, False, False, True, False], "nothing said is no empty set"
    assert result.wrong.tolist() == [False, True, True, False, False]
    assert np.isnan(result.loss).tolist() == [False, True, False, True, True]
    assert result.figures["hamming_loss"].value == pytest.approx((0 + 1 + 0.5 + 0) / 4)
    assert result.figures["accuracy"].value == 0.5
    nothing = sets_result(logits, actual, np.zeros(5, bool))
    assert (nothing.measured, nothing.figures, nothing.labels, nothing.commonest) == (0, {}, (), ((), 0))


def test_all_sets_may_be_empty() -> None:
    result = sets_result(np.full((3, 2), -1.0), np.zeros((3, 2), bool))
    assert result.figures["accuracy"].value == 1
    assert result.figures["macro_f1"].value == 0
    assert [(f.precision, f.recall, f.f1, f.average_precision) for f in result.labels] == [(None,) * 4] * 2


def test_from_a_file_to_the_figures_of_the_command(tmp_path: Path) -> None:
    """Sets as JSON or joined, one that is empty, one with a label that the model lacks, one in other spelling."""
    service, selection, labels = service_of("multi_label_classification", tmp_path)
    sets = [labels[: i % 3] for i in range(12)]
    cells = ["|".join(names) if i % 2 else json.dumps(names) for i, names in enumerate(sets)]
    texts = [f"Where is my card number {i}?" for i in range(12)]
    rows = [{"text": text, "labels": cell} for text, cell in zip(texts, cells, strict=True)]
    rows += [{"text": "Will it rain?", "labels": f"{labels[0]}|weather"}, {"text": " ", "labels": ""}]
    content = "\n".join(map(json.dumps, rows)).encode()
    summary = service.receive("a.jsonl", content)
    request = DatasetRequest(summary.id, "text", "labels")
    matches = {m.written: (m.count, m.class_name) for m in service.labels(selection, request)}
    assert matches == {"a": (9, "a"), "b": (4, "b"), "weather": (1, None)}
    result = service.evaluate_label_sets(selection, request).result()
    assert (len(result.rows), result.not_answered, result.measured) == (13, 1, 12)
    assert result.actual[:12].tolist() == [[name in names for name in labels] for names in sets]
    command = evaluate(service._engine, selection, LabelledTexts(tuple(texts), tuple(cells), ("text",), "a.jsonl"))
    assert result.figures["accuracy"].value == pytest.approx(command.accuracy)
    assert result.figures["macro_f1"].value == pytest.approx(command.macro_f1)
    said = [p.label for p in command.predictions]
    given_ = [
        ", ".join(name for name, has in zip(labels, row, strict=True) if has) or "none" for row in result.predicted
    ]
    assert given_[:12] == said
    assert service.answered(selection, request) == (13, 13)
    given_a_label = replace(request, given=(("weather", labels[1]),))
    assert service.evaluate_label_sets(selection, given_a_label).result().measured == 13
    bare = service.evaluate_label_sets(selection, replace(request, label_column=None)).result()
    assert (bare.measured, bare.figures) == (0, {})
    for other in (service.evaluate, service.evaluate_values):
        with pytest.raises(InputError):
            other(selection, request).result()
    let_go(service._engine)
