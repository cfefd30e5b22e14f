"""`analyze_model` against numpy and torch: every dtype, ties, PEFT models, and tensors without values."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from core.checkpoints.in_memory import analyze_model, tensor_statistics
from core.config import AdapterConfig
from core.model.quantised import whole_weight
from core.results import WeightStats
from tests.explain.adapted import adapted
from tests.model.conftest import opened
from tests.tiny import tiny_model

KEYS = {"named_modules", "last_module_name", "weight_stats", "total_params", "total_trainable_params"}
DTYPES = (
    *(torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.float8_e4m3fn, torch.float8_e5m2),
    *(torch.bool, torch.uint8, torch.int8, torch.int16, torch.uint16, torch.int32, torch.uint32, torch.int64),
)


def agree(found: WeightStats, tensor: torch.Tensor) -> None:
    """Every statistic of SPEC is numpy's, in float64, of the finite values."""
    values = tensor.to(torch.float64).numpy().ravel()
    finite = values[np.isfinite(values)]
    assert (found.count, found.shape) == (values.size, tuple(tensor.shape))
    assert found.nan + found.inf == values.size - finite.size
    if not finite.size:
        assert all(math.isnan(n) for n in (found.mean, found.std, found.min, found.max, found.norm))
        return
    scale = float(np.abs(finite).max()) or 1.0
    assert (found.min, found.max) == (finite.min(), finite.max())
    assert (found.zeros, found.near_zeros) == ((finite == 0).sum(), (np.abs(finite) < 1e-5).sum())
    assert found.mean == pytest.approx(finite.mean(), rel=1e-9, abs=1e-12 * scale)
    assert found.norm == pytest.approx(np.linalg.norm(finite), rel=1e-9, abs=1e-160)
    if finite.size > 1:
        assert found.std == pytest.approx(scale * (finite / scale).std(ddof=1), rel=1e-9, abs=1e-12 * scale)
    if tensor.dim() > 1:
        assert found.dead_rows == (values.reshape(len(tensor), -1) == 0).all(axis=1).sum()


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_dtype(dtype: torch.dtype, data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(st.integers(1, 5), max_size=3)))
    size = math.prod(shape)
    numbers = st.sampled_from([0.0, 1e-6, -1e-6, 1e-5]) | st.floats(-100, 100, width=32)
    if not dtype.is_floating_point:
        numbers = st.integers(0, 120).map(float)
    values = data.draw(st.lists(numbers, min_size=size, max_size=size))
    tensor = torch.tensor(values, dtype=torch.float64).reshape(shape).to(dtype)
    if dtype.is_floating_point and size and data.draw(st.booleans()):
        tensor.reshape(-1)[data.draw(st.integers(0, size - 1))] = float("nan")
    agree(tensor_statistics("h.3.w.weight", tensor), tensor)


@pytest.mark.parametrize("family", ["llama", "gemma2", "mistral", "bert"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_a_transformers_model(family: str, dtype: torch.dtype) -> None:
    model = cast(nn.Module, tiny_model(family, 320)).to(dtype)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    found = analyze_model(model)
    assert set(found) == KEYS
    assert found["named_modules"] == {name: type(m).__name__ for name, m in model.named_modules()}
    assert found["last_module_name"] == [name for name, _ in model.named_modules()][-1]
    assert found["total_params"] == sum(p.numel() for p in model.parameters())
    assert found["total_trainable_params"] == found["total_params"]
    by_name = {f"{module}.{own}": s for module, held in found["weight_stats"].items() for own, s in held.items()}
    parameters = dict(model.named_parameters())
    assert {name for name, s in by_name.items() if not s.note.startswith("A buffer")} == set(parameters)
    for name, parameter in parameters.items():
        agree(by_name[name], parameter.detach())
        assert by_name[name].name == name
        assert torch.equal(parameter, before[name])
    layers = {s.layer for s in by_name.values()}
    assert {0, 1, None} <= layers


def test_an_adapter_and_what_of_it_is_trainable(tiny_folders: dict[str, Path]) -> None:
    model = adapted(opened(tiny_folders["llama"]), AdapterConfig(r=2, target_modules=("q_proj",)))
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(".lora_" in name)
    trainable, total = model.get_nb_trainable_parameters()
    found = analyze_model(model)
    assert (found["total_trainable_params"], found["total_params"]) == (trainable, total)
    factor = found["weight_stats"]["base_model.model.model.layers.1.self_attn.q_proj.lora_A.default"]["weight"]
    assert (factor.layer, factor.shape) == (1, (2, 32))
    agree(factor, model.get_parameter(factor.name).detach())


class Odd(nn.Module):
    """Ties by object and by memory, an integer buffer, quantised and sparse ones, and a lazy layer."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.third = (nn.Linear(3, 3, bias=False) for _ in range(3))
        self.second.weight = self.first.weight
        self.third.weight = nn.Parameter(self.first.weight.data, requires_grad=False)
        self.register_buffer("steps", torch.tensor([0, 0, 7]))
        self.register_buffer("hidden", torch.ones(2), persistent=False)
        self.register_buffer("packed", torch.quantize_per_tensor(torch.tensor([-1.0, 0.5]), 0.5, 1, torch.qint8))
        self.register_buffer("sparse", torch.eye(2).to_sparse())
        self.register_buffer("complex", torch.ones(2, dtype=torch.complex64))
        self.lazy = nn.LazyLinear(2)


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
def test_what_a_model_may_hold_besides() -> None:
    model = Odd()
    found = analyze_model(model)
    stats = found["weight_stats"]
    assert (found["total_params"], found["total_trainable_params"]) == (9, 9)
    assert not {"second", "third"} & set(stats)
    assert stats["first"]["weight"].mean == pytest.approx(float(model.first.weight.mean()))
    own = stats[""]
    assert (own["steps"].zeros, own["steps"].max, own["steps"].dtype) == (2, 7, "int64")
    assert own["steps"].note.startswith("A buffer: not counted")
    assert "hidden" not in own
    assert (own["packed"].min, own["packed"].max, own["packed"].dtype) == (-1.0, 0.5, "qint8")
    for name, words in (("sparse", "sparse"), ("complex", "complex64 is not known")):
        assert words in own[name].note
        assert math.isnan(own[name].mean)
    assert (stats["lazy"]["weight"].count, stats["lazy"]["weight"].shape) == (0, ())
    assert "first forward pass" in stats["lazy"]["weight"].note


def test_a_model_without_values_has_totals_and_says_so() -> None:
    with torch.device("meta"):
        model = nn.Sequential(nn.Linear(4, 2), nn.Linear(2, 2))
    found = analyze_model(model)
    assert found["total_params"] == 16
    weight = found["weight_stats"]["0"]["weight"]
    assert (weight.count, weight.shape) == (8, (2, 4))
    assert math.isnan(weight.norm)
    assert "meta device" in weight.note


def test_a_module_alone_and_one_without_parameters() -> None:
    linear: Any = analyze_model(nn.Linear(2, 2))
    assert (linear["named_modules"], linear["last_module_name"]) == ({"": "Linear"}, "")
    assert set(linear["weight_stats"][""]) == {"weight", "bias"}
    empty = analyze_model(nn.ReLU())
    assert (empty["weight_stats"], empty["total_params"]) == ({}, 0)


@pytest.mark.parametrize("name", ["int8", "nf4", "fp4-double"])
def test_a_quantised_model_by_the_numbers_that_its_codes_stand_for(tiny_folders: dict[str, Path], name: str) -> None:
    model: Any = opened(tiny_folders["llama"], quantisation=name).model
    whole = opened(tiny_folders["llama"]).model
    found = analyze_model(model)
    assert found["total_params"] == sum(p.numel() for p in whole.parameters())
    layer = model.backbone.layers[0].self_attn.q_proj
    seen, weight = found["weight_stats"]["model.layers.0.self_attn.q_proj"]["weight"], whole_weight(layer)
    assert seen.shape == tuple(weight.shape)
    assert "codes stand for" in seen.note
    assert seen.mean == pytest.approx(float(weight.double().mean()), rel=1e-5, abs=1e-9)
    assert seen.max == pytest.approx(float(weight.max()), rel=1e-6)
