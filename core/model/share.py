"""Models around weights that are there already: siblings with other parts, copies with modules of their own.

Weights are shared, quantised ones too: a copy's parameters are of the same class and carry the same state, so that
bitsandbytes and its like find what they need to read them.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from enum import Enum
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from core.model.classifier import PooledClassifier
from core.model.pooled_config import to_pooled
from core.model.quantised import NOTES

Module = TypeVar("Module", bound=nn.Module)

#: Holds no tensor that a deep copy would copy.
_ATOMS = (type, FunctionType, BuiltinFunctionType, ModuleType, Enum, str, bytes, int, float, type(None))


def sibling(model: PooledClassifier, **changes: Any) -> PooledClassifier:
    """A classifier with other parts on the same backbone weights, which both share in memory.

    The two have modules of their own: an adapter attached to one leaves the other as it is. `changes` are
    fields of the pooled config (pooler_type, head_type, num_labels, id2label ...). New parts get start values.
    """
    config = to_pooled(model.config, **changes)
    with torch.device("meta"):
        made: PooledClassifier = type(model)(config)
    setattr(made, made.base_model_prefix, shared_copy(model.backbone))
    for part in (made.pooler, made.score):
        part.to_empty(device=model.device).to(model.dtype)
        for module in part.modules():
            made._init_weights(module)
    for name in NOTES:
        if name in vars(model):
            setattr(made, name, getattr(model, name))
    made.eval()
    return made


def shared_copy(module: Module) -> Module:
    """The same modules again around the same storage; parameters are new objects, so `.data =` stays private.

    A parameter keeps its class and what is written on it (bitsandbytes' `quant_state`, `SCB` ...). Every tensor that
    can be reached from the modules is shared, the objects around them are not.
    """
    memo: dict[int, Any] = {}
    parameters: list[tuple[nn.Parameter, nn.Parameter]] = []
    for tensor in _tensors(module, set()):
        if isinstance(tensor, nn.Parameter):
            parameters.append((tensor, _same_storage(tensor)))
        memo[id(tensor)] = parameters[-1][1] if isinstance(tensor, nn.Parameter) else tensor
    made = copy.deepcopy(module, memo)
    for old, new in parameters:  # after the modules, since a parameter may name the module that it belongs to
        vars(new).update(copy.deepcopy(vars(old), memo))
    return made


def _same_storage(parameter: nn.Parameter) -> nn.Parameter:
    """A bare parameter of the same class around the same numbers."""
    with torch._C.DisableTorchFunctionSubclass():
        data = parameter.data
    if type(data) is not Tensor:  # a tensor that is itself quantised (torchao): a parameter keeps its class
        return nn.Parameter(data, requires_grad=parameter.requires_grad)
    return torch.Tensor._make_subclass(type(parameter), data, parameter.requires_grad)


def _tensors(value: Any, seen: set[int]) -> Iterator[Tensor]:
    """Each tensor once that a deep copy of `value` would come to."""
    if isinstance(value, _ATOMS) or id(value) in seen:
        return
    seen.add(id(value))
    inside: Any = getattr(value, "__dict__", {}).values()
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        inside = [*value.values(), *inside]
    elif isinstance(value, list | tuple | set | frozenset):
        inside = [*value, *inside]
    elif isinstance(value, MethodType):
        inside = [value.__self__]
    elif isinstance(value, partial):
        inside = [value.func, *value.args, *value.keywords.values()]
    for part in inside:
        yield from _tensors(part, seen)
