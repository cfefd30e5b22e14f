"""`analyze_model`: the statistics of a model in memory, by the same arithmetic as those of a checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, TypedDict

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.parameter import is_lazy
from transformers.pytorch_utils import Conv1D

from core.checkpoints import wide_dtypes
from core.checkpoints.dead_rows import rows_of
from core.checkpoints.dtype_codes import TORCH_NAMES, WIDE, codes
from core.checkpoints.moments import empty, from_codes
from core.checkpoints.stacks import Place, places
from core.model.quantised import number_count, quantised_layers, whole_weight
from core.results import WeightStats

#: safetensors' names of torch's dtypes: what the alphabets of codes are called by.
_CODES = {getattr(torch, name): code for code, name in TORCH_NAMES.items()}
#: Bytes looked at together.
_BLOCK = 1 << 22


class ModelStatistics(TypedDict):
    """What `analyze_model` gives.

    Attributes:
        named_modules: the class of every module by its name, in torch's order; "" is the model itself.
        last_module_name: the last of those names.
        weight_stats: by module, then by name in it ("weight", "bias"); `WeightStats.layer` has the layer's number.
        total_params: a tied weight counts once; buffers do not count.
        total_trainable_params: those that have a gradient.
    """

    named_modules: dict[str, str]
    last_module_name: str
    weight_stats: dict[str, dict[str, WeightStats]]
    total_params: int
    total_trainable_params: int


def analyze_model(model: nn.Module) -> ModelStatistics:
    """Modules, totals, and the statistics of every weight and bias: exact up to 16 bits, sums in float64 above.

    Works on any module, transformers and PEFT models included. Tied weights stand once, under their first name.
    Buffers that a checkpoint would hold are listed too, with a note. A tensor without values (on the meta device, or
    not yet made) is listed without numbers, and says so. Nothing of the model is changed.
    """
    modules = dict(model.named_modules())
    parameters = list(_once(model.named_parameters()))
    counted = [p for _, p in parameters if not is_lazy(p)]
    stats: dict[str, dict[str, WeightStats]] = {}
    coded = {f"{name}.weight": layer for name, layer in quantised_layers(model)}
    tensors = [*parameters, *_once(_stored_buffers(model))]
    where = places(name for name, _ in tensors)
    for name, tensor in tensors:
        module, _, own = name.rpartition(".")
        note = "" if isinstance(tensor, nn.Parameter) else "A buffer: not counted as a parameter."
        if name in coded:
            tensor, note = whole_weight(coded[name]), "Of the numbers that its codes stand for."
        transposed = own == "weight" and isinstance(modules.get(module), Conv1D)
        stats.setdefault(module, {})[own] = tensor_statistics(name, tensor, note, where[name], transposed)
    return ModelStatistics(
        named_modules={name: type(module).__name__ for name, module in modules.items()},
        last_module_name=next(reversed(modules)),
        weight_stats=stats,
        total_params=sum(number_count(p) for p in counted),
        total_trainable_params=sum(p.numel() for p in counted if p.requires_grad),
    )


def tensor_statistics(
    name: str, tensor: Tensor, note: str = "", place: Place | None = None, inputs_first: bool = False
) -> WeightStats:
    """One tensor of any dtype; quantised ones by the values that they stand for.

    `place` is where it is among the tensors of its model, `inputs_first` whether it is kept as (in, out).
    """
    place = place or places([name])[name]
    missing = _why_no_numbers(tensor)
    if missing:
        shape, count = ((), 0) if is_lazy(tensor) else (tuple(tensor.shape), tensor.numel())
        numbers: dict[str, Any] = empty()
    else:
        shape, count = tuple(tensor.shape), tensor.numel()
        numbers = _numbers(tensor.detach())
    dead = _dead_lines(name, tensor, numbers["zeros"])
    said = " ".join(words for words in (note, missing, numbers.pop("note", "")) if words)
    return WeightStats(
        name=name,
        layer=place.layer,
        module=place.module,
        dtype=str(tensor.dtype).removeprefix("torch."),
        shape=shape,
        count=count,
        dead_rows=dead[0],
        note=said,
        stack=place.stack,
        role="codes" if getattr(tensor, "quant_state", None) is not None else "weight",
        dead_columns=dead[1],
        inputs_first=inputs_first,
        **numbers,
    )


def _why_no_numbers(tensor: Tensor) -> str:
    if is_lazy(tensor):
        return "Not made yet: its shape comes with the first forward pass."
    if tensor.is_meta:
        return "Its values are not in memory (meta device): nothing was computed."
    if tensor.layout != torch.strided:
        return "A sparse tensor: nothing was computed."
    if getattr(tensor, "quant_state", None) is not None:
        return "Packed codes of a quantised weight: nothing was computed."
    if not tensor.is_quantized and tensor.dtype not in _CODES:
        return f"The dtype {str(tensor.dtype).removeprefix('torch.')} is not known here: nothing was computed."
    return ""


def _numbers(tensor: Tensor) -> dict[str, Any]:
    """The numeric fields of `WeightStats`, and a note on how exact they are."""
    if tensor.is_quantized:
        return {**_numbers(tensor.dequantize()), "note": "Of the values that the quantised numbers stand for."}
    flat = tensor.cpu().resolve_conj().resolve_neg().contiguous().reshape(-1)
    code = _CODES[flat.dtype]
    if code in WIDE:
        return {**wide_dtypes.statistics(partial(_blocks, flat), code), "note": wide_dtypes.note(code)}
    alphabet = codes(code)
    counts = np.zeros(2**alphabet.bits, dtype=np.int64)
    for block in _blocks(flat):
        counts += np.bincount(block if alphabet.bits == 8 else block.view(np.uint16), minlength=len(counts))
    return from_codes(counts, alphabet)


def _blocks(flat: Tensor) -> Iterator[NDArray[np.uint8]]:
    """The bytes of a tensor of one axis, a few at a time."""
    raw = flat.view(torch.uint8).numpy()
    for start in range(0, len(raw), _BLOCK):
        yield raw[start : start + _BLOCK]


def _dead_lines(name: str, tensor: Tensor, zeros: int) -> tuple[int, int]:
    """Rows and columns of zeros alone: looked for only where there are zeros enough for one."""
    if is_lazy(tensor) or tensor.dim() < 2 or not tensor.numel():
        return 0, 0
    rows = rows_of(name, tuple(tensor.shape))
    wide = tensor.dim() == 2 and rows > 1 and zeros >= rows
    if zeros < tensor.numel() // rows and not wide:
        return 0, 0
    values = tensor.detach()
    blank = (values.dequantize() if values.is_quantized else values).reshape(rows, -1) == 0
    return int(blank.all(dim=1).sum()), int(blank.all(dim=0).sum()) if wide else 0


def _stored_buffers(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Buffers that `state_dict` holds."""
    for path, module in model.named_modules():
        for name, buffer in module._buffers.items():
            if buffer is not None and name not in module._non_persistent_buffers_set:
                yield f"{path}.{name}" if path else name, buffer


def _once(named: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Each tensor under its first name; tied ones may be other objects around the same memory."""
    seen: set[object] = set()
    for name, tensor in named:
        key: object = id(tensor)
        if not _why_no_numbers(tensor) and not tensor.is_quantized and tensor.numel():
            place = tensor.untyped_storage().data_ptr(), tensor.storage_offset()
            key = (tensor.device, *place, tensor.dtype, tuple(tensor.shape), tensor.stride())
        if key not in seen:
            seen.add(key)
            yield name, tensor
