"""The modules of a model as plain data: sizes, types, and what training changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import dataclass, field

from peft.tuners.lora import LoraLayer
from peft.utils import ModulesToSaveWrapper
from torch import nn

from core.results import ModuleNode, Status, TiedWeights


def module_tree(root: nn.Module, trained: Set[str]) -> tuple[ModuleNode, ...]:
    """Every module after the one around it; `trained` names the parameters that training changes."""
    held = _held(root)
    sums = _sums(held, trained)
    nodes, units = [], set[str]()
    for path, module in root.named_modules():
        inside = any(around in units for around in _around(path))
        is_unit = not inside and (bool(_weights(module)) or isinstance(module, LoraLayer | ModulesToSaveWrapper))
        if is_unit:
            units.add(path)
        total, changed, dtypes = sums.total[path], sums.changed[path], sums.dtypes[path]
        nodes.append(
            ModuleNode(
                path=path,
                kind=type(module).__name__,
                depth=path.count(".") + 1 if path else 0,
                own=sum(p.numel() for _, p in held[path]),
                total=total,
                trained=changed,
                dtype=_one(dtypes),
                shapes=tuple((name, tuple(p.shape)) for name, p in _weights(module)),
                status=_status(module, total, changed),
                unit=is_unit,
            )
        )
    return tuple(nodes)


@dataclass(frozen=True)
class _Sums:
    """Of each module by its path, with all that is inside: parameters, those that training changes, and dtypes."""

    total: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    changed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    dtypes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def _sums(held: dict[str, list[tuple[str, nn.Parameter]]], trained: Set[str]) -> _Sums:
    sums = _Sums()
    for path, parameters in held.items():
        for around in (path, *_around(path)):
            for name, parameter in parameters:
                sums.total[around] += parameter.numel()
                sums.changed[around] += parameter.numel() * (name in trained)
                sums.dtypes[around].add(str(parameter.dtype).removeprefix("torch."))
    return sums


def tied_weights(root: nn.Module) -> tuple[TiedWeights, ...]:
    """Tensors that stand under more than one name."""
    names: dict[int, list[str]] = defaultdict(list)
    sizes: dict[int, int] = {}
    for name, parameter in root.named_parameters(remove_duplicate=False):
        names[id(parameter)].append(name)
        sizes[id(parameter)] = parameter.numel()
    return tuple(TiedWeights(tuple(result), sizes[key]) for key, result in names.items() if len(result) > 1)


def _held(root: nn.Module) -> dict[str, list[tuple[str, nn.Parameter]]]:
    """Of each module its own parameters by their whole name, each where it stands first."""
    seen: set[int] = set()
    held: dict[str, list[tuple[str, nn.Parameter]]] = {}
    for path, module in root.named_modules():
        new = [(name, p) for name, p in _weights(module) if id(p) not in seen]
        seen.update(id(p) for _, p in new)
        held[path] = [(f"{path}.{name}" if path else name, p) for name, p in new]
    return held


def _weights(module: nn.Module) -> list[tuple[str, nn.Parameter]]:
    return [(name, p) for name, p in module._parameters.items() if p is not None]


def _around(path: str) -> Iterator[str]:
    while path:
        path = path.rpartition(".")[0]
        yield path


def _one(dtypes: set[str]) -> str:
    return "mixed" if len(dtypes) > 1 else next(iter(dtypes), "")


def _status(module: nn.Module, total: int, trained: int) -> Status:
    """A wrapper of PEFT's around a module that is trained whole keeps the old one beside it, unused."""
    if total == 0:
        return "empty"
    if trained == 0:
        return "frozen"
    if trained == total or isinstance(module, ModulesToSaveWrapper):
        return "trained"
    adapted = any(isinstance(m, LoraLayer) for m in module.modules())
    return "adapted" if adapted else "partly trained"
