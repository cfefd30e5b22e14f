"""Weight statistics in words."""

from __future__ import annotations

from dataclasses import fields, replace

from core.results import Outlier, WeightReport, WeightStats
from core.results.completeness import Completeness
from core.results.weights import gaps
from core.words import weights
from tests.fakes.weights import statistics

WHOLE = Completeness("config", "LlamaForCausalLM", 12, remark="")


def test_what_was_read_and_what_stands_out() -> None:
    seen = Outlier("w", "its root mean square is 9, the median of this module's other layers 1", "more than 4 times")
    reports = [
        WeightReport("a", (), outliers, 2_380_000, 0.125, completeness=WHOLE)
        for outliers in ((), (seen,), (seen, seen))
    ]
    intact = (
        "Intact as far as the files tell: read to the end, every tensor that config.json asks for is there, all values "
        "are finite."
    )
    assert [weights.read(report).split(": ", 1)[1] for report in reports] == [
        f"nothing stands out. {intact}",
        f"one thing stands out. {intact}",
        f"2 things stand out. {intact}",
    ]
    assert weights.cost(reports[0]) == "2.27 MiB read in 125 ms, without loading the model."


def test_what_may_be_damage_is_not_intact() -> None:
    zeros = Outlier("w", "every value is zero", "all zero", damage=True)
    for measure in (WHOLE, Completeness()):
        said = weights.read(WeightReport("a", (), (zeros,), 1, 1, completeness=measure))
        assert "one thing stands out. Read to the end, " in said
        assert "all values are finite; what stands out may be damage." in said
        assert "ntact" not in said


def test_without_a_config_no_more_is_claimed_than_was_looked_at() -> None:
    report = replace(statistics("a"), outliers=())
    assert weights.read(report).endswith(
        ": nothing stands out. Read to the end, no layer lacks what most layers have, all values are finite. "
        "No config.json lies beside the weights. Whether tensors are missing cannot be told."
    )
    flat = replace(report, tensors=tuple(t for t in report.tensors if t.layer is None))
    assert ": nothing stands out. Read to the end, all values are finite. No config.json" in weights.read(flat)


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
    assert weights.read(without).startswith("Layer 2 lacks what most layers have: mlp.down_proj. ")
    assert "nothing stands out" not in weights.read(replace(without, outliers=()))
    assert "ntact" not in weights.read(without)
    none = replace(report, tensors=tuple(t for t in report.tensors if t.layer not in (1, 2)))
    assert "input_layernorm, and 1 more layer lacks some. " in weights.read(none)
    none = replace(report, tensors=tuple(t for t in report.tensors if t.layer != 1))
    said = "Layer 1 lacks what most layers have: self_attn.q_proj, mlp.down_proj, input_layernorm."
    assert weights.read(none).startswith(said)
    one = replace(report, tensors=tuple(t for t in report.tensors if t.layer == 3))
    assert gaps(one) == (), "one layer by itself is no rule"


def test_layers_of_two_kinds_lack_nothing() -> None:
    report = statistics("a")
    other = [
        replace(t, module="mixer.in_proj") if (t.layer, t.module) == (3, "mlp.down_proj") else t for t in report.tensors
    ]
    assert gaps(replace(report, tensors=tuple(other))) == ()


def test_every_title_is_of_a_statistic() -> None:
    known = {field.name for field in fields(WeightStats)} | set(dir(WeightStats))
    assert set(weights.STATISTICS) <= known
