"""Values: rows and figures against scikit-learn's and scipy's, and from a file to the result, as the command says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score, root_mean_squared_error

from core.errors import InputError
from core.evaluation.run import evaluate
from core.evaluation.value_evaluation import figures
from core.results import LabelledTexts
from core.results.dataset import DatasetRequest
from tests.engine.conftest import let_go
from tests.evaluation.of_other_problems import service_of, values_result


@hypothesis_settings(deadline=None, max_examples=15)
@given(st.integers(3, 40), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_figures_are_those_of_others(count: int, outputs: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    y = chance.normal(size=(count, outputs))
    x = y + chance.normal(size=(count, outputs))
    value = {name: figure.value for name, figure in figures(x, y).items()}
    assert value["mean_squared_error"] == pytest.approx(mean_squared_error(y, x))
    assert value["mean_absolute_error"] == pytest.approx(mean_absolute_error(y, x))
    assert value["r2"] == pytest.approx(r2_score(y, x))
    assert value["root_mean_squared_error"] == pytest.approx(root_mean_squared_error(y.ravel(), x.ravel()))
    assert value["worst"] == pytest.approx(np.percentile(np.abs(x - y).mean(axis=1), 95, method="inverted_cdf"))
    for name, theirs in (("pearson", stats.pearsonr), ("spearman", stats.spearmanr)):
        each = [theirs(x[:, k], y[:, k])[0] for k in range(outputs)]
        assert value[name] == pytest.approx(np.mean(each), abs=1e-9)


def test_intervals_are_around_the_figures_and_narrower_with_more_rows() -> None:
    chance = np.random.default_rng(3)
    y = chance.normal(size=(800, 1))
    x = y + 0.5 * chance.normal(size=(800, 1))
    many, few = figures(x, y), figures(x[:50], y[:50])
    for name in ("mean_squared_error", "mean_absolute_error", "root_mean_squared_error", "r2", "pearson", "spearman"):
        for found in (many[name], few[name]):
            assert (found.low or 0) < found.value < (found.high or 0)
        assert (many[name].high or 0) - (many[name].low or 0) < (few[name].high or 0) - (few[name].low or 0)
    assert (many["root_mean_squared_error"].low or 0) ** 2 == pytest.approx(many["mean_squared_error"].low)


def test_values_that_are_alike_and_very_few() -> None:
    constant = figures(np.arange(4.0)[:, None], np.ones((4, 1)))
    assert not {"r2", "pearson", "spearman"} & constant.keys()
    one_of_two = figures(np.arange(8.0).reshape(4, 2), np.stack([np.ones(4), np.arange(4.0)], axis=1))
    assert one_of_two["pearson"].value == pytest.approx(1)
    two = figures(np.array([[1.0], [2.0]]), np.array([[1.5], [2.5]]))
    assert (two["r2"].low, two["r2"].high) == (None, None), "a resample may hold one of them twice"
    assert figures(np.zeros((0, 1)), np.zeros((0, 1))) == {}


def test_rows_without_a_value_of_either_kind() -> None:
    given_, actual = np.array([[1.0], [np.inf], [3.0], [4.0]]), np.array([[1.5], [2.0], [np.nan], [1.0]])
    result = values_result(given_, actual)
    assert (result.measured, result.not_answered, result.outputs) == (2, 0, ())
    assert result.off.tolist() == pytest.approx([0.5, np.nan, np.nan, 3.0], nan_ok=True)
    assert (result.labelled.tolist(), result.stated.tolist()) == ([True, True, False, True], [True, False, True, True])


def test_from_a_file_to_the_figures_of_the_command(tmp_path: Path) -> None:
    service, selection, _ = service_of("regression", tmp_path)
    texts, values = [f"Where is my card number {i}?" for i in range(12)], [f"{i / 5}" for i in range(12)]
    rows = [f"{text},{value}" for text, value in zip(texts, values, strict=True)]
    content = "\n".join(["text,stars", *rows, "Will it rain?,much", "Or snow?,", " ,3", ""]).encode()
    summary = service.receive("a.csv", content)
    request = DatasetRequest(summary.id, "text", "stars")
    result = service.evaluate_values(selection, request).result()
    assert (len(result.rows), result.not_answered, result.measured, result.unread) == (14, 1, 12, (1, "much"))
    command = evaluate(service._engine, selection, LabelledTexts(tuple(texts), tuple(values), ("text",), "a.csv"))
    for name in ("mean_squared_error", "mean_absolute_error", "r2"):
        assert result.figures[name].value == pytest.approx(getattr(command, name), rel=1e-4)
    assert service.answered(selection, request) == (14, 14)
    bare = service.evaluate_values(selection, replace(request, label_column=None)).result()
    assert (bare.measured, bare.figures) == (0, {})
    with pytest.raises(InputError, match="No row of the column 'text' holds a number"):
        service.evaluate_values(selection, replace(request, label_column="text")).result()
    for other in (service.evaluate, service.evaluate_label_sets):
        with pytest.raises(InputError):
            other(selection, request).result()
    let_go(service._engine)
