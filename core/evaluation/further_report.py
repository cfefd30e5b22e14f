"""Robustness, another model and the training rows, of an evaluation, as plain data for a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.engine.engine import Engine
from core.evaluation import robustness, training_rows
from core.evaluation.answered_texts import answered_texts
from core.evaluation.answering import logits
from core.evaluation.training_rows import Represented
from core.evaluation.two_models import compare
from core.results import LabelledTexts, Selection
from core.results.evaluation import FurtherAnalyses
from core.results.figure import Figure
from core.results.robustness import RobustnessReport
from core.results.training_rows import TrainingRows
from core.results.two_models import TwoModels
from core.tasks.progress import Progress

Record = dict[str, Any]


def further_report(
    engine: Engine, selection: Selection, rows: LabelledTexts, asked: FurtherAnalyses, on_progress: Progress
) -> Record:
    """Of what is asked for `robustness`, `comparison`, `training`; rows are counted from 1.

    Raises:
        InputError: a pair that gives several labels, or values; no class in common; no usable training row.
        AppError: a pair cannot be loaded.
    """
    own = answered_texts(engine, selection, rows, on_progress)
    found: Record = {}
    if asked.robustness:
        found["robustness"] = _robustness(_changed(engine, selection, own, on_progress))
    if asked.against is not None:
        other = answered_texts(engine, asked.against, rows, on_progress)
        compared = compare(own.result, other.result, (own.logits, other.logits), on_progress)
        found["comparison"] = {
            "candidate": asked.against.candidate,
            "adapter": asked.against.adapter,
            **_comparison(compared),
        }
    if asked.training is not None:
        learnt = answered_texts(engine, selection, asked.training, on_progress)
        beside = training_rows.training_rows(own, learnt, on_progress)
        found["training"] = {"rows": len(asked.training), **_training(beside)}
    return found


def _changed(engine: Engine, selection: Selection, own: Represented, on_progress: Progress) -> RobustnessReport:
    places = robustness.tried(own.result)

    def answers(changed: Sequence[str]) -> NDArray[np.float32]:
        return logits(engine, selection, changed, on_progress)

    texts = [own.texts[i] for i in places]
    return robustness.robustness_report(own.result, places, texts, engine.settings.max_characters, answers)


def _robustness(report: RobustnessReport) -> Record:
    tests = [
        {
            "change": str(test.perturbation),
            "texts": test.count,
            "changed": test.changes,
            "share": test.rate if test.count else None,
            "interval": [test.low, test.high],
            "right_to_wrong": test.right_to_wrong,
            "wrong_to_right": test.wrong_to_right,
            "wrong_to_wrong": test.wrong_to_wrong,
            "mean_shift": test.shift if test.count else None,
        }
        for test in report.tests
    ]
    return {"rows": report.of, "tried": report.looked_at, "tests": tests}


def _comparison(report: TwoModels) -> Record:
    """The first is the evaluated pair, the second the other; differences are the first's less the second's."""
    measures = {
        m.name: {
            "first": m.first,
            "second": m.second,
            **_figure(m.difference, "difference"),
            "p": m.p,
            "p_adjusted": m.adjusted,
        }
        for m in report.measures
    }
    classes = [
        {"class": c.name, "rows": c.count, "first": c.first, "second": c.second, "interval": [c.low, c.high]}
        for c in report.per_class
    ]
    confusions = [
        {"label": c.label, "verdict": c.verdict, "rows": c.of, "first": c.first, "second": c.second}
        for c in report.confusions
    ]
    right = {"both": report.both, "first_only": report.first_only, "second_only": report.second_only}
    return {
        "measures": measures,
        "right": {**right, "neither": report.neither},
        "agreement": {"alike": report.alike, "rows": report.answered, "kappa": report.kappa},
        "divergence": {"kl": report.divergence, "kl_back": report.back, "js": report.distance},
        "classes": classes,
        "confusions": confusions,
    }


def _training(report: TrainingRows) -> Record:
    overlap, shift, detection = report.overlap, report.shift, report.detection
    match = overlap.match >= 0
    return {
        "usable": len(report.places),
        "overlap": {
            "exact": int(overlap.exact.sum()),
            "near": int((match & ~overlap.exact).sum()),
            "rows": (np.flatnonzero(match) + 1).tolist(),
            "accuracy_on_them": _figure(overlap.inside, "accuracy") if overlap.inside_rows else None,
            "accuracy_without": _figure(overlap.outside, "accuracy") if overlap.outside_rows else None,
            "relabelled": overlap.relabelled,
        },
        "shift": {
            "median_words": shift.test_median,
            "training_median_words": shift.training_median,
            "length_distance": shift.distance,
            "length_p": shift.p,
            "unseen_words": shift.unseen,
            "frequent_unseen": dict(shift.frequent),
            "missing_classes": dict(shift.missing),
            "label_distance": shift.labels,
        },
        "mixing": [
            {"class": c.name, "rows": c.rows, "elsewhere": c.elsewhere, "other": c.other, "other_share": c.other_share}
            for c in report.mixing
        ],
        "unlike": {"cosine_below": report.far, "rows": (np.flatnonzero(report.unlike) + 1).tolist()},
        "detection": None
        if detection is None
        else {
            "rows": [detection.inside, detection.outside],
            "cosine": _figure(detection.cosine, "auroc"),
            "probability": _figure(detection.probability, "auroc"),
            "difference": _figure(detection.difference, "auroc"),
        },
    }


def _figure(found: Figure, name: str) -> Record:
    return {name: found.value, "interval": None if found.low is None else [found.low, found.high]}
