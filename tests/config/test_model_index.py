"""Results in a card's front matter, against the Hub's own reader of it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from huggingface_hub.repocard_data import EvalResult, eval_results_to_model_index, model_index_to_eval_results
from hypothesis import given
from hypothesis import strategies as st

from core.config.model_index import METRICS, ModelIndex, model_index
from core.results.stated_results import StatedResult

RESULT = StatedResult("BANKING77", "test", 3080, "2026-11-24", {"accuracy": 0.9156, "macro_f1": 0.9154})

shares = st.floats(0, 1).map(lambda value: round(value, 4))


def read(index: Any) -> tuple[StatedResult, ...]:
    return ModelIndex.model_validate({"model-index": index}).stated


@given(
    st.builds(
        StatedResult,
        dataset=st.text("abcXYZ 019", min_size=1),
        split=st.sampled_from(["", "test", "validation"]),
        rows=st.none() | st.integers(1, 10**9),
        date=st.sampled_from(["", "2026-11-24"]),
        measures=st.dictionaries(st.sampled_from(sorted(METRICS)), shares, min_size=1),
    )
)
def test_what_is_written_is_read_again(result: StatedResult) -> None:
    assert read(model_index("mine", [result])) == (result,)


def test_the_hub_reads_what_is_written() -> None:
    name, results = model_index_to_eval_results(model_index("mine", [RESULT]))
    assert name == "mine"
    assert [(r.metric_type, r.metric_name, r.metric_value) for r in results] == [
        ("accuracy", "Accuracy", 0.9156),
        ("f1", "Macro-F1", 0.9154),
    ]
    assert {(r.dataset_name, r.dataset_split, (r.dataset_args or {}).get("rows"), r.task_type) for r in results} == {
        ("BANKING77", "test", 3080, "text-classification")
    }


def of_the_hub(kind: str, value: Any, name: str | None = None, task: str = "text-classification", **more: Any) -> Any:
    return eval_results_to_model_index(
        "theirs",
        [
            EvalResult(
                task_type=task,
                dataset_type="imdb",
                dataset_name="IMDb",
                metric_type=kind,
                metric_value=value,
                metric_name=name,
                **more,
            )
        ],
    )


@pytest.mark.parametrize(
    ("kind", "value", "name", "measures"),
    [
        ("accuracy", 0.93, None, {"accuracy": 0.93}),
        ("accuracy", 93.0, "Accuracy", {"accuracy": 0.93}),
        ("f1", 0.5, "F1", {"f1": 0.5}),
        ("f1", 0.5, "F1 Macro", {"macro_f1": 0.5}),
        ("ece", 0.04, None, {"calibration_error": 0.04}),
        ("mse", 12.5, None, {"mean_squared_error": 12.5}),
    ],
)
def test_cards_of_others_are_read(kind: str, value: float, name: str | None, measures: dict[str, float]) -> None:
    (result,) = read(of_the_hub(kind, value, name, dataset_split="test"))
    assert (result.dataset, result.split, result.rows, result.date) == ("IMDb", "test", None, "")
    assert result.measures == measures


def test_an_average_that_is_stated_is_known() -> None:
    (result,) = read(of_the_hub("f1", 0.5, metric_args={"average": "macro"}))
    assert result.measures == {"macro_f1": 0.5}


@pytest.mark.parametrize("value", ["20.0 ± 1.2", None, True, math.nan, math.inf, [1]])
def test_what_is_no_number_is_not_stated(value: Any) -> None:
    assert read(of_the_hub("accuracy", value)) == ()


def test_other_tasks_and_unknown_metrics_are_not_stated() -> None:
    assert read(of_the_hub("accuracy", 0.9, task="automatic-speech-recognition")) == ()
    assert read(of_the_hub("bleu", 0.9)) == ()


def test_the_test_rows_come_first() -> None:
    other = StatedResult("BANKING77", "validation", measures={"accuracy": 0.99})
    assert read(model_index("mine", [other, RESULT])) == (RESULT, other)
