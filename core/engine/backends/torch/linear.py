"""A linear layer over many tokens, LoRA around it or not: the arithmetic without the way through the modules.

Between small products that way takes longer than they do, and threads wait for each other's turn in it.
"""

from __future__ import annotations

from typing import Any

from peft.tuners.lora.layer import Linear as LoraLinear
from torch import Tensor, nn

from core.engine.backends.torch.matmul import multiply, quick_products


class Linear:
    """W x + b + sum over the active adapters of s B A x (Hu et al. 2022); weights and scales are read at each call."""

    def __init__(self, module: nn.Module) -> None:
        self._module: Any = module

    def __call__(self, x: Tensor) -> Tensor:
        """(N, in) -> (N, out), contiguous, a new tensor. What is neither goes through its module."""
        module = self._module
        if _is_plain(module):
            return _apply(module, x)
        if not _is_plain_lora(module):
            with quick_products():
                output: Tensor = module(x)
            return output.contiguous()
        output = _apply(module.base_layer, x)
        for name in module.active_adapters:
            if name in module.lora_A:
                low = _apply(module.lora_A[name], x)
                output.add_(_apply(module.lora_B[name], low), alpha=module.scaling[name])
        return output


def _apply(module: Any, x: Tensor) -> Tensor:
    return multiply(x, module.weight, module.bias)


def _is_plain(module: Any) -> bool:
    """A linear layer that nothing listens to."""
    return type(module) is nn.Linear and not module._forward_hooks and not module._forward_pre_hooks


def _is_plain_lora(module: Any) -> bool:
    """LoRA as published, at work: no DoRA or other variant, not merged, no dropout, nothing listening."""
    if type(module) is not LoraLinear or module._forward_hooks or module._forward_pre_hooks:
        return False
    parts = [module.base_layer, *module.lora_A.values(), *module.lora_B.values()]
    changed = module.training or module.disable_adapters or module.merged or module.lora_variant
    return not changed and all(_is_plain(part) for part in parts)
