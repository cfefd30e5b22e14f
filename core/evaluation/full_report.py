"""Everything that the pages about a dataset say of one evaluation, as plain data for a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.engine.text_tokens import TextTokens
from core.errors import InputError
from core.evaluation.calibration import calibration_report, require_promises
from core.evaluation.classes import class_report
from core.evaluation.data_checks import data_checks
from core.evaluation.label_errors import label_error_report
from core.evaluation.measuring import measured
from core.evaluation.slices import slice_report
from core.results import Evaluation, LoadedModel
from core.results.calibration_report import MARGINAL, CalibrationOptions, CalibrationReport
from core.results.data_checks import DataChecks, RowPair
from core.results.dataset import DatasetRequest, DatasetSummary
from core.results.dataset_evaluation import DatasetEvaluation
from core.tasks.progress import ignore_progress
from core.words.slices import name

Record = dict[str, Any]


def full_report(
    evaluation: Evaluation,
    model: LoadedModel,
    target: NDArray[np.int32],
    texts: Sequence[str],
    labels: Sequence[str],
    cells: Mapping[str, Sequence[str]],
    options: CalibrationOptions,
    tokens: TextTokens,
) -> tuple[Record, DatasetEvaluation]:
    """Figures of one class a text by name, and the rows that they are of; rows are counted from 1.

    `intervals` (95 %), `balanced_accuracy`, `weighted_f1`, `top_3`, `log_loss`, `brier`, `classes`, `temperature`,
    `calibration`, `conformal`, `slices`, `label_errors`, `duplicates`, `tokens`. What too few rows do not allow is
    None.

    Args:
        evaluation: N answered texts.
        model: whose classes and calibration they are.
        target: (N,) class numbers.
        texts: (N,).
        labels: (N,) as written.
        cells: (N,) cells of each other column, for slices.
        options: what sets and sure verdicts promise.
        tokens: what the model's tokenizer makes of the texts.
    """
    predictions = evaluation.predictions
    logits = np.array([p.logits for p in predictions], np.float64)
    summary = DatasetSummary("", "", len(texts), ("text", "label", *cells), "", (), "text", "label")
    request, sure = DatasetRequest("", "text", "label"), predictions[0].thresholds.sure
    rows = np.arange(len(texts))
    result = measured(
        model.selection, model, summary, request, rows, logits, target.astype(np.int32), sure, model.calibration
    )
    calibration = _calibration(logits, result, options)
    figures = result.figures
    return {
        "intervals": {key: [found.low, found.high] for key, found in figures.items() if found.low is not None},
        **{key: figures[key].value for key in ("balanced_accuracy", "weighted_f1", "top_3", "log_loss", "brier")},
        "classes": _classes(result, logits),
        "temperature": calibration.temperature_of_all if calibration else None,
        "calibration": _ways(calibration),
        "conformal": _conformal(calibration),
        "slices": _slices(result, texts, cells, tokens),
        "label_errors": _label_errors(result, logits, texts),
        **_about_the_data(data_checks(result, texts, labels, tokens)),
    }, result


def _calibration(
    logits: NDArray[Any], result: DatasetEvaluation, options: CalibrationOptions
) -> CalibrationReport | None:
    require_promises(options)
    try:
        return calibration_report(logits, result.actual, result.classes, options, logits[:0])
    except InputError:  # too few rows: the fields say so with null
        return None


def _classes(result: DatasetEvaluation, logits: NDArray[Any]) -> list[Record]:
    found = []
    for figures in class_report(result, logits).classes:
        record = {**asdict(figures), "recall_interval": [figures.low, figures.high]}
        taken = figures.taken_for
        record["taken_for"] = None if taken is None else {"class": result.classes[taken[0]], "rows": taken[1]}
        found.append({key: value for key, value in record.items() if key not in ("low", "high")})
    return found


def _ways(report: CalibrationReport | None) -> Record | None:
    """By each way to state probabilities, on the half of the rows that nothing was fitted on."""
    if report is None:
        return None
    ways = {}
    for key, way in report.ways.items():
        stated = {"mean_probability": way.confidence, "equal_width": way.equal_width, "equal_mass": way.equal_mass}
        losses = {n: None if f is None else f.value for n, f in (("log_loss", way.log_loss), ("brier", way.brier))}
        ways[key] = {**stated, "classwise": way.classwise, **losses}
    return {"fitted_rows": report.fitted, "held_out_rows": report.held, "ways": ways}


def _conformal(report: CalibrationReport | None) -> Record | None:
    """Sets over all texts, and besides by every method."""
    if report is None:
        return None
    methods = {}
    for key, found in report.sets.items():
        interval = [found.coverage.low, found.coverage.high]
        shares = {"mean_size": found.size, "of_one_class": found.single, "empty": found.empty}
        methods[key] = {"coverage": found.coverage.value, "interval": interval, **shares}
    threshold = {"promised": report.options.coverage, "threshold": report.set_threshold}
    return {**threshold, **methods[MARGINAL], "held_out_rows": report.held, "methods": methods}


def _slices(
    result: DatasetEvaluation, texts: Sequence[str], cells: Mapping[str, Sequence[str]], tokens: TextTokens
) -> list[Record]:
    """Those that were tested, weak ones first."""
    return [
        {
            "slice": name(found, result.classes),
            "kind": str(found.kind),
            "rows": found.count,
            "accuracy": found.accuracy,
            "interval": [found.low, found.high],
            "elsewhere": found.elsewhere,
            "p_adjusted": found.adjusted,
            "weak": found.weak,
        }
        for found in slice_report(result, texts, cells, tokens=tokens.pieces).slices
        if found.adjusted is not None
    ]


def _label_errors(result: DatasetEvaluation, logits: NDArray[Any], texts: Sequence[str]) -> list[Record]:
    """By the model's own probabilities: of rows that it did not learn from. The likeliest first."""
    report = label_error_report(result, logits, None, ignore_progress, refit=False)
    return [
        {
            "row": int(place) + 1,
            "text": texts[int(place)],
            "label": result.classes[int(report.label[i])],
            "suggested": result.classes[int(report.suggested[i])],
            "probability_of_label": float(report.of_label[i]),
            "probability_of_suggested": float(report.of_suggested[i]),
        }
        for i, place in enumerate(report.places)
    ]


def _about_the_data(found: DataChecks) -> Record:
    """The first groups and pairs, and how many there are in all; what the tokenizer does not know, what is cut."""
    duplicates = {
        "exact": [[row + 1 for row in group] for group in found.exact],
        "exact_groups": found.exact_groups,
        "near": _alike(found.near),
        "near_pairs": found.near_pairs,
        "conflicts": _alike(found.conflicts),
        "conflict_pairs": found.conflict_pairs,
    }
    if (read := found.read) is None:
        return {"duplicates": duplicates}
    tokens = {
        "tokens": read.tokens,
        "unknown": read.unknown_tokens,
        "unknown_rows": read.unknown_rows,
        "unknown_parts": dict(read.parts),
        "read_at_most": read.most,
        "cut_rows": read.cut_rows,
    }
    return {"duplicates": duplicates, "tokens": tokens}


def _alike(pairs: Sequence[RowPair]) -> list[Record]:
    return [{"rows": [pair.first + 1, pair.second + 1], "jaccard": pair.jaccard} for pair in pairs]
