"""Tensors that one checkpoint keeps fused or stacked and the other apart: cut into what they were made of.

Fused projections lie below one another (rows of q, then of k, then of v), and experts behind one another, so that each
part is a range of bytes of the tensor.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.checkpoints.checkpoint_diff.name_rules import without_containers
from core.files.safetensors_headers import TensorEntry

_ATTENTION = (("q_proj", "k_proj", "v_proj"), ("query", "key", "value"), ("q", "k", "v"))
#: What is fused, and what it may be made of, in order.
_FUSED = {
    "qkv_proj": _ATTENTION,
    "qkv": _ATTENTION,
    "Wqkv": _ATTENTION,
    "in_proj": _ATTENTION,
    "kv_proj": (("k_proj", "v_proj"),),
    "gate_up_proj": (("gate_proj", "up_proj"),),
}
_EXPERTS = re.compile(r"(?P<around>.*\bexperts)\.(?P<module>\w+?)(\.weight)?$")


@dataclass(frozen=True)
class Part:
    """A part of a tensor: a range of its bytes under a name that shows it, and the key of its partner."""

    entry: TensorEntry
    key: str


def cut(tensor: TensorEntry, others: Mapping[str, TensorEntry]) -> tuple[Part, ...]:
    """The parts of a tensor that are among `others`, tensors of the other checkpoint by `without_containers`.

    Empty where the parts are not all there, or their sizes do not add up.
    """
    return _projections(tensor, others) or _experts(tensor, others)


def _projections(tensor: TensorEntry, others: Mapping[str, TensorEntry]) -> tuple[Part, ...]:
    name = re.sub(r"\bin_proj_(weight|bias)$", r"in_proj.\1", without_containers(tensor.name))
    parts = name.split(".")
    for place, module in enumerate(parts):
        for names in _FUSED.get(module, ()):
            keys = {own: ".".join([*parts[:place], own, *parts[place + 1 :]]) for own in names}
            if all(key in others for key in keys.values()):
                return _rows(tensor, {f"{tensor.name}[{own}]": key for own, key in keys.items()}, others)
    return ()


def _experts(tensor: TensorEntry, others: Mapping[str, TensorEntry]) -> tuple[Part, ...]:
    seen = _EXPERTS.fullmatch(without_containers(tensor.name))
    if seen is None or len(tensor.shape) != 3:
        return ()
    size = (tensor.end - tensor.start) // max(tensor.shape[0], 1)
    names = next(iter(_FUSED.get(seen["module"], ((seen["module"],),))))
    label = "{}[{}]" if len(names) == 1 else "{}[{}, {}]"
    result: list[Part] = []
    for number in range(tensor.shape[0]):
        start = tensor.start + number * size
        expert = replace(tensor, shape=tensor.shape[1:], start=start, end=start + size)
        keys = {label.format(tensor.name, number, own): f"{seen['around']}.{number}.{own}.weight" for own in names}
        held = _rows(expert, keys, others) if all(key in others for key in keys.values()) else ()
        if not held:
            return ()
        result += held
    return tuple(result)


def _rows(tensor: TensorEntry, keys: Mapping[str, str], others: Mapping[str, TensorEntry]) -> tuple[Part, ...]:
    """The rows of a tensor, as many for each part (name -> key) as its partner has."""
    parts = [others[key] for key in keys.values()]
    fits = all(part.shape and part.shape[1:] == tensor.shape[1:] for part in parts)
    if not fits or sum(part.shape[0] for part in parts) != tensor.shape[0]:
        return ()
    row, start, result = (tensor.end - tensor.start) // max(tensor.shape[0], 1), tensor.start, []
    for (name, key), part in zip(keys.items(), parts, strict=True):
        end = start + row * part.shape[0]
        result.append(Part(replace(tensor, name=name, shape=part.shape, start=start, end=end), key))
        start = end
    return tuple(result)
