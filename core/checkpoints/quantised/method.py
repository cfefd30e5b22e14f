"""How a checkpoint was quantised, as its config says: hints where shapes alone do not decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.files.contents import read_table

_FIELDS = ("quantization_config", "compression_config", "quantization")


@dataclass(frozen=True)
class Method:
    """What is stated; everything has a value for "not stated".

    Attributes:
        name: `fp8`, `gptq`, ...; empty where nothing says that the checkpoint is quantised.
        layout: the name of a layout within a method, in lower case (`marlin`, `gemm`, `gptq_v2`); else empty.
        bits: of a code; 0 where not stated.
        group: numbers that share a scale; 0 where not stated.
        block: (rows, columns) that share a scale, or ().
    """

    name: str = ""
    layout: str = ""
    bits: int = 0
    group: int = 0
    block: tuple[int, ...] = ()


def method_of(path: Path) -> Method:
    """From the config.json of a checkpoint's folder, or of the folder that a file is in."""
    folder = path if path.is_dir() else path.parent
    config = read_table(folder / "config.json")
    stated = next(_stated(config), None)
    if stated is None:
        other = next(_stated(read_table(folder / "hf_quant_config.json")), None)
        return Method() if other is None else Method(str(other.get("quant_algo", "modelopt")).lower())
    weights = _weights(stated)
    group = _number(stated.get("group_size")) or _number(weights.get("group_size"))
    block = stated.get("weight_block_size") or weights.get("block_structure")
    return Method(
        name=str(stated.get("quant_method") or stated.get("quant_algo") or "unknown").lower(),
        layout=str(stated.get("checkpoint_format") or stated.get("version") or stated.get("format") or "").lower(),
        bits=_number(stated.get("bits")) or _number(stated.get("w_bit")) or _number(weights.get("num_bits")),
        group=max(group, 0),
        block=tuple(block) if isinstance(block, list) and all(isinstance(n, int) and n > 0 for n in block) else (),
    )


def _stated(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What a config says of quantisation, its own or one of its parts'."""
    for part in (config, *(value for value in config.values() if isinstance(value, dict))):
        for field in _FIELDS:
            stated = part.get(field)
            if isinstance(stated, dict) and stated:
                yield stated


def _weights(stated: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first group's weights, as compressed-tensors states them."""
    groups = stated.get("config_groups")
    group = next(iter(groups.values()), None) if isinstance(groups, dict) else None
    weights = group.get("weights") if isinstance(group, dict) else None
    return weights if isinstance(weights, dict) else {}


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
