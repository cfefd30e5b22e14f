"""All poolers against plain numpy, under left and right padding."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from core.config.components import POOLERS
from core.errors import ConfigError
from core.model.poolers import Pooler, build_pooler, pooler_class, pooler_keys, recognise_pooler

Options = tuple[str, dict[str, Any]]

D = 6
#: Every pooler as it is by default, and some of other options.
OPTIONS: list[Options] = [
    *((name, {}) for name in POOLERS),
    ("attention", {"hidden_dim": 3}),
    ("gem", {"p": 1.0, "eps": 1e-3, "learn_p": False}),
    ("gem", {"p": 40.0}),
]
ONE_STATE = torch.ones(1, 1, D), torch.ones(1, 1, dtype=torch.bool)
WEIGHTED = [options for options in OPTIONS if build_pooler(*options, D)(*ONE_STATE).weights is not None]


@st.composite
def batches(draw: st.DrawFn) -> tuple[Tensor, Tensor]:
    """Hidden states (B, T, D) and a mask (B, T): real tokens in one run, at either end, at least one a row."""
    rows, length = draw(st.integers(1, 4)), draw(st.integers(1, 9))
    left = draw(st.booleans())
    counts = draw(st.lists(st.integers(1, length), min_size=rows, max_size=rows))
    seed = draw(st.integers(0, 2**16))
    scale = draw(st.sampled_from([0.01, 1.0, 30.0]))
    hidden = torch.randn(rows, length, D, generator=torch.Generator().manual_seed(seed)) * scale
    mask = torch.zeros(rows, length, dtype=torch.bool)
    for row, count in enumerate(counts):
        mask[row, length - count :] = True
        if not left:
            mask[row] = mask[row].flip(0)
    return hidden, mask


def expected(options: Options, pooler: torch.nn.Module, states: np.ndarray) -> np.ndarray:
    """One text's real states (n, D) pooled in float64, straight from the formula."""
    match options[0]:
        case "context":
            return states[-1]
        case "cls":
            return states[0]
        case "mean":
            return states.mean(axis=0)
        case "attention":
            parameters = {k: v.detach().double().numpy() for k, v in pooler.named_parameters()}
            scores = np.tanh(states @ parameters["W.weight"].T) @ parameters["V.weight"][0]
            weights = np.exp(scores - scores.max())
            return (weights / weights.sum()) @ states
        case "gem":
            eps, p = options[1].get("eps", 1e-6), options[1].get("p", 3.0)
            return (np.maximum(states, eps) ** p).mean(axis=0) ** (1 / p)
        case name:
            raise AssertionError(f"write the formula of {name} in numpy here")


@pytest.mark.parametrize("options", OPTIONS, ids=repr)
@given(batch=batches())
@settings(max_examples=40, deadline=None)
def test_equals_the_formula_in_numpy(options: Options, batch: tuple[Tensor, Tensor]) -> None:
    hidden, mask = batch
    torch.manual_seed(0)
    pooler = build_pooler(*options, D)
    before, mask_before = hidden.clone(), mask.clone()
    pooled = pooler(hidden, mask)
    for row in range(len(hidden)):
        wanted = expected(options, pooler, hidden[row][mask[row]].double().numpy())
        np.testing.assert_allclose(pooled.vectors[row].detach().numpy(), wanted, rtol=2e-4, atol=1e-5)
    assert torch.equal(hidden, before)
    assert torch.equal(mask, mask_before)


@pytest.mark.parametrize("options", WEIGHTED, ids=repr)
@given(batch=batches())
@settings(max_examples=25, deadline=None)
def test_weights_are_zero_on_padding_and_sum_to_one(options: Options, batch: tuple[Tensor, Tensor]) -> None:
    hidden, mask = batch
    pooled = build_pooler(*options, D)(hidden, mask)
    assert pooled.weights.shape == mask.shape
    assert (pooled.weights[~mask] == 0).all()
    torch.testing.assert_close(pooled.weights.sum(dim=1), torch.ones(len(mask)))
    torch.testing.assert_close((pooled.weights.unsqueeze(-1) * hidden).sum(dim=1), pooled.vectors, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("options", OPTIONS, ids=repr)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64], ids=str)
def test_keeps_the_dtype(options: Options, dtype: torch.dtype) -> None:
    hidden = (torch.randn(2, 5, D) * 20).to(dtype)
    pooled = build_pooler(*options, D).to(dtype)(hidden, torch.ones(2, 5, dtype=torch.bool))
    assert pooled.vectors.dtype == dtype
    assert pooled.vectors.isfinite().all()


@pytest.mark.parametrize("name", POOLERS)
def test_a_config_offers_what_the_class_takes(name: str) -> None:
    """Names and defaults of `pooler_config` are those of the constructor."""
    taken = dict(inspect.signature(pooler_class(name).__init__).parameters)
    for own in ("self", "hidden_size"):
        taken.pop(own, None)
    if pooler_class(name).__init__ is torch.nn.Module.__init__:
        taken = {}
    fields = POOLERS[name].options.model_fields
    assert {key: p.default for key, p in taken.items()} == {key: field.default for key, field in fields.items()}


@pytest.mark.parametrize("name", POOLERS)
def test_every_pooler_says_what_it_does(name: str) -> None:
    kind = pooler_class(name)
    assert issubclass(kind, Pooler)
    assert kind.says.startswith("This pooler ")
    assert kind.split_says
    assert POOLERS[name].title


@pytest.mark.parametrize("options", OPTIONS, ids=repr)
@given(batch=batches())
@settings(max_examples=15, deadline=None)
def test_the_parts_of_the_positions_add_up_to_the_vector(options: Options, batch: tuple[Tensor, Tensor]) -> None:
    hidden, mask = batch
    torch.manual_seed(0)
    pooler = build_pooler(*options, D)
    torch.testing.assert_close(
        pooler.split(hidden, mask).sum(dim=1), pooler(hidden, mask).vectors, rtol=1e-3, atol=1e-4
    )
    influence = pooler.influence(hidden, mask)
    assert (influence[~mask] == 0).all()
    torch.testing.assert_close(influence.sum(dim=1), torch.ones(len(mask)))


def test_parameters_are_told_and_recognised_by_their_names() -> None:
    assert pooler_keys("attention", {"hidden_dim": 3}) == ("W.weight", "V.weight")
    assert pooler_keys("gem", {}) == ("p",)
    assert pooler_keys("gem", {"learn_p": False}) == pooler_keys("mean", {}) == pooler_keys("context", {}) == ()
    recognised: list[Options] = [("attention", {}), ("attention", {"hidden_dim": 3}), ("gem", {})]
    for name, options in recognised:
        shapes = {key: tuple(p.shape) for key, p in build_pooler(name, options, D).named_parameters()}
        seen = {"hidden_dim": options.get("hidden_dim", D)} if name == "attention" else {}
        assert recognise_pooler(shapes) == (name, seen)
    assert recognise_pooler({}) is None


def test_options_of_another_pooler_are_refused() -> None:
    with pytest.raises(ConfigError, match="pooler_config: MeanOptions has no field 'hidden_dim'"):
        build_pooler("mean", {"hidden_dim": 3}, D)
