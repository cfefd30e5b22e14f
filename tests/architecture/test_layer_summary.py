"""torchinfo leaves no trace: weights, flags, hooks, gradients, random states, outputs, and nothing kept alive."""

from __future__ import annotations

import gc
import random
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torchinfo import torchinfo as inside
from torchinfo.enums import Mode

from core.architecture.layer_summary import as_it_was, example, layer_summary
from core.config import AdapterConfig
from core.model.adapters.new_adapter import attach_new_adapter
from tests.explain.adapted import traces
from tests.model.conftest import opened
from tests.tiny import tiny_model

TYPES = {"llama": "llama", "gemma2": "gemma2-bidirectional", "mistral": "mistral", "bert": "vanilla"}
CPU = torch.device("cpu")


def state(model: nn.Module) -> dict[str, Any]:
    """Everything about a model that somebody could notice, but its weights."""
    return {
        "flags": [m.training for m in model.modules()],
        "hooks": [
            (n, name, list(held.items()))
            for n, m in model.named_modules()
            for name, held in sorted(vars(m).items())
            if "hooks" in name and isinstance(held, dict)
        ],
        "traces": traces(model),
        "requires_grad": [p.requires_grad for p in model.parameters()],
        "gradients": [None if p.grad is None else id(p.grad) for p in model.parameters()],
        "buffers": [(n, id(b)) for n, b in model.named_buffers()],
    }


def randomness() -> tuple[Any, ...]:
    name, keys, *rest = np.random.get_state()
    return torch.random.get_rng_state().tolist(), random.getstate(), (name, np.asarray(keys).tolist(), *rest)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("with_adapter", [False, True])
@pytest.mark.parametrize("family", TYPES)
def test_nothing_is_changed(tiny_folders: dict[str, Path], family: str, with_adapter: bool, training: bool) -> None:
    model: Any = opened(tiny_folders[family], TYPES[family]).model
    if with_adapter:
        targets = ("query",) if family == "bert" else ("q_proj",)
        model = attach_new_adapter(model, AdapterConfig(r=2, target_modules=targets))
    model.train(training)
    for module in model.modules():
        if isinstance(module, nn.Linear):
            module.train(not training)  # what torchinfo alone would not put back
    first = next(model.parameters())
    first.grad = torch.ones_like(first)
    handle = model.register_forward_hook(lambda *_: None)
    batch = example(CPU, 320, 7)
    weights = [p.detach().clone() for p in model.parameters()]
    buffers = [b.clone() for b in model.buffers()]
    with torch.random.fork_rng(devices=[]):
        output = model(**batch).logits
    before, chance = state(model), randomness()
    text = layer_summary(model, batch)
    assert state(model) == before
    assert randomness() == chance
    assert all(torch.equal(a, b) for a, b in zip(weights, model.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b in zip(buffers, model.buffers(), strict=True))
    with torch.random.fork_rng(devices=[]):
        assert torch.equal(model(**batch).logits, output)
    assert "Total params" in text
    assert "[1, 7]" in text
    assert handle.id in model._forward_hooks


def test_torchinfo_alone_would_change_a_flag() -> None:
    """Why the flags of every module are kept: the reason must not quietly go away."""
    import torchinfo

    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout())
    model.train()
    model[1].eval()
    torchinfo.summary(model, input_data=torch.ones(1, 2), verbose=0)
    assert model[1].training
    inside.clear_cached_forward_pass()


def test_the_model_is_freed_and_what_others_cached_stays() -> None:
    other = nn.Linear(2, 2)
    inside._cached_forward_pass.clear()
    inside.forward_pass(other, [torch.ones(1, 2)], None, True, None, Mode.EVAL)
    kept = dict(inside._cached_forward_pass)
    model: Any = tiny_model("llama", 320)
    gone = weakref.ref(model)
    layer_summary(model, example(CPU, 320))
    assert inside._cached_forward_pass == kept
    inside.clear_cached_forward_pass()
    del model
    gc.collect()
    assert gone() is None


class Restless(nn.Module):
    """Draws numbers, hooks itself, replaces a buffer, and then fails."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 2)
        self.register_buffer("seen", torch.zeros(1))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        torch.rand(3), random.random(), np.random.rand()
        self.register_forward_hook(lambda *_: None)
        self.linear.register_full_backward_hook(lambda *_: None)
        self.linear.weight.requires_grad_(False)
        self.seen = torch.ones(1)
        self.linear.train(not self.linear.training)
        raise ValueError("no more")


def test_all_is_put_back_after_a_failure() -> None:
    model = Restless()
    before, chance = state(model), randomness()
    with pytest.raises(RuntimeError, match="Failed to run torchinfo"):
        layer_summary(model, example(CPU, 4))
    assert state(model) == before
    assert randomness() == chance
    assert float(model.seen) == 0
    assert not inside._cached_forward_pass


def test_a_part_in_evaluation_inside_a_model_in_training() -> None:
    model = nn.Sequential(nn.Linear(1, 1), nn.Sequential(nn.Dropout()))
    model.train()
    model[1].eval()
    with as_it_was(model):
        model.eval()
        model.train()
    assert [m.training for m in model.modules()] == [True, True, False, False]


def test_units_are_written_as_units(tiny_folders: dict[str, Path]) -> None:
    text = layer_summary(opened(tiny_folders["llama"]).model, example(CPU, 320))
    assert "Units." not in text
    assert "Total mult-adds (M)" in text
