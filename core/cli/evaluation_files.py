"""What `evaluate` says besides its measures, as fields and as files; and measures that are to be reached."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from core.cli.output import say
from core.data.export import export
from core.data.tables import column_names, read_columns
from core.data.targets import read_targets
from core.engine.engine import Engine
from core.files.output_folder import appearing
from core.results import Evaluation, LabelledTexts, LoadedModel
from core.results.calibration_report import CalibrationOptions
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.to_json import to_json
from core.tasks.progress import ignore_progress

Record = dict[str, Any]


def floors(asked: Sequence[str]) -> dict[str, float]:
    """`accuracy=0.9`, each once, by the name of the measure."""
    found = {}
    for text in asked:
        measure, _, value = text.partition("=")
        try:
            found[measure.strip()] = float(value)
        except ValueError:
            raise typer.BadParameter(f"'{text}' is no MEASURE=X: give it as accuracy=0.9.") from None
    return found


def require(floors: Mapping[str, float], numbers: Mapping[str, Any]) -> None:
    """Exit with 1 where a measure is below its floor, and say which."""
    for measure in floors:
        if not isinstance(numbers.get(measure), float):
            known = ", ".join(key for key, value in numbers.items() if isinstance(value, float))
            raise typer.BadParameter(f"There is no measure '{measure}' here. There are: {known}.")
    below = [f"{m} is {numbers[m]:.4g}, below {floor:g}" for m, floor in floors.items() if numbers[m] < floor]
    if below:
        say(f"Failed: {'; '.join(below)}.")
        raise typer.Exit(1)


def report(
    engine: Engine,
    result: Evaluation,
    model: LoadedModel,
    rows: LabelledTexts,
    source: Path,
    options: CalibrationOptions,
    output: Path | None,
    numbers: Record,
) -> Record:
    """Every field of `core.evaluation.full_report`, of one class a text, also written into a new folder."""
    more: Record = {}
    evaluated: DatasetEvaluation | None = None
    if result.problem_type == "single_label_classification":
        from core.engine.text_tokens import text_tokens
        from core.evaluation.full_report import full_report

        labels = rows.labels or ()
        targets = read_targets(labels, model.labels, model.problem_type)
        cells = _other_columns(source, rows)
        with engine.using(model.selection) as (pair,):
            tokens = text_tokens(pair.predictor.encoder, rows.texts, ignore_progress)
        more, evaluated = full_report(result, model, targets, rows.texts, labels, cells, options, tokens)
    if output is not None:
        with appearing(output) as made:
            _write(made, {**numbers, **more}, rows, result, evaluated)
    return more


def _other_columns(source: Path, rows: LabelledTexts) -> dict[str, list[str]]:
    names = [name for name in column_names(source) if name not in rows.columns]
    table = read_columns(source, names, len(rows)) if names else {}
    return {name: ["" if cell is None else str(cell) for cell in table[name]] for name in names}


def _write(
    folder: Path, numbers: Record, rows: LabelledTexts, result: Evaluation, evaluated: DatasetEvaluation | None
) -> None:
    """report.json, a row a text, and a table of each list in the report."""
    text = json.dumps(to_json(numbers), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    export(folder / "rows.csv", _rows(rows, result, evaluated))
    for name in ("classes", "slices", "label_errors"):
        if numbers.get(name):
            export(folder / f"{name}.csv", [_flat(record) for record in numbers[name]])


def _rows(rows: LabelledTexts, result: Evaluation, evaluated: DatasetEvaluation | None) -> list[Record]:
    found = []
    for i, prediction in enumerate(result.predictions):
        record: Record = {"row": i + 1, "text": rows.texts[i], "label": rows.labels[i] if rows.labels else None}
        record["verdict"] = prediction.label if prediction.finite else None
        if evaluated is not None:
            numbers = {n: float(getattr(evaluated, n)[i]) for n in ("probability", "margin", "loss")}
            record |= {**numbers, "place_of_label": int(evaluated.rank[i]), "right": bool(evaluated.right[i])}
        found.append(record)
    return found


def _flat(record: Record) -> Record:
    """Pairs and mappings as text: a cell holds one value."""
    return {key: json.dumps(v) if isinstance(v, list | dict) else v for key, v in record.items()}
