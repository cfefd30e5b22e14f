"""How the weights of a checkpoint lie in its files: codes, axes that are exchanged, rows in turns."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.checkpoints.checkpoint import Checkpoint
from core.checkpoints.checkpoint_diff.fused_tensors import Part
from core.checkpoints.checkpoint_diff.stored_views import Plain, SomeOutputs, plain
from core.checkpoints.coded_tensors import coded_tensors
from core.checkpoints.orientation import inputs_first, is_told
from core.checkpoints.quantised.coded import Coded
from core.checkpoints.quantised.contents import Apart
from core.files.safetensors_headers import TensorEntry

#: Experts in one tensor, as gpt-oss has them: with biases beside, gate and up in turns, (experts, in, out) where plain.
_STACK = re.compile(r"(?P<stem>.*\bexperts\.(gate_up|down)_proj)(_blocks|_bias)?")


@dataclass(frozen=True)
class Layouts:
    """By name: what codes stand for, what belongs to codes, and weights that are kept as (in, out).

    Attributes:
        special: all but weights that are stored as (out, in), and what is no matrix.
        stacks: names of stacked experts, without what ends them, that are laid out as in gpt-oss.
    """

    special: Mapping[str, Coded | Apart]
    stacks: frozenset[str]

    def shape(self, tensor: TensorEntry) -> tuple[int, ...]:
        """Of the weight: outputs before inputs."""
        special = self.special.get(tensor.name)
        return special.shape if isinstance(special, Coded) else tensor.shape

    def in_turns(self, name: str) -> bool:
        """Whether what a tensor fuses lies row by row in turns."""
        seen = _STACK.fullmatch(name)
        return seen is not None and seen["stem"] in self.stacks

    def weight(self, tensor: TensorEntry, *, exchanged: bool = False) -> Coded:
        """What a tensor stands for; its axes the other way round if so asked, which codes cannot be."""
        special = self.special.get(tensor.name)
        if isinstance(special, Coded) and not isinstance(special, Plain):
            return special
        return plain(tensor, inputs_first=exchanged != isinstance(special, Plain))


def layouts(first: Checkpoint, second: Checkpoint) -> tuple[Layouts, Layouts]:
    """Of both, from headers and a few bytes of shapes; where one does not say how axes lie, they lie alike."""
    told = is_told(first) and is_told(second)
    one, two = (
        _layouts(checkpoint, inputs_first(checkpoint) if told else frozenset()) for checkpoint in (first, second)
    )
    return one, two


def _layouts(checkpoint: Checkpoint, exchanged: frozenset[str]) -> Layouts:
    named = {t.name: t for t in checkpoint.tensors}
    stacks = {seen["stem"] for name in named if (seen := _STACK.fullmatch(name)) and f"{seen['stem']}_bias" in named}
    exchanged |= {name for name in stacks if name in named and len(named[name].shape) == 3}
    turned = {name: plain(named[name], inputs_first=True) for name in exchanged}
    return Layouts({**turned, **coded_tensors(checkpoint)}, frozenset(stacks))


def side(tensor: TensorEntry, part: Part | None, layout: Layouts) -> tuple[TensorEntry, Coded | Apart | None]:
    """One side of a comparison: the tensor, or the bytes of a part; and what is to be read where bytes do not do."""
    special = layout.special.get(tensor.name)
    if part is None:
        return tensor, special
    named = replace(tensor, name=part.name, shape=part.shape)
    if isinstance(special, Apart) or (part.exchanged and special and not isinstance(special, Plain)):
        return named, Apart("codes", "")
    if special is None and not part.exchanged and part.outputs.step == 1:
        return _bytes(tensor, part), None
    if part.shape[1:]:
        whole = layout.weight(tensor, exchanged=part.exchanged)
    else:
        whole = Plain(tensor, (), (*tensor.shape, 1), False, "")  # a bias an expert
    return named, SomeOutputs(
        whole.codes, whole.parts, part.shape, whole.inputs_first, whole.how, whole, part.expert, part.outputs
    )


def _bytes(tensor: TensorEntry, part: Part) -> TensorEntry:
    """The range of bytes that a part is, where its outputs lie behind one another."""
    row = (tensor.end - tensor.start) // max(tensor.count, 1) * math.prod(part.shape[1:])
    stacked = len(tensor.shape) > len(part.shape)
    start = tensor.start + row * (part.outputs.start + (part.expert * tensor.shape[1] if stacked else 0))
    return replace(tensor, name=part.name, shape=part.shape, start=start, end=start + row * len(part.outputs))
