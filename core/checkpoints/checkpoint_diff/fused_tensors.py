"""Tensors that one checkpoint keeps fused or stacked and the other apart: cut into what they were made of.

Fused projections lie below one another (rows of q, then of k, then of v), and experts behind one another. gpt-oss keeps
gate and up in turns, a row of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.checkpoints.checkpoint_diff.name_rules import without_containers

Shape = tuple[int, ...]
_ATTENTION = (("q_proj", "k_proj", "v_proj"), ("query", "key", "value"), ("q", "k", "v"))
#: What is fused, and what it may be made of, in order.
_FUSED = {
    "qkv_proj": _ATTENTION,
    "qkv": _ATTENTION,
    "Wqkv": _ATTENTION,
    "in_proj": _ATTENTION,
    "c_attn": _ATTENTION,
    "W_pack": _ATTENTION,
    "kv_proj": (("k_proj", "v_proj"),),
    "gate_up_proj": (("gate_proj", "up_proj"),),
}
_EXPERTS = re.compile(r"(?P<around>.*\bexperts)\.(?P<module>\w+?)(?P<bias>_bias)?(\.weight)?$")


@dataclass(frozen=True)
class Part:
    """A part of a weight under a name that shows it.

    Attributes:
        key: the name of its partner, by `without_containers`.
        shape: as its partner has it.
        expert: which matrix of a stack it is of; 0 where there is none.
        outputs: which rows (out, in) of that matrix.
        exchanged: the axes of the whole are the other way round than its partner's, as Llama 4 stacks its experts.
    """

    name: str
    key: str
    shape: Shape
    expert: int
    outputs: range
    exchanged: bool = False


def cut(name: str, shape: Shape, others: Mapping[str, Shape], *, in_turns: bool = False) -> tuple[Part, ...]:
    """The parts of a weight that are among `others`, shapes of the other checkpoint's by `without_containers`.

    Empty where the parts are not all there, or their sizes do not add up. `in_turns`: gate and up are fused row by row.
    """
    return _projections(name, shape, others) or _experts(name, shape, others, in_turns)


def _projections(name: str, shape: Shape, others: Mapping[str, Shape]) -> tuple[Part, ...]:
    parts = re.sub(r"\bin_proj_(weight|bias)$", r"in_proj.\1", without_containers(name)).split(".")
    for place, module in enumerate(parts):
        for names in _FUSED.get(module, ()):
            keys = {own: ".".join([*parts[:place], own, *parts[place + 1 :]]) for own in names}
            if all(key in others for key in keys.values()):
                return _outputs(shape, {f"{name}[{own}]": key for own, key in keys.items()}, others)
    return ()


def _experts(name: str, shape: Shape, others: Mapping[str, Shape], in_turns: bool) -> tuple[Part, ...]:
    seen = _EXPERTS.fullmatch(without_containers(name))
    if seen is None or len(shape) != (2 if seen["bias"] else 3):
        return ()
    ending = "bias" if seen["bias"] else "weight"
    for own_names, pattern in _ways(seen["module"]):
        label = "{}[{}]" if len(own_names) == 1 else "{}[{}, {}]"
        result: list[Part] = []
        for number in range(shape[0]):
            keys = {
                label.format(name, number, own): f"{seen['around']}.{pattern.format(number, own)}.{ending}"
                for own in own_names
            }
            held = _outputs(shape[1:], keys, others, number, in_turns) if _all_in(keys, others) else ()
            result += held
            if not held:
                break
        if len(result) == shape[0] * len(own_names):
            return tuple(result)
    return ()


def _ways(module: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """What a stack is taken apart into, and how a part is named by number and own name."""
    for names in _FUSED.get(module, ()):
        yield names, "{0}.{1}"
    yield (module,), "{0}.{1}"
    yield (module,), "{1}s.{0}"  # a list of modules a projection


def _all_in(keys: Mapping[str, str], others: Mapping[str, Shape]) -> bool:
    return all(key in others for key in keys.values())


def _outputs(
    shape: Shape, keys: Mapping[str, str], others: Mapping[str, Shape], expert: int = 0, in_turns: bool = False
) -> tuple[Part, ...]:
    """The outputs of a matrix, as many for each part (name -> key) as its partner has."""
    shapes = [others[key] for key in keys.values()]
    if not all(part for part in shapes):
        return ()
    total = sum(part[0] for part in shapes)
    as_stored = shape[0] == total and all(part[1:] == shape[1:] for part in shapes)
    exchanged = len(shape) == 2 and shape[1] == total and all(part[1:] == shape[:1] for part in shapes)
    if not (as_stored or exchanged):
        return ()
    result, start = [], 0
    alternate = in_turns and len(shapes) > 1
    for place, ((name, key), part) in enumerate(zip(keys.items(), shapes, strict=True)):
        outputs = range(place, total, len(shapes)) if alternate else range(start, start + part[0])
        result.append(Part(name, key, part, expert, outputs, exchanged=not as_stored))
        start += part[0]
    return tuple(result)
