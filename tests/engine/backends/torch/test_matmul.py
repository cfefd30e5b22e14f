"""The choice between torch's two libraries, and that either says the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import Tensor, nn
from torch.nn import functional

from core.engine.backends.torch import PaddedPass, matmul
from core.model.share import sibling
from tests.model.conftest import opened


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    matmul.one_dnn_is_quicker.cache_clear()
    yield
    matmul.one_dnn_is_quicker.cache_clear()


def choose(monkeypatch: pytest.MonkeyPatch, one_dnn: float, usual: float) -> list[str]:
    """Lets the libraries seem to take so many seconds; a list of the calls of oneDNN that follow."""
    calls: list[str] = []

    def counted(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        calls.append(str(tuple(x.shape)))
        return original(x, weight, bias)

    original = matmul.one_dnn
    monkeypatch.setattr(matmul, "one_dnn", counted)
    monkeypatch.setattr(matmul, "_seconds", lambda linear, *_: one_dnn if linear is counted else usual)
    matmul.one_dnn_is_quicker()
    calls.clear()
    return calls


@pytest.mark.parametrize("shape", [(1, 24), (7, 24), (2, 5, 24)])
@pytest.mark.parametrize("bias", [False, True])
def test_both_libraries_say_the_same(shape: tuple[int, ...], bias: bool) -> None:
    torch.manual_seed(0)
    layer, x = nn.Linear(24, 40, bias=bias), torch.randn(shape)
    with torch.inference_mode():
        expected = functional.linear(x.double(), layer.weight.double(), layer.bias.double() if bias else None)
        torch.testing.assert_close(matmul.one_dnn(x, layer.weight, layer.bias).double(), expected, rtol=0, atol=2e-6)


def test_a_bias_with_gaps_in_memory() -> None:
    torch.manual_seed(0)
    x, weight, bias = torch.randn(3, 24), torch.randn(40, 24), torch.randn(80)[::2]
    torch.testing.assert_close(matmul.one_dnn(x, weight, bias), functional.linear(x, weight, bias), rtol=0, atol=2e-5)


def test_rare_shapes_keep_torchs_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = choose(monkeypatch, 1.0, 2.0)
    x, weight = torch.randn(3, 24), torch.randn(40, 24)
    rare = [(x, weight[0]), (x, weight, torch.randn(1)), (x, weight, torch.randn(3, 40)), (x[:, :0], weight[:, :0])]
    for given in rare:
        expected = functional.linear(*given)
        with torch.inference_mode(), matmul.quick_products():
            torch.testing.assert_close(functional.linear(*given), expected, rtol=0, atol=0)
    assert not calls


@pytest.mark.parametrize(("one_dnn", "usual", "taken"), [(1.0, 2.0, True), (1.0, 1.1, False), (2.0, 1.0, False)])
def test_the_clearly_quicker_one_is_taken(
    monkeypatch: pytest.MonkeyPatch, one_dnn: float, usual: float, taken: bool
) -> None:
    calls = choose(monkeypatch, one_dnn, usual)
    layer, x = nn.Linear(24, 40), torch.randn(3, 24)
    with torch.inference_mode(), matmul.quick_products():
        layer(x)
    assert calls == (["(3, 24)"] if taken else [])
    assert layer(x).requires_grad  # outside, torch's own way
    assert len(calls) == taken


def test_a_build_without_it_keeps_torchs_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    assert not matmul.one_dnn_is_quicker()


def test_the_parts_of_an_adapter_take_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = choose(monkeypatch, 1.0, 2.0)
    model = get_peft_model(nn.Sequential(nn.Linear(24, 40)), LoraConfig(r=4, target_modules=["0"]))
    with torch.inference_mode(), matmul.quick_products():
        model(torch.randn(3, 24))
    assert sorted(calls) == ["(3, 24)", "(3, 24)", "(3, 4)"]


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_other_types_keep_torchs_own_way(monkeypatch: pytest.MonkeyPatch, dtype: torch.dtype) -> None:
    calls = choose(monkeypatch, 1.0, 2.0)
    layer, x = nn.Linear(24, 40, dtype=dtype), torch.randn(3, 24, dtype=dtype)
    with torch.inference_mode():
        expected = layer(x)
        with matmul.quick_products():
            torch.testing.assert_close(layer(x), expected, rtol=0, atol=0)
    assert not calls


def test_a_padded_batch_of_many_tokens_takes_it_and_says_the_same(
    monkeypatch: pytest.MonkeyPatch, tiny_folders: dict[str, Path]
) -> None:
    model: Any = sibling(opened(tiny_folders["bert"], "vanilla").model).eval()
    rows = [[5 + i] * (40 + i) for i in range(4)]
    usual_calls = choose(monkeypatch, 2.0, 1.0)
    expected = PaddedPass(model, "cpu")(rows).logits
    assert not usual_calls
    matmul.one_dnn_is_quicker.cache_clear()
    monkeypatch.undo()
    calls = choose(monkeypatch, 1.0, 2.0)
    found = PaddedPass(model, "cpu")(rows).logits
    assert calls
    assert (found - expected).abs().max() <= 1e-5 * expected.abs().max()
    calls.clear()
    PaddedPass(model, "cpu")([[5, 6, 7]])
    assert not calls  # too few tokens for it


def test_asking_draws_no_random_numbers() -> None:
    before = torch.get_rng_state()
    matmul.one_dnn_is_quicker()
    assert torch.equal(torch.get_rng_state(), before)
