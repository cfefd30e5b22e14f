"""From tensors that belong together by their names and shapes to the weight that they stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.checkpoints.quantised.bitsandbytes import four_bit
from core.checkpoints.quantised.coded import Coded, Source, whole
from core.checkpoints.quantised.fp4 import FloatFour
from core.checkpoints.quantised.grouped import Awq, Gptq, PackedRows
from core.checkpoints.quantised.method import Method
from core.checkpoints.quantised.scaled import Scaled, blocks_of, three
from core.files.safetensors_headers import TensorEntry

Named = Mapping[str, TensorEntry]
#: A weight; or why there is none though the names are those of a layout; or None, where they are not.
Result = Coded | str | None

FLOAT8 = {
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz",
}
#: Where the scale of `a.weight` may stand: behind its name, or beside it.
_BEHIND, _BESIDE = ("_scale_inv", "_scale"), ("scale", "scale_weight", "qscale_weight")
_PACKED = "packed codes"


def weight_behind(codes: TensorEntry, named: Named, method: Method, source: Source) -> Result:
    """The weight whose codes a tensor holds."""
    result: Result = four_bit(codes, named, source)
    for layout in (_words, _packed_rows, _float_four, _microscaled, _scaled):
        if result is not None:
            break
        result = layout(codes, named, method, source)
    return result


def _words(codes: TensorEntry, named: Named, method: Method, _: Source) -> Result:
    """GPTQ or AWQ."""
    base = codes.name.removesuffix("qweight")
    scale, zero, index = (named.get(base + part) for part in ("scales", "qzeros", "g_idx"))
    if base == codes.name or codes.dtype != "I32" or len(codes.shape) != 2:
        return None
    if scale is None or len(scale.shape) != 2 or "marlin" in method.layout or not codes.count:
        return f"{_PACKED} in words of 32 bits (qweight), of a layout that is not known here"
    rows, columns = codes.shape
    groups, outputs = scale.shape
    parts = tuple(t for t in (scale, zero, index) if t is not None)
    if columns * 8 == outputs and method.name != "gptq":
        if method.layout not in ("", "gemm") or method.bits not in (0, 4):
            return f"{_PACKED} of AWQ in the layout '{method.layout}', which is not known here"
        group = -(-rows // groups)
        how = f"AWQ codes of 4 bits, groups of {group:,}"
        return Awq(codes, parts, (outputs, rows), True, how, 4, scale, zero, group, None)
    inputs = index.count if index is not None else rows * 32 // method.bits if method.bits else 0
    bits = rows * 32 // inputs if inputs else 0
    if columns != outputs or bits not in (2, 3, 4, 8) or rows * 32 != inputs * bits:
        return f"{_PACKED} in words of 32 bits (qweight), whose sizes do not fit their scales"
    group = method.group or -(-inputs // groups)
    how = f"GPTQ codes of {bits} bits, groups of {group:,}"
    added = 0 if method.layout == "gptq_v2" else 1
    return Gptq(codes, parts, (outputs, inputs), True, how, bits, scale, zero, group, index, added)


def _packed_rows(codes: TensorEntry, named: Named, method: Method, source: Source) -> Result:
    """compressed-tensors' integers in words, or its floats of four bits."""
    base = codes.name.removesuffix("_packed")
    if base == codes.name:
        return None
    scale, shape, zero, index = (named.get(base + part) for part in ("_scale", "_shape", "_zero_point", "_g_idx"))
    overall = named.get(base + "_global_scale")
    if codes.dtype == "U8" and scale is not None and len(codes.shape) == len(scale.shape):
        return _floats(codes, scale, overall, divides=True)
    if codes.dtype != "I32" or scale is None or shape is None or len(codes.shape) != 2 or shape.count != 2:
        return f"{_PACKED} (weight_packed), of a layout that is not known here"
    outputs, inputs = (int(n) for n in whole(source, shape))
    fitting = [b for b in (method.bits, 4, 8, 2) if b and -(-inputs // (32 // b)) == codes.shape[1]]
    groups = scale.count // max(outputs, 1)
    if not fitting or codes.shape[0] != outputs or scale.count != outputs * groups or not groups:
        return f"{_PACKED} (weight_packed), whose sizes do not fit their shape"
    group = -(-inputs // groups)
    parts = tuple(t for t in (scale, shape, zero, index) if t is not None)
    how = f"compressed-tensors' codes of {fitting[0]} bits, groups of {group:,}"
    return PackedRows(codes, parts, (outputs, inputs), False, how, fitting[0], scale, zero, group, index)


def _float_four(codes: TensorEntry, named: Named, _: Method, __: Source) -> Result:
    """ModelOpt's NVFP4."""
    scale, overall = (named.get(codes.name + part) for part in ("_scale", "_scale_2"))
    if codes.dtype != "U8" or scale is None or overall is None:
        return None
    return _floats(codes, scale, overall, divides=False)


def _microscaled(codes: TensorEntry, named: Named, _: Method, __: Source) -> Result:
    """MXFP4 as gpt-oss keeps it: blocks of 16 bytes along the last axis."""
    scale = named.get(codes.name.removesuffix("_blocks") + "_scales")
    if not codes.name.endswith("_blocks") or codes.dtype != "U8" or scale is None:
        return None
    if codes.shape[:-1] != scale.shape or len(codes.shape) < 3 or scale.dtype != "U8":
        return f"{_PACKED} in blocks, whose sizes do not fit their scales"
    shape = (*codes.shape[:-2], codes.shape[-2] * codes.shape[-1] * 2)
    block = 2 * codes.shape[-1]
    return FloatFour(codes, (scale,), shape, False, f"MXFP4 codes, blocks of {block:,}", scale, block)


def _floats(codes: TensorEntry, scale: TensorEntry, overall: TensorEntry | None, *, divides: bool) -> Result:
    *rows, octets = codes.shape
    blocks = scale.shape[-1]
    if tuple(rows) != scale.shape[:-1] or not blocks or 2 * octets % blocks or (overall and overall.count != 1):
        return f"{_PACKED} of floats of 4 bits, whose sizes do not fit their scales"
    block = 2 * octets // blocks
    kind = "MXFP4" if scale.dtype in ("U8", "F8_E8M0") else "NVFP4"
    parts = (scale,) if overall is None else (scale, overall)
    how = f"{kind} codes, blocks of {block:,}"
    return FloatFour(codes, parts, (*rows, 2 * octets), False, how, scale, block, overall, divides)


def _scaled(codes: TensorEntry, named: Named, method: Method, _: Source) -> Result:
    """float8 or int8, a code a number."""
    if codes.dtype not in (*FLOAT8, "I8") or not codes.count:
        return None
    beside = codes.name.rpartition(".")[0]
    kind = FLOAT8.get(codes.dtype, "int8")
    if codes.dtype == "I8" and (rows := named.get(f"{beside}.SCB")) is not None and rows.count == codes.shape[0]:
        form = named.get(f"{beside}.weight_format")
        parts = (rows,) if form is None else (rows, form)
        blocks = (1, 1, three(codes.shape)[2])
        return Scaled(
            codes, parts, codes.shape, False, "int8 codes of bitsandbytes, a scale a row", rows, blocks, 127.0
        )
    names = [*(codes.name + end for end in _BEHIND), *(f"{beside}.{name}" for name in _BESIDE)]
    found = next((name for name in names if name in named), None)
    if found is None:
        return None
    blocks_ = blocks_of(codes.shape, named[found].shape, method.block) if len(codes.shape) > 1 else None
    if blocks_ is None:
        return f"{_PACKED} ({kind}), whose sizes do not fit their scales"
    zero = named.get(codes.name + "_zero_point")
    zero = zero if zero is not None and zero.shape == named[found].shape else None
    parts = (named[found],) if zero is None else (named[found], zero)
    how = f"{kind} codes and {found.rpartition('.')[2]}, a scale {_sharing(codes.shape, blocks_)}"
    return Scaled(codes, parts, codes.shape, False, how, named[found], blocks_, 1.0, zero)


def _sharing(shape: tuple[int, ...], blocks: tuple[int, int, int]) -> str:
    """Which numbers share a scale, in words."""
    sizes = three(shape)
    if blocks == sizes:
        return "for the tensor"
    if blocks[1:] == sizes[1:]:
        return "an expert"
    if blocks[1:] == (1, sizes[2]):
        return "a row"
    return f"a block of {blocks[1]:,} x {blocks[2]:,}"


#: For type checkers: every layout is one of these.
Layout = Callable[[TensorEntry, Named, Method, Source], Result]
