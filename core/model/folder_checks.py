"""What a model's folder says beside its weights, and a person should know.

An adapter that lies in it, code of its own, a head of another task, names of classes that do not fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import transformers

from core.config.families import PREFIX
from core.files.contents import read_table
from core.files.folders import ADAPTER_CONFIG, ModelFolder, is_adapter_folder
from core.files.stored_quantisation import stored_quantisation
from core.model.class_names import names_check
from core.model.head_tasks import other_task, stated_class
from core.model.hf_config import stored_config
from core.model.open import OpenedClassifier
from core.model.stored_parts import stored_head
from core.results import Check, CheckStatus

#: Types of weights that are numbers as they stand.
_FLOATS = frozenset({"F16", "BF16", "F32", "F64"})


def folder_checks(opened: OpenedClassifier, adapter: Path | None = None) -> list[Check]:
    """Warnings and notes on the folder of a base; empty where there is nothing to say.

    `adapter` is the folder of the adapter that is used, if any: the names of the base's own classes are then none of
    its business, and an adapter that is used is not news.
    """
    folder = opened.folder
    checks = [
        *_other_adapter(folder.path, adapter),
        *_own_code(folder.config, folder.path),
        *_task(folder.config, adapter),
        *_codes(folder),
    ]
    if adapter is None and opened.head_is_trained:
        head = stored_head(folder, stored_config(folder))
        names = names_check(folder.config.get("id2label"), opened.model.num_labels if head is None else head[1])
        checks += [] if names is None else [names]
    return checks


def _other_adapter(folder: Path, used: Path | None) -> list[Check]:
    if not is_adapter_folder(folder) or (used is not None and used.resolve() == folder.resolve()):
        return []
    message = f"The model's folder also holds an adapter ({ADAPTER_CONFIG}), which is not applied."
    fix, command_fix = "choose it as the adapter to apply it.", f"apply it with --adapter {folder}."
    return [Check("Adapter beside it", CheckStatus.WARNING, message, fix, command_fix)]


def _own_code(config: Mapping[str, Any], folder: Path) -> list[Check]:
    """Code is never run. For a model that matters; a config or tokenizer class is read by its fields and files."""
    named = config.get("auto_map")
    own = {name: _first(value) for name, value in named.items()} if isinstance(named, Mapping) else {}
    models = [value for name, value in own.items() if name.startswith("AutoModel")]
    if models:
        return [_runs_stock(f"It brings its own code ('{models[0]}', auto_map)", config)]
    stated = stated_class(config)
    ours = str(config.get("model_type", "")).startswith(PREFIX)
    if stated and not ours and stated.lower() not in _class_names():
        return [_runs_stock(f"It was saved as '{stated}', which transformers does not have", config)]
    tokenizer = read_table(folder / "tokenizer_config.json").get("auto_map")
    if own or isinstance(tokenizer, Mapping):
        seen = "its config" if own else "its tokenizer"
        message = f"It brings code of its own for {seen}, which is never run: its files are read."
        return [Check("Own code", CheckStatus.NOTE, message)]
    return []


def _runs_stock(seen: str, config: Mapping[str, Any]) -> Check:
    message = f"{seen}, which is never run: the stock '{config.get('model_type')}' classes answer, perhaps otherwise."
    return Check("Own code", CheckStatus.WARNING, message, "compare a few texts with what its authors state.")


def _task(config: Mapping[str, Any], adapter: Path | None) -> list[Check]:
    """An adapter brings a head of its own, or it is said that it does not."""
    task = other_task(config)
    if not task:
        return []
    message = f"It was saved as {stated_class(config)}: its head is for {task} and is not used."
    if adapter is not None:
        return [Check("Task", CheckStatus.NOTE, message)]
    fix = "choose a checkpoint for sequence classification, or an adapter with a head."
    return [Check("Task", CheckStatus.WARNING, message, fix)]


def _codes(folder: ModelFolder) -> list[Check]:
    """Weights that look quantised where config.json does not say so: transformers takes the codes for numbers."""
    if stored_quantisation(folder.config) is not None:
        return []
    codes = [t for name, t in folder.tensors.items() if name.endswith(".weight") and t.dtype not in _FLOATS]
    if not codes:
        return []
    seen = f"'{codes[0].name}' is stored as {codes[0].dtype}"
    message = f"Its weights look quantised ({seen}), and config.json does not say how: codes are read as numbers."
    fix = "put the config.json there that belongs to them, with its quantization_config."
    return [Check("Quantisation", CheckStatus.WARNING, message, fix)]


@lru_cache(maxsize=1)
def _class_names() -> frozenset[str]:
    """What transformers offers, in small letters (`LLaMAForCausalLM` is an older spelling); nothing is imported."""
    return frozenset(map(str.lower, dir(transformers)))


def _first(value: Any) -> str:
    """Of the classes of one entry, slow and fast, the first."""
    return str(value[0] if isinstance(value, list | tuple) and value else value)
