"""`evaluate` with all that the pages about a dataset say, against scikit-learn and cleanlab on the same predictions."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cleanlab.filter import find_label_issues  # type: ignore[import-untyped]
from sklearn.metrics import balanced_accuracy_score, f1_score, log_loss, precision_recall_fscore_support

from core.evaluation.dataset_service import SAMPLE
from core.settings import ROOT
from tests.cli.test_commands import classifier, document, run

__all__ = ["classifier"]

PAIR = ("demo-llama", "--adapter", "banking77")
PLANTED = json.loads((ROOT / "tests" / "samples" / "bank_messages.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """The sample's rows that have a class."""
    found = list(csv.DictReader(io.StringIO(SAMPLE.read_text(encoding="utf-8"))))
    return [row for row in found if row["label"] != "out_of_scope"]


@pytest.fixture(scope="module")
def table(rows: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("evaluate") / "messages.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def predictions(table: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document("classify", *PAIR, "--input", table, "--text-column", "text")
    return found


def test_all_of_it_on_the_sample(
    table: Path, rows: list[dict[str, str]], predictions: list[dict[str, Any]], tmp_path: Path
) -> None:
    output = tmp_path / "report"
    asked = ("evaluate", *PAIR, "--input", table, "--text-column", "text", "--label-column", "label")
    found = document(*asked, "--output", output, "--coverage", "0.9")
    names = list(predictions[0]["probabilities"])
    labels, said = [row["label"] for row in rows], [p["label"] for p in predictions]
    p = np.array([list(one["probabilities"].values()) for one in predictions], np.float64)
    number = np.array([names.index(label) for label in labels])
    assert found["accuracy"] == pytest.approx(np.mean(np.array(labels) == np.array(said)))
    low, high = found["intervals"]["accuracy"]
    assert low < found["accuracy"] < high
    assert found["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(labels, said))
    assert found["weighted_f1"] == pytest.approx(f1_score(labels, said, average="weighted"))
    shares = p / p.sum(axis=1, keepdims=True)
    assert found["log_loss"] == pytest.approx(log_loss(number, shares, labels=range(len(names))), abs=1e-4)
    assert found["brier"] == pytest.approx(((p - np.eye(len(names))[number]) ** 2).sum(axis=1).mean(), abs=1e-4)
    recalls = precision_recall_fscore_support(labels, said, labels=names, zero_division=0)[1]
    assert [c["recall"] for c in found["classes"]] == pytest.approx(recalls.tolist())
    assert found["temperature"] > 0
    conformal = found["conformal"]
    assert conformal["promised"] == 0.9
    assert conformal["interval"][0] <= conformal["coverage"] <= conformal["interval"][1]
    assert set(conformal["methods"]) == {"marginal", "class_conditional", "rank_calibrated"}
    issues = np.flatnonzero(find_label_issues(number, shares, filter_by="low_self_confidence", n_jobs=1))
    assert {error["row"] - 1 for error in found["label_errors"]} == set(issues.tolist())
    planted = [error for error in found["label_errors"] if rows[error["row"] - 1]["id"] in PLANTED["wrong_labels"]]
    assert len(planted) >= 0.8 * len(PLANTED["wrong_labels"])
    near = {frozenset(rows[n - 1]["id"] for n in pair["rows"]) for pair in found["duplicates"]["near"]}
    assert {frozenset(pair) for pair in PLANTED["near_duplicates"]} <= near
    assert found["tokens"].keys() == {"tokens", "unknown", "unknown_rows", "unknown_parts", "read_at_most", "cut_rows"}
    assert (found["tokens"]["unknown"], found["tokens"]["cut_rows"], found["tokens"]["read_at_most"]) == (0, 0, 128)
    assert "pieces" in {made["kind"] for made in found["slices"]}
    assert {"slice", "rows", "accuracy", "p_adjusted", "weak"} <= found["slices"][0].keys()
    assert json.loads((output / "report.json").read_text()) == {**found, "seconds": pytest.approx(found["seconds"])}
    written = list(csv.DictReader(io.StringIO((output / "rows.csv").read_text(encoding="utf-8"))))
    assert [row["verdict"] for row in written] == said
    assert sorted(path.name for path in output.iterdir()) == [
        *("classes.csv", "label_errors.csv", "report.json", "rows.csv", "slices.csv")
    ]
    assert "nothing is written over" in run(*asked, "--output", output, code=2).stderr


def test_a_measure_below_its_floor_fails(table: Path) -> None:
    asked = ("evaluate", *PAIR, "--input", table, "--text-column", "text", "--label-column", "label")
    assert "Failed" not in run(*asked, "--fail-under", "accuracy=0.5").stderr
    failed = run(*asked, "--fail-under", "accuracy=0.5", "--fail-under", "brier=0.9", code=1)
    assert "Failed: brier is 0.4249, below 0.9." in failed.stderr
    assert "Accuracy" in failed.stdout
    assert "There is no measure 'acuracy' here" in run(*asked, "--fail-under", "acuracy=0.5", code=2).stderr
    assert "'high' is no MEASURE=X" in run(*asked, "--fail-under", "high", code=2).stderr


def test_few_rows_have_no_calibration(classifier: Path, tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("text,label\nhello,alpha\nyou,beta\n", encoding="utf-8")
    found = document("evaluate", classifier, "--input", path, "--label-column", "label")
    assert (found["temperature"], found["conformal"], found["calibration"]) == (None, None, None)
    assert found["duplicates"]["near"] == []
    assert (
        "is no promise"
        in run(
            "evaluate", classifier, "--input", path, "--label-column", "label", "--coverage", "2", "--json", code=2
        ).stderr
    )


def test_robustness_another_model_and_the_training_rows(
    table: Path, rows: list[dict[str, str]], predictions: list[dict[str, Any]], tmp_path: Path
) -> None:
    learnt = [{"text": row["text"], "label": row["label"]} for row in rows[:30]]
    learnt += [{"text": f"{row['text']} please", "label": row["label"]} for row in rows[30:200]]
    training = tmp_path / "train.csv"
    with training.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, learnt[0].keys())
        writer.writeheader()
        writer.writerows(learnt)
    asked = ("evaluate", *PAIR, "--input", table, "--text-column", "text", "--label-column", "label")
    more = ("--robustness", "--against", "demo-gemma2", "--against-adapter", "banking77", "--training-file", training)
    output = tmp_path / "report"
    found = document(*asked, *more, "--output", output)
    assert json.loads((output / "report.json").read_text())["comparison"] == found["comparison"]
    other = document(
        *("evaluate", "demo-gemma2", "--adapter", "banking77", "--input", table),
        *("--text-column", "text", "--label-column", "label"),
    )
    both = found["comparison"]
    assert (both["candidate"], both["adapter"]) == ("demo-gemma2", "banking77")
    for name in ("accuracy", "macro_f1", "log_loss", "brier"):
        measure = both["measures"][name]
        assert measure["first"] == pytest.approx(found[name], abs=1e-4)
        assert measure["second"] == pytest.approx(other[name], abs=1e-4)
        assert measure["difference"] == pytest.approx(measure["first"] - measure["second"])
        assert measure["interval"][0] <= measure["difference"] <= measure["interval"][1]
    assert sum(both["right"].values()) == len(rows)
    tests = {test["change"]: test for test in found["robustness"]["tests"]}
    assert found["robustness"]["tried"] == found["robustness"]["rows"] == len(rows)
    lower = [row["text"].lower() for row in rows]
    assert tests["lower"]["texts"] == sum(low != row["text"] for low, row in zip(lower, rows, strict=True))
    lowered = tmp_path / "lower.jsonl"
    lowered.write_text("".join(json.dumps({"text": text}) + "\n" for text in lower), encoding="utf-8")
    said = document("classify", *PAIR, "--input", lowered)
    changed = sum(a["label"] != b["label"] for a, b in zip(said, predictions, strict=True))
    assert tests["lower"]["changed"] == changed
    assert tests["omission"]["changed"] > 0
    beside = found["training"]
    assert (beside["rows"], beside["usable"], beside["detection"]) == (200, 200, None)
    assert beside["overlap"]["exact"] == 30
    assert beside["overlap"]["rows"][:30] == list(range(1, 31))
    assert all(row > 30 for row in beside["unlike"]["rows"])
    shown = run(*asked, *more).stdout
    for line in ("Answers change", "demo-gemma2 + banking77", "Texts that stand in it word for word"):
        assert line in shown


def test_what_cannot_be_compared_is_said(table: Path, classifier: Path) -> None:
    asked = ("evaluate", *PAIR, "--input", table, "--text-column", "text", "--label-column", "label")
    assert "no class" in run(*asked, "--against", classifier, code=2).stderr.lower()
    assert "there is no candidate" in run(*asked, "--against", "nobody", code=2).stderr.lower()
