"""Sizes as people read them: bytes, shapes, operations."""

from __future__ import annotations

from collections.abc import Sequence

from core.words.numbers import three_digits

_BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_OPERATIONS = ((1e12, "TFLOPs"), (1e9, "GFLOPs"), (1e6, "MFLOPs"))


def size(count: float) -> str:
    """Bytes in binary units, three significant digits: 4.31 MiB."""
    value, unit = _scaled(count)
    return f"{round(value) if unit == 'B' else three_digits(value)} {unit}"


def tick(count: float) -> str:
    """Bytes beside an axis, whose ticks are powers of two: 8 KiB."""
    value, unit = _scaled(count)
    return f"{value:.3g} {unit}"


def gibibytes(count: int) -> str:
    """Bytes in a message, where their order of magnitude matters: `1.5 GiB`, `12 MiB`; below one MiB as `size`."""
    if count < 2**20:
        return size(count)
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count / 2**20:.0f} MiB"


def shape(lengths: Sequence[int]) -> str:
    """`128 x 1,024`; `scalar` for a tensor without axes."""
    return " x ".join(f"{length:,}" for length in lengths) or "scalar"


def operations(count: float) -> tuple[str, str]:
    """Floating-point operations and their unit: ("2.26", "GFLOPs")."""
    unit, name = next((unit for unit in _OPERATIONS if count >= unit[0]), _OPERATIONS[-1])
    return three_digits(count / unit), name


def _scaled(count: float) -> tuple[float, str]:
    step = 0
    while count >= 1000 and step < len(_BYTES) - 1:
        count /= 1024
        step += 1
    return count, _BYTES[step]
