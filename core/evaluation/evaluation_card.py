"""What an evaluation states to others: results for a model card, and a file in the Hub's form."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath

from core.results.dataset_evaluation import DatasetEvaluation
from core.results.stated_results import StatedResult

#: Measures that a card states.
STATED = ("accuracy", "macro_f1", "calibration_error")


def stated_result(result: DatasetEvaluation, day: date, *, held_out: bool) -> StatedResult:
    """Of the labelled rows. Of rows that the model did not learn from the split is called test."""
    return StatedResult(
        dataset=PurePath(result.dataset.name).stem,
        split="test" if held_out else "",
        rows=result.measured,
        date=day.isoformat(),
        measures={name: result.figures[name].value for name in STATED if name in result.figures},
    )


def eval_results(result: DatasetEvaluation, dataset_id: str, day: date) -> str:
    """A file for `.eval_results/` of a model's repository, one entry a measure. `dataset_id` is the data set's id.

    Form: https://huggingface.co/docs/hub/eval-results, written by huggingface_hub.
    """
    import yaml
    from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml

    entries = [
        EvalResultEntry(
            dataset_id=dataset_id,
            task_id=name,
            value=round(result.figures[name].value, 4),
            date=day.isoformat(),
            notes=f"{result.measured} rows",
        )
        for name in STATED
        if name in result.figures
    ]
    return str(yaml.safe_dump(eval_result_entries_to_yaml(entries), sort_keys=False))
