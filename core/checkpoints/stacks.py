"""Where each tensor of a checkpoint is: in which stack of layers, in which layer of it, in which module."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

#: `model.layers.3.`, `encoder.layer.3.`, `transformer.h.3.`: the first number that is a part of the name, but for the
#: parts of a head or pooler (`score.4.`).
_LAYER = re.compile(r"(?:^|(?<!score)(?<!pooler)(?<!classifier)\.)(\d+)\.")


@dataclass(frozen=True)
class Place:
    """A tensor's place.

    Attributes:
        stack: what tells its stack of layers from the others of the checkpoint (`decoder`, `vision_tower.encoder`);
            empty where there is one stack alone, and outside of the layers.
        layer: from 0; None outside the layers.
        module: name below the layer, without a closing `.weight`.
    """

    stack: str
    layer: int | None
    module: str


def layer_and_module(name: str) -> tuple[int | None, str]:
    """`model.layers.3.self_attn.q_proj.weight` -> 3, `self_attn.q_proj`; None outside the layers."""
    result = _LAYER.search(name)
    if result is None:
        return None, name.removesuffix(".weight")
    return int(result[1]), name[result.end() :].removesuffix(".weight")


def order(names: Iterable[str]) -> dict[str, tuple[int, str, int, str]]:
    """A key a name that sorts tensors as they work: embeddings, stack by stack, layer by layer, the rest."""
    result = {}
    for name, place in places(names).items():
        outside = 0 if "embed" in name or "wte" in name else 2
        inside = (1, place.stack, place.layer, place.module) if place.layer is not None else None
        result[name] = inside or (outside, "", 0, name)
    return result


def places(names: Iterable[str]) -> dict[str, Place]:
    """The place of each tensor, from the names of all tensors of a checkpoint.

    A stack is a numbered list below one path (`model.layers`, `encoder.block`). Beside others, a list whose entries
    hold nothing but a weight and a bias is none: the linear layers of a small network (`merger.mlp.0.weight`).
    """
    result: dict[str, Place] = {}
    paths: dict[str, list[str]] = defaultdict(list)
    for name in names:
        seen = _LAYER.search(name)
        if seen is None:
            result[name] = _outside(name)
        else:
            result[name] = Place("", int(seen[1]), name[seen.end() :].removesuffix(".weight"))
            paths[name[: seen.start()]].append(name)
    deep = {path for path, members in paths.items() if any(result[n].module not in ("weight", "bias") for n in members)}
    stacks = [path for path in paths if path in deep or not deep]
    labels = _labels(stacks) if len(stacks) > 1 else {}
    for path, members in paths.items():
        for name in members:
            result[name] = replace(result[name], stack=labels.get(path, "")) if path in stacks else _outside(name)
    return _told_apart(result)


def _outside(name: str) -> Place:
    return Place("", None, name.removesuffix(".weight"))


def _labels(paths: Sequence[str]) -> dict[str, str]:
    """The path of each stack without what all of them begin with, and end with."""
    split = {path: path.split(".") for path in paths}
    while all(len(parts) > 1 for parts in split.values()) and len({parts[0] for parts in split.values()}) == 1:
        split = {path: parts[1:] for path, parts in split.items()}
    while all(len(parts) > 1 for parts in split.values()) and len({parts[-1] for parts in split.values()}) == 1:
        split = {path: parts[:-1] for path, parts in split.items()}
    return {path: ".".join(parts) or "layers" for path, parts in split.items()}


def _told_apart(result: dict[str, Place]) -> dict[str, Place]:
    """No two tensors at one place: `experts.w` and `experts.w.weight` keep the ends of their names."""
    held = Counter(result.values())
    return {
        name: replace(place, module=f"{place.module}.weight") if held[place] > 1 and name.endswith(".weight") else place
        for name, place in result.items()
    }
