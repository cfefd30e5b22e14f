"""Would this adapter do on this base what it was trained to do? Checked before and after it is attached.

PEFT is silent about most of what can go wrong (another family with the same shapes, another base checkpoint,
missing factors, layers beyond the base ...): the logits are then off by whole units without a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.config.families import lifts_mask
from core.files.folders import AdapterFolder
from core.model.adapters import base_checks, head_checks, module_checks, start_values, tensor_checks
from core.model.adapters.card import AdapterCard
from core.model.adapters.trained_modules import AdapterParts
from core.model.open import OpenedClassifier
from core.results import Check


def check_before(
    opened: OpenedClassifier, folder: AdapterFolder, card: AdapterCard | None, parts: AdapterParts
) -> list[Check]:
    """Everything that files and module names say, in the order in which a person would ask."""
    config: Any = opened.model.config
    text = config.get_text_config()
    sizes = {field: getattr(text, field, None) for field in ("hidden_size", "num_hidden_layers")}
    return [
        base_checks.kind(folder),
        base_checks.fields(folder),
        base_checks.family(opened.folder, folder, card),
        base_checks.mask(config.model_type, lifts_mask(config), card),
        base_checks.base(opened.folder, folder, card),
        start_values.start_values(folder.config),
        tensor_checks.layers(int(text.num_hidden_layers), folder.config, parts.tensors),
        module_checks.targets(opened, folder, parts),
        module_checks.saved_modules(opened, folder, parts),
        module_checks.sizes(opened, parts),
        base_checks.numbers(sizes, card),
        tensor_checks.ranks(folder),
        head_checks.head(parts, opened),
        head_checks.labels(parts, card),
    ]


def check_attached(expected: set[str], tensors: Mapping[str, Any]) -> list[Check]:
    """What only the attached model can say: `expected` names of its tensors, against the file's `tensors` by name."""
    return [tensor_checks.keys(expected, set(tensors)), *tensor_checks.values(tensors)]
