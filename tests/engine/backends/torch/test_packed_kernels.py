"""Compiled steps against transformers' and torch's own, in any shape."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional
from transformers.models.gemma2.modeling_gemma2 import apply_rotary_pos_emb, eager_attention_forward

from core.engine.backends.torch.packed_kernels import Scoring, Texts, attend, gate, rms_norm

ALL = 2**40


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed + sum(shape)))


def expected_of_one(
    q: Tensor, k: Tensor, v: Tensor, cos: Tensor, sin: Tensor, scoring: Scoring
) -> Tensor:  # q (Q, H, d), k and v (T, G, d), in float64
    asking, length = len(q), len(k)
    padded = torch.cat([q.new_zeros(length - asking, *q.shape[1:]), q])
    turned_q, turned_k = apply_rotary_pos_emb(
        padded.transpose(0, 1)[None], k.transpose(0, 1)[None], cos[None], sin[None]
    )
    places = torch.arange(length)
    behind = places[:, None] - places
    hidden = (behind > scoring.back) | (-behind > scoring.ahead)
    module: Any = SimpleNamespace(num_key_value_groups=q.shape[1] // k.shape[1], training=False)
    mask = torch.zeros(length, length, dtype=q.dtype).masked_fill(hidden, torch.finfo(q.dtype).min)[None, None]
    output, _ = eager_attention_forward(
        module,
        turned_q,
        turned_k,
        v.transpose(0, 1)[None],
        mask,
        scaling=float(scoring.scale),
        softcap=float(scoring.cap) or None,
    )
    return output[0, length - asking :]


@settings(max_examples=80, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 70), min_size=1, max_size=5),
    heads=st.sampled_from([(1, 1), (4, 2), (3, 1), (8, 8)]),
    width=st.sampled_from([2, 8, 20, 64]),
    reach=st.sampled_from([(ALL, 0), (ALL, ALL), (0, 0), (4, 0), (17, 17)]),
    cap=st.sampled_from([0.0, 0.5, 50.0]),
    few=st.booleans(),
)
@example(lengths=[300, 129], heads=(2, 1), width=64, reach=(ALL, 0), cap=0.0, few=False)
@example(lengths=[300, 129], heads=(2, 1), width=16, reach=(200, 0), cap=50.0, few=True)
def test_attention_is_that_of_transformers(
    lengths: list[int], heads: tuple[int, int], width: int, reach: tuple[int, int], cap: float, few: bool
) -> None:
    asking = [min(length, 1 + length // 2) for length in lengths] if few else lengths
    total, outer, inner = sum(lengths), heads[0] * width, heads[1] * width
    q, k, v = random(sum(asking), outer), random(total, inner, seed=1), random(total, inner, seed=2)
    angles = random(total, width, seed=3)
    cos, sin = angles.cos(), angles.sin()
    scoring = Scoring(np.float32(0.3), np.float32(cap), *reach)
    texts = Texts(np.cumsum(lengths), np.cumsum(asking), cos.numpy(), sin.numpy())
    found = torch.full((sum(asking), outer), torch.nan)
    attend(q.numpy(), k.numpy(), v.numpy(), texts, scoring, found.numpy())
    given_of_all = ((q, asking), (k, lengths), (v, lengths), (cos, lengths), (sin, lengths))
    by_text = zip(*(tensor.double().split(parts) for tensor, parts in given_of_all), strict=True)
    for answer, (one_q, one_k, one_v, one_cos, one_sin) in zip(found.split(asking), by_text, strict=True):
        expected = expected_of_one(
            one_q.unflatten(1, (-1, width)),
            one_k.unflatten(1, (-1, width)),
            one_v.unflatten(1, (-1, width)),
            one_cos,
            one_sin,
            scoring,
        )
        torch.testing.assert_close(answer.double(), expected.flatten(1), rtol=0, atol=1e-5)


def attend_plainly(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """One head, one text, no rotation, no mask."""
    cos, sin = torch.ones(k.shape), torch.zeros(k.shape)
    ends, found = np.array([len(k)]), torch.empty(q.shape)
    scoring = Scoring(np.float32(1), np.float32(0), ALL, ALL)
    attend(q.numpy(), k.numpy(), v.numpy(), Texts(ends, ends, cos.numpy(), sin.numpy()), scoring, found.numpy())
    return found


def test_scores_far_apart_neither_overflow_nor_share() -> None:
    q, k, v = 1e3 * torch.eye(4), 1e3 * torch.eye(4), random(4, 4)
    torch.testing.assert_close(attend_plainly(q, k, v), v, rtol=0, atol=1e-6)


def test_a_nan_stays_one_where_it_is_seen() -> None:
    q, k, v = random(20, 8), random(20, 8, seed=1), random(20, 8, seed=2)
    for sign in (torch.nan, -torch.tensor(torch.nan)):
        spoilt = q.clone()
        spoilt[7, 3] = sign
        found = attend_plainly(spoilt, k, v)
        assert found[7].isnan().all()
        assert found[torch.arange(20) != 7].isfinite().all()
        spoilt = k.clone()
        spoilt[5] = sign
        assert attend_plainly(q, spoilt, v).isnan().all()


@pytest.mark.parametrize("act", ["silu", "gelu"])
@pytest.mark.parametrize("shape", [(1, 1), (3, 37), (64, 1408)])
def test_gates_are_those_of_torch(act: str, shape: tuple[int, int]) -> None:
    x, values = 4 * random(*shape), random(*shape, seed=1)
    wide = x.double()
    expected = functional.silu(wide) if act == "silu" else functional.gelu(wide, approximate="tanh")
    found = x.clone()
    gate(found.numpy(), values.numpy(), act == "gelu")
    torch.testing.assert_close(found.double(), expected * values.double(), rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("act", ["silu", "gelu"])
def test_gates_far_out(act: str) -> None:
    x = torch.tensor([[-1e6, -200.0, -90.0, -0.0, 90.0, 200.0, 1e6, torch.nan]])
    expected = functional.silu(x) if act == "silu" else functional.gelu(x, approximate="tanh")
    gate(x.numpy(), torch.ones(x.shape).numpy(), act == "gelu")
    torch.testing.assert_close(x, expected, rtol=1e-6, atol=1e-31, equal_nan=True)


@pytest.mark.parametrize("shape", [(1, 1), (5, 24), (300, 512)])
@pytest.mark.parametrize("size", [1e-4, 1.0, 1e6])
def test_norm_is_that_of_torch(shape: tuple[int, int], size: float) -> None:
    x, weight = size * random(*shape), random(shape[1], seed=1)
    found = torch.empty(shape)
    rms_norm(x.numpy(), weight.numpy(), np.float32(1e-6), found.numpy())
    expected = functional.rms_norm(x.double(), (shape[1],), weight.double(), 1e-6)
    torch.testing.assert_close(found.double(), expected, rtol=2e-6, atol=1e-7)
