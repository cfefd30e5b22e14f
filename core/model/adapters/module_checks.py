"""Where does it attach? Modules that it adapts or replaces, its layers, and the widths of its factors."""

from __future__ import annotations

import dataclasses

from peft import LoraConfig
from peft.tuners.tuners_utils import check_target_module_exists
from torch import nn
from transformers.pytorch_utils import Conv1D

from core.config.strict_model import suggest
from core.files.folders import AdapterFolder
from core.model.adapters import tensor_checks
from core.model.adapters.outcomes import passed, refused
from core.model.adapters.trained_modules import AdapterParts
from core.model.open import OpenedClassifier
from core.results import Check

#: Saved names that a classifier does without; PEFT adds `classifier` by itself.
IGNORED_MODULES = frozenset({"classifier", "lm_head", "score"})

#: Fields of adapter_config.json that choose modules.
_CHOOSING = ("target_modules", "exclude_modules", "layers_to_transform", "layers_pattern")

#: How families call their linear layers: suggested before other names where a target is unknown.
_LINEAR_NAMES = frozenset(
    {
        "q_proj",
        "k_proj",
        "v_proj",
        "o_proj",
        "gate_proj",
        "up_proj",
        "down_proj",
        "query",
        "key",
        "value",
        "dense",
        "c_attn",
        "c_proj",
        "c_fc",
        "q_lin",
        "k_lin",
        "v_lin",
        "out_lin",
        "lin1",
        "lin2",
    }
)


def targets(opened: OpenedClassifier, folder: AdapterFolder, parts: AdapterParts) -> Check:
    """Every module that it adapts is in the base, and every one that it says it adapts has its factors."""
    stated = folder.config.get("target_modules") or []
    names = [name for name, _ in opened.model.named_modules()]
    absent = [name for name in parts.adapted if name not in names and not parts.is_head(name)]
    if isinstance(stated, list) and not absent:
        of_head = {name.rsplit(".", 1)[-1] for name in parts.adapted if parts.is_head(name)} | IGNORED_MODULES
        absent = [t for t in stated if t not in of_head and not any(n == t or n.endswith("." + t) for n in names)]
    if absent:
        last = {name.rsplit(".", 1)[-1] for name in names}
        return refused(
            "Targets",
            f"It adapts the module '{absent[0]}', which this base does not have.",
            suggest(absent[0].rsplit(".", 1)[-1], sorted(last & _LINEAR_NAMES) or sorted(last)),
        )
    chosen = chosen_modules(opened, folder, parts)
    if chosen is not None and (refusal := _against(parts, chosen)) is not None:
        return refusal
    return passed("Targets", f"{len(parts.adapted)} adapted modules, all of them here.")


def chosen_modules(opened: OpenedClassifier, folder: AdapterFolder, parts: AdapterParts) -> set[str] | None:
    """The modules of the backbone that its config chooses by PEFT's own rule; None where that cannot be said.

    Names of the bare backbone and `all-linear` mean other modules in another model.
    """
    known = {f.name for f in dataclasses.fields(LoraConfig)}
    stated = {k: v for k, v in folder.config.items() if k in known and k in _CHOOSING and v}
    unclear = parts.renamed or any(folder.config.get(field) for field in ("target_parameters", "layer_replication"))
    if unclear or stated.get("target_modules") in (None, "all-linear"):
        return None
    config = LoraConfig(**stated)
    return {
        name
        for name, module in opened.model.named_modules()
        if isinstance(module, nn.Linear | nn.Embedding | Conv1D)
        and not parts.is_head(name)
        and check_target_module_exists(config, name)
    }


def _against(parts: AdapterParts, chosen: set[str]) -> Check | None:
    """A refusal where the factors of the file are not those of the chosen modules."""
    adapted = {name for name in parts.adapted if not parts.is_head(name)}
    if not chosen and adapted:
        return refused("Targets", "No module fits its pattern of target_modules.", "choose its own base.")
    if without := sorted(chosen - adapted):
        return refused(
            "Keys",
            f"{len(without)} modules that it says it adapts have no factors in the file, e.g. '{without[0]}': their "
            "weights are missing from the file.",
            "save the adapter again, whole.",
        )
    if stray := sorted(adapted - chosen):
        return refused(
            "Keys",
            f"{len(stray)} modules with weights in the file have no place in the model by its target_modules, e.g. "
            f"'{stray[0]}'.",
            "choose the base that the adapter was trained on, or correct target_modules.",
        )
    return None


def saved_modules(opened: OpenedClassifier, folder: AdapterFolder, parts: AdapterParts) -> Check:
    """Every module that it replaces whole is one of a classifier."""
    saved = list(folder.config.get("modules_to_save") or [])
    names = {part for name, _ in opened.model.named_modules() for part in name.split(".")} | {"pooler"}
    names |= {part for root in (parts.layout.roots if parts.layout else ()) for part in root.split(".")}
    unknown = [name for name in saved if name not in names and name not in IGNORED_MODULES]
    if unknown:
        return refused(
            "Saved modules",
            f"It saved the module '{unknown[0]}', which a classifier does not have.",
            suggest(unknown[0], ["pooler", "score"]),
        )
    return passed("Saved modules", f"Trained whole: {', '.join(saved) or 'none'}.")


def sizes(opened: OpenedClassifier, parts: AdapterParts) -> Check:
    """The factors are as wide as the weights that they change."""
    shapes = {name: tuple(p.shape) for name, p in opened.model.named_parameters()}
    for name, module in opened.model.named_modules():
        if isinstance(module, nn.Linear):  # quantised weights lie in memory in another shape
            shapes[f"{name}.weight"] = (module.out_features, module.in_features)
    return tensor_checks.widths(shapes, parts.tensors, opened.model.config.get_text_config().hidden_size)
