"""Shares along the frozen path against the same path held module by module, and the sums of every pair."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.explain.contributions.adapter_paths import update_outputs
from core.explain.contributions.path_shares import path_shares
from core.explain.explainer import Explainer
from core.explain.probe import Probe, make_probe
from core.results import Selection
from tests.explain.adapted import traces

TEXT = "My card has not arrived yet, my card 🙂 has not."


@contextmanager
def replaced(module: Any, forward: Callable[..., Any]) -> Iterator[None]:
    module.forward = forward
    try:
        yield
    finally:
        del module.forward


def held_norm(module: Any) -> Callable[[Tensor], Tensor]:
    """The norm with its scale from a detached input."""
    norm = module
    if isinstance(module, nn.LayerNorm):

        def centred(x: Tensor) -> Tensor:
            deviation = (x.detach().var(-1, keepdim=True, correction=0) + norm.eps).sqrt()
            centre: Tensor = (x - x.mean(-1, keepdim=True)) / deviation
            return torch.addcmul(norm.bias, centre, norm.weight)

        return centred
    original: Callable[..., Tensor] = type(module).forward
    weight: Tensor = original(
        module, torch.full((1, 32), 1e4)
    )  # of equal inputs a root mean square norm leaves its weight

    def scaled(x: Tensor) -> Tensor:
        plain = x.detach() * weight
        scale: Tensor = original(module, x.detach()).norm(dim=-1, keepdim=True) / plain.norm(dim=-1, keepdim=True)
        return x * weight * scale

    return scaled


def held_mlp(module: Any) -> Callable[[Tensor], Tensor]:
    return lambda x: module.down_proj(module.act_fn(module.gate_proj(x)).detach() * module.up_proj(x))


def by_ratio(_module: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> Tensor:
    (x,) = given
    return x * torch.where(x.abs() > 1e-6, output / x, 0.5).detach()


def by_modules(probe: Probe, text: str, weights: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """(T,) gradient x input, each kind of module held by its name in Llama, Gemma 2, Mistral and BERT."""
    ids = torch.tensor([probe.encode(text).ids])
    leaf = probe.backbone.get_input_embeddings()(ids).detach().requires_grad_(True)
    with ExitStack() as changes:
        for name, module in probe.classifier.named_modules():
            last = name.split(".")[-1]
            if last in ("q_proj", "k_proj", "query", "key") or name in ("pooler.W", "pooler.modules_to_save.default.W"):
                changes.callback(module.register_forward_hook(lambda _m, _i, out: out.detach()).remove)
            elif type(module).__name__.endswith("Norm"):
                changes.enter_context(replaced(module, held_norm(module)))
            elif hasattr(module, "gate_proj"):
                changes.enter_context(replaced(module, held_mlp(module)))
            elif type(module).__name__ in ("GELU", "GELUActivation") and "layers" not in name:
                changes.callback(module.register_forward_hook(by_ratio).remove)
        logits = probe.classifier(inputs_embeds=leaf, pooled_ids=ids).logits[0]
    (logits @ torch.tensor(weights, dtype=logits.dtype)).backward()
    assert leaf.grad is not None
    return (leaf.grad * leaf.detach())[0].double().sum(-1).numpy()  # type: ignore[no-any-return]


@pytest.mark.parametrize("adapter", ["mean", "attention-sequential", "context", "gem"])
@pytest.mark.parametrize("family", ["llama", "gemma2", "mistral", "bert"])
def test_tokens_equal_the_path_held_by_modules_and_sum_to_the_logits(
    explainer: Explainer, family: str, adapter: str
) -> None:
    probe = make_probe(explainer.engine.pair(Selection(family, adapter)))
    text, before = probe.encode(TEXT), traces(probe.model)
    weights = np.array([1.0, -0.5, 0.0, 0.25])
    shares = path_shares(probe, text, weights)
    logits = probe.logits([text.ids])[0].double().numpy()
    np.testing.assert_allclose(shares.logits, logits, atol=1e-4)
    assert shares.tokens.sum() + shares.bias == pytest.approx(float(weights @ logits), abs=1e-4)
    assert (abs(shares.bias) > 1e-3) == (family == "bert" or adapter.endswith("sequential"))
    largest = np.abs(shares.tokens).max()
    np.testing.assert_allclose(shares.tokens, by_modules(probe, TEXT, weights), atol=1e-4 * largest)
    assert traces(probe.model) == before
    assert all(p.grad is None and not p.requires_grad for p in probe.model.parameters())


def test_what_passes_through_the_base_alone_is_the_path_without_the_updates(explainer: Explainer) -> None:
    """Held by the whole adapted layer here: its output is the base's, and the rest as a constant."""
    probe = make_probe(explainer.engine.pair(Selection("llama", "mean")))
    text, weights = probe.encode(TEXT), np.array([1.0, 0.0, 0.0, 0.0])
    updates = update_outputs(probe)
    assert updates
    base = path_shares(probe, text, weights, updates)
    with ExitStack() as changes:
        for module in [cast(Any, m) for m in probe.model.modules() if hasattr(m, "lora_B")]:
            plain: Any = module.get_base_layer()

            def hook(_m: nn.Module, given: tuple[Tensor, ...], out: Tensor, plain: nn.Module = plain) -> Tensor:
                own: Tensor = plain(given[0])
                return own + (out - own).detach()

            changes.callback(module.register_forward_hook(hook).remove)
        expected = by_modules(probe, TEXT, weights)
    np.testing.assert_allclose(base.tokens, expected, atol=1e-5)
    whole = path_shares(probe, text, weights)
    assert np.abs(whole.tokens - base.tokens).max() > 1e-3
