"""Tiny classifiers with an adapter, probes of them, and PEFT's own merge with updates weighed at will."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, cast

import torch
from peft import PeftModel
from peft.tuners.lora import LoraLayer

from core.config import AdapterConfig
from core.engine.encoding import Encoded
from core.explain.probe import Probe
from core.model.adapters.new_adapter import attach_new_adapter
from core.model.open import OpenedClassifier
from core.model.share import sibling
from tests.model.conftest import LABELS

IDS = list(range(3, 27))
TEXT = Encoded("", IDS, [(0, 0)] * len(IDS), len(IDS))


def adapted(base: OpenedClassifier, config: AdapterConfig, **parts: object) -> PeftModel:
    """A fresh adapter whose every trained tensor was moved, in evaluation mode."""
    model = attach_new_adapter(sibling(base.model, **{"num_labels": len(LABELS), **parts}), config)
    return moved(model)


def moved(model: PeftModel) -> PeftModel:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.data.add_(torch.randn_like(parameter) * 0.15)
    model.train(False)
    return model.requires_grad_(False)


def probing(
    model: torch.nn.Module, tokens_per_batch: int = 1024, problem: str = "single_label_classification"
) -> Probe:
    """A probe of a model that no engine has loaded."""
    return Probe(
        model=model,
        encoder=cast(Any, None),
        labels=LABELS,
        problem_type=problem,
        device="cpu",
        tokens_per_batch=tokens_per_batch,
    )


def merged_logits(
    model: PeftModel, weigh: float | Callable[[str], float], ids: list[int] | None = None
) -> torch.Tensor:
    """(K,) of a plain model without any adapter: each adapted weight is W + s (W' - W), with W' from PEFT's merge."""
    base = {n.replace(".base_layer", ""): m for n, m in model.get_base_model().named_modules() if ".base_layer" in n}
    plain = {name: module.weight.detach().clone() for name, module in base.items()}
    merged = copy.deepcopy(model).merge_and_unload()
    for name, weight in plain.items():
        module = merged.get_submodule(name)
        factor = weigh(name) if callable(weigh) else weigh
        module.weight.data = weight + factor * (module.weight.data - weight)
    with torch.inference_mode():
        return cast(torch.Tensor, merged(input_ids=torch.tensor([ids or IDS])).logits[0])


def traces(model: torch.nn.Module) -> list[tuple[str, int, int, dict[str, float]]]:
    """Of every module: how many hooks it has, and the scales of an adapted one."""
    return [
        (name, len(m._forward_hooks), len(m._forward_pre_hooks), dict(m.scaling) if isinstance(m, LoraLayer) else {})
        for name, m in model.named_modules()
    ]
