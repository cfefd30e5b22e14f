"""The tensors of a model that come of those in files: transformers' renamings and conversions, without a weight."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel
from transformers.conversion_mapping import get_model_conversion_mapping
from transformers.core_model_loading import WeightConverter, WeightRenaming, rename_source_key

from core.config.families import PREFIX
from core.files.safetensors_headers import TensorEntry
from core.model.heads import head_key_mapping
from core.model.pooled_config import parts_of

Shape = tuple[int, ...]
#: What stands beside codes, also where they are gone.
_SCALES = re.compile(r"scale|zero|absmax|g_idx|shape|SCB|format")


@dataclass(frozen=True)
class Held:
    """A tensor of the model: the stored one that it comes of (the first of several), and its shape; None of codes."""

    source: str
    shape: Shape | None


@dataclass(frozen=True)
class Conversion:
    """What makes other tensors of a stored one, and by which of its patterns it was found."""

    pattern: str
    converter: WeightConverter


def names_when_read(
    model: PreTrainedModel, names: Iterable[str], expected: Mapping[str, Any], renamed: dict[str, str] | None = None
) -> Iterator[tuple[str, str, Conversion | None]]:
    """Each stored name with the one that transformers gives it, and what makes other tensors of it, if anything does.

    `expected` is the model's state, `renamed` patterns of ours that go before transformers'. The rule is that of
    `convert_and_load_state_dict_in_model` in transformers' `core_model_loading.py`.
    """
    mapping = get_model_conversion_mapping(model, renamed)
    renamings = [step for step in mapping if isinstance(step, WeightRenaming)]
    converters = [step for step in mapping if isinstance(step, WeightConverter)]
    by_pattern = {pattern: step for step in converters for pattern in step.source_patterns}
    prefix, state = model.base_model_prefix, dict(expected)
    for stored in names:
        name, pattern = rename_source_key(stored, renamings, converters, prefix, state)
        if name not in expected and stored in expected:
            name, pattern = rename_source_key(stored, [], [], prefix, state)
        yield stored, name, None if pattern is None else Conversion(pattern, by_pattern[pattern])


def held_tensors(model: PreTrainedModel, tensors: Mapping[str, TensorEntry]) -> tuple[dict[str, Held], dict[str, str]]:
    """What of a model on the meta device comes of stored tensors, by its names; and what of the stored is left over.

    Left over: the name that the model would have for it, with the one in the file.
    """
    expected = model.state_dict()
    held: dict[str, Held] = {}
    left: dict[str, str] = {}
    made: dict[str, tuple[str, WeightConverter]] = {}
    for stored, name, conversion in names_when_read(model, tensors, expected, _own_names(model)):
        if name not in expected:
            left[name] = stored
        elif conversion is None:
            held[name] = Held(stored, tensors[stored].shape)
        else:
            step = made.setdefault(name, (stored, copy.deepcopy(conversion.converter)))[1]
            part: Any = torch.empty(tensors[stored].shape, device="meta")
            step.add_tensor(name, stored, conversion.pattern, part)
    for name, (stored, step) in made.items():
        held |= {target: Held(stored, tuple(t.shape)) for target, t in _converted(model, name, step).items()}
    return held, left


def held_codes(model: PreTrainedModel, names: Iterable[str]) -> tuple[dict[str, Held], dict[str, str]]:
    """As `held_tensors`, of a quantised checkpoint without its scales.

    Codes have names and shapes of their own: each counts as the parameter whose name it extends or stands for
    (`q_proj.weight_packed`, `experts.down_proj_blocks`, `q_proj.qweight`).
    """
    expected = model.state_dict()
    sources = {shorter: name for name in names for shorter in _shorter(name)} | {name: name for name in names}
    held: dict[str, Held] = {}
    left: dict[str, str] = {}
    for written, name, conversion in names_when_read(model, sources, expected, _own_names(model)):
        if name in expected:
            targets = [name] if conversion is None else _targets(name, conversion.converter)
            held |= {target: Held(sources[written], None) for target in targets}
        elif sources[written] == written:
            left[name] = written
    return held, {name: source for name, source in left.items() if all(h.source != source for h in held.values())}


def _own_names(model: PreTrainedModel) -> dict[str, str] | None:
    """Where a classifier of ours puts its stored head."""
    config = model.config
    return head_key_mapping(parts_of(config)[1], config) if config.model_type.startswith(PREFIX) else None


def _shorter(name: str) -> Iterator[str]:
    """`a.weight_packed` -> `a.weight`; `a.qweight` -> `a.weight`; neither a bias nor a scale is a code of a weight."""
    module, _, last = name.rpartition(".")
    if last == "bias" or _SCALES.search(last):
        return
    if module:
        yield f"{module}.weight"
    while "_" in last:
        last = last.rpartition("_")[0]
        yield f"{module}.{last}" if module else last


def _targets(name: str, converter: WeightConverter) -> list[str]:
    """All that comes of a conversion whose first target is `name`."""
    first = converter.target_patterns[0]
    return [name.replace(first, target) for target in converter.target_patterns]


def _converted(model: PreTrainedModel, name: str, step: WeightConverter) -> dict[str, Tensor]:
    """What a conversion makes of its parts; nothing where some of them are missing, or do not fit together."""
    try:
        made: dict[str, Any] = step.convert(name, model=model, config=model.config)
    except Exception:  # torch's and the library's own, all about parts that are not there or of other sizes
        return {}
    return {target: value[0] if isinstance(value, list) else value for target, value in made.items()}
