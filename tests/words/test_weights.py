"""Weight statistics in words."""

from __future__ import annotations

from dataclasses import fields, replace

from core.results import Outlier, WeightReport, WeightStats
from core.results.weights import gaps
from core.words import weights
from tests.fakes.weights import statistics


def test_what_was_read_and_what_stands_out() -> None:
    seen = Outlier("w", "3 of 4 values are NaN", "any NaN")
    reports = [WeightReport("a", (), outliers, 2_380_000, 0.125) for outliers in ((), (seen,), (seen, seen))]
    intact = "Intact as far as the files tell: read to the end, no layer lacks what others have, all values are finite."
    assert [weights.read(report).split(": ", 1)[1] for report in reports] == [
        f"nothing stands out. {intact}",
        f"one thing stands out. {intact}",
        f"2 things stand out. {intact}",
    ]
    assert weights.cost(reports[0]) == "2.27 MiB read in 125 ms, without loading the model."


def test_values_that_are_not_finite_are_said_and_nothing_is_intact() -> None:
    report = statistics("a")
    tensors = list(report.tensors)
    tensors[0] = replace(tensors[0], nan=1)
    assert weights.read(replace(report, tensors=tuple(tensors))).endswith(
        "1 of the tensors holds values that are not finite."
    )
    tensors[1] = replace(tensors[1], inf=2)
    said = weights.read(replace(report, tensors=tuple(tensors)))
    assert said.endswith("2 of the tensors hold values that are not finite.")
    assert "intact" not in said


def test_a_layer_that_lacks_what_others_have_is_said() -> None:
    report = statistics("a")
    gone = "model.layers.2.mlp.down_proj.weight"
    without = replace(report, tensors=tuple(t for t in report.tensors if t.name != gone))
    assert weights.read(without).endswith("Layer 2 lacks what most layers have: mlp.down_proj.")
    none = replace(report, tensors=tuple(t for t in report.tensors if t.layer not in (1, 2)))
    assert weights.read(none).endswith("input_layernorm, and 1 more layer lacks some.")
    none = replace(report, tensors=tuple(t for t in report.tensors if t.layer != 1))
    said = "Layer 1 lacks what most layers have: self_attn.q_proj, mlp.down_proj, input_layernorm."
    assert weights.read(none).endswith(said)


def test_layers_of_two_kinds_lack_nothing() -> None:
    report = statistics("a")
    other = [
        replace(t, module="mixer.in_proj") if (t.layer, t.module) == (3, "mlp.down_proj") else t for t in report.tensors
    ]
    assert gaps(replace(report, tensors=tuple(other))) == ()


def test_every_title_is_of_a_statistic() -> None:
    known = {field.name for field in fields(WeightStats)} | set(dir(WeightStats))
    assert set(weights.STATISTICS) <= known
