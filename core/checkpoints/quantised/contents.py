"""What each tensor of a checkpoint is: a weight as it stands, a weight behind codes, codes alone, or a part of one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core.checkpoints.quantised.coded import Coded, Source
from core.checkpoints.quantised.layouts import FLOAT8, weight_behind
from core.checkpoints.quantised.method import Method
from core.files.safetensors_headers import TensorEntry

_INTEGERS = ("U8", "I8", "I16", "U16", "I32", "U32")
#: Buffers of whole numbers that models keep: no codes.
_BUFFER = re.compile(r"(_ids|_index|_indices|_tracked|_mask|(^|\.)(bias|masked_bias|attn_bias|position|step|count))$")
#: How tensors of codes are called.
_CODES = re.compile(r"(weight|qweight|weight_packed|_packed|_blocks|W_q|q_weight|_data|_qdata|codes)$")
#: How what belongs to codes is called, in any format.
_PART = re.compile(
    r"(scales?|scale_inv|scale_2|zeros?|zero_points?|absmax|quant_map|g_idx|SCB|weight_format|weight_shape|codebooks?"
    r"|amax|quant_state\.\w+)$"
)

#: Scales of what is computed: of keys and values, of what goes into a layer and comes out of it.
_ACTIVATION = re.compile(r"\b(q|k|v|kv|prob|input|output|activation)_(proj_)?scale$")


@dataclass(frozen=True)
class Apart:
    """A tensor that holds no weights: codes that stay codes, or what belongs to codes; and why, in words."""

    role: Literal["codes", "scales"]
    note: str


def contents_of(tensors: Sequence[TensorEntry], method: Method, source: Source) -> Mapping[str, Coded | Apart]:
    """By name, everything that is no weight as it stands.

    Which layout a tensor has is told by the names and shapes around it; `method` decides where those do not. A tensor
    of whole numbers that has a weight's name, or parts beside it, or stands in a checkpoint that says it is quantised,
    is codes, also where no layout is known.
    """
    result = dict(_behind_codes(tensors, method, source))
    owners = {part.name: name for name, weight in result.items() if isinstance(weight, Coded) for part in weight.parts}
    modules: dict[str, list[str]] = defaultdict(list)
    for t in tensors:
        modules[_around(t.name)].append(t.name)
    for t in tensors:
        if t.name in result:
            continue
        if t.name in owners:
            result[t.name] = Apart("scales", f"Belongs to the codes of {owners[t.name]}: no weight of its own.")
        elif _are_codes(t, (*modules[_around(t.name)], *modules[t.name]), method):
            result[t.name] = Apart("codes", f"Packed codes of a quantised weight{_by(method)}: nothing was computed.")
    return result | dict(_parts_near(tensors, result))


def _behind_codes(
    tensors: Sequence[TensorEntry], method: Method, source: Source
) -> Iterator[tuple[str, Coded | Apart]]:
    """Tensors whose names are those of a layout that is known."""
    named = {t.name: t for t in tensors}
    for t in tensors:
        weight = weight_behind(t, named, method, source)
        if isinstance(weight, Coded):
            yield t.name, weight
        elif weight is not None:
            yield t.name, Apart("codes", f"{weight[:1].upper()}{weight[1:]}: nothing was computed.")


def _parts_near(tensors: Sequence[TensorEntry], held: Mapping[str, Coded | Apart]) -> Iterator[tuple[str, Apart]]:
    """What is called a scale or the like beside codes: scales of activations, and parts of what is not known."""
    near = {around for name in held for around in (name, _around(name)) if around}
    blocks = {_around(_around(name)) for name in held}
    for t in tensors:
        part, around = _PART.search(t.name), _around(t.name).removesuffix(".quant_state")
        if t.name not in held and part and (around in near or (around in blocks and _ACTIVATION.search(t.name))):
            yield t.name, Apart("scales", "Belongs to quantised weights or activations: no weight of its own.")


def _are_codes(t: TensorEntry, beside: Sequence[str], method: Method) -> bool:
    """`beside` are the names in the tensor's module, and those below its own."""
    if t.dtype in FLOAT8:
        return bool(method.name) and len(t.shape) > 1
    if t.dtype not in _INTEGERS or not t.shape or _BUFFER.search(t.name) or _PART.search(t.name):
        return False
    if any(_PART.search(name) for name in beside if name != t.name):
        return True
    return len(t.shape) > 1 and (bool(method.name) or ("." in t.name and bool(_CODES.search(t.name))))


def _around(name: str) -> str:
    return name.rpartition(".")[0]


def _by(method: Method) -> str:
    return f" ({method.name})" if method.name else ""
