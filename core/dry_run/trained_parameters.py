"""Which parameters of a candidate training would change, and the part of the classifier that each belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from peft import PeftModel
from torch import nn

from core.dry_run.subject import Subject
from core.model.layers import freeze

ADAPTER, POOLER, HEAD, WHOLE, BACKBONE = "adapter", "pooler", "head", "modules trained whole", "backbone"


def open_for_training(subject: Subject) -> bool:
    """Whether the pair came with an adapter that is being trained: then its own flags are tried."""
    return isinstance(subject.probe.model, PeftModel) and bool(subject.trainable)


def trained(subject: Subject) -> tuple[frozenset[str], str]:
    """Names of the parameters, and a remark where not all that could be trained is tried.

    With an adapter: its factors, the modules and biases trained with it, pooler and head. Without one: everything
    that the candidate's config does not freeze, but for codes of quantised layers, which have no gradient.
    """
    model = subject.probe.model
    if isinstance(model, PeftModel):
        return _of_adapter(model), ""
    codes = [p for p in model.parameters() if not p.is_floating_point()]
    remark = f" ({len(codes):,} of them codes of quantised layers, which are not trained)" if codes else ""
    try:
        for parameter in model.parameters():
            parameter.requires_grad_(parameter.is_floating_point())
        freeze(subject.probe.backbone, subject.base)
        return frozenset(name for name, p in model.named_parameters() if p.requires_grad), remark
    finally:
        model.requires_grad_(False)


@contextmanager
def requiring(model: nn.Module, names: frozenset[str]) -> Iterator[None]:
    """Gradients for these parameters of the probe; afterwards for none, and none is kept."""
    try:
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name in names)
        yield
    finally:
        model.zero_grad(set_to_none=True)
        model.requires_grad_(False)


def part_of(name: str) -> str | None:
    """The part that a parameter belongs to, by its name; None for a weight of the base."""
    if ".original_module." in name:
        return None
    inner = name.removeprefix("base_model.model.")
    if inner.startswith("score."):
        return HEAD
    if inner.startswith("pooler."):
        return POOLER
    if ".lora_" in name:
        return ADAPTER
    return WHOLE if ".modules_to_save." in name else None


def layer_of(name: str) -> str:
    """The place of a parameter in the backbone down to the number of its layer; all outside of layers is one."""
    result = re.match(r".*?\.\d+\.", name)
    return result[0] if result else ""


def _of_adapter(model: PeftModel) -> frozenset[str]:
    bias = {str(getattr(config, "bias", "none")) for config in model.peft_config.values()}
    names = {name for name, _ in model.named_parameters() if part_of(name)}
    adapted = {name.split(".lora_")[0] for name in names if ".lora_" in name}
    for name, _ in model.named_parameters():
        owner = name.removesuffix(".bias").removesuffix(".base_layer")
        if name.endswith(".bias") and part_of(name) is None and ".original_module." not in name:
            names.update({name} if "all" in bias or ("lora_only" in bias and owner in adapted) else ())
    return frozenset(names)
