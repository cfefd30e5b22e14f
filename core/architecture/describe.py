"""An architecture as plain data, from a model in memory or an outline of one."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from torch import nn

from core.architecture.module_tree import module_tree, tied_weights
from core.architecture.sizes import sizes_of
from core.config.candidate import CandidateConfig
from core.model.peft_wrappers import unwrap_peft
from core.results import Architecture, Source, View


@dataclass(frozen=True)
class Outline:
    """A model, with weights or without, and what is known of it.

    Attributes:
        trained: names of the parameters that training changes.
        tuning: how it is trained, in words; empty where it is not.
        source: where it was read.
        remark: what a person should know of how it would be trained; else empty.
    """

    model: nn.Module
    trained: Set[str]
    tuning: str
    source: Source
    remark: str = ""


def describe(candidate: CandidateConfig, view: View, outline: Outline) -> Architecture:
    """Modules, totals and sizes. The base's total leaves out an adapter's factors, and modules that it replaces."""
    root = unwrap_peft(outline.model)
    nodes = module_tree(root, outline.trained)
    named = {name: p.numel() for name, p in root.named_parameters()}
    factors = sum(count for name, count in named.items() if ".lora_" in name)
    unused = sum(count for name, count in named.items() if ".original_module" in name)
    of_head = {n: count for n, count in named.items() if n.startswith(("score.", "pooler.")) and ".lora_" not in n}
    return Architecture(
        name=candidate.name,
        view=view,
        source=outline.source,
        tuning=outline.tuning,
        dtype=candidate.base_model.torch_dtype,
        nodes=nodes,
        parameters=nodes[0].total,
        base_parameters=nodes[0].total - factors - unused,
        factors=factors,
        trained=nodes[0].trained,
        tied=tied_weights(root),
        last_module_name=nodes[-1].path,
        sizes=sizes_of(outline.model),
        remark=outline.remark,
        head=sum(count for name, count in of_head.items() if ".original_module" not in name),
    )
