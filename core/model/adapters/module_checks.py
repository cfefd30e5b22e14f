"""Where does it attach? Modules that it adapts or replaces, its layers, and the widths of its factors."""

from __future__ import annotations

import re

from torch import nn

from core.config.strict_model import suggest
from core.files.folders import AdapterFolder
from core.model.adapters.outcomes import passed, refused
from core.model.adapters.trained_modules import AdapterParts
from core.model.open import OpenedClassifier
from core.results import Check

#: Saved names that a classifier does without; PEFT adds `classifier` by itself.
IGNORED_MODULES = frozenset({"classifier", "lm_head", "score"})

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


def targets(opened: OpenedClassifier, folder: AdapterFolder) -> Check:
    """Every target module is in the base."""
    stated = folder.config.get("target_modules") or []
    names = [name for name, _ in opened.model.named_modules()]
    if isinstance(stated, str):
        count = sum(1 for name in names if re.fullmatch(stated, name))
        if stated != "all-linear" and not count:
            return refused("Targets", f"No module fits its pattern '{stated}'.", "choose its own base.")
        return passed("Targets", f"Modules by the pattern '{stated}'.")
    last = {name.rsplit(".", 1)[-1] for name in names}
    absent = [t for t in stated if t != "lm_head" and not any(n == t or n.endswith("." + t) for n in names)]
    if absent:
        return refused(
            "Targets",
            f"It adapts the module '{absent[0]}', which this base does not have.",
            suggest(absent[0], sorted(last & _LINEAR_NAMES) or sorted(last)),
        )
    return passed("Targets", f"All {len(stated)} target modules are here: {', '.join(sorted(stated))}.")


def layers(opened: OpenedClassifier, folder: AdapterFolder, parts: AdapterParts) -> Check:
    """No layer beyond the last of the base."""
    depth = int(opened.model.config.get_text_config().num_hidden_layers)
    listed = folder.config.get("layers_to_transform")
    listed = [listed] if isinstance(listed, int) else list(listed or [])
    adapted = {int(m[1]) for name in parts.tensors if (m := re.search(r"\.(?:layers?|h|block)\.(\d+)\.", name))}
    beyond = sorted(n for n in {*listed, *adapted} if not 0 <= n < depth)
    if beyond:
        return refused(
            "Layers",
            f"It adapts layer {beyond[0]}, and this base has layers 0 to {depth - 1}.",
            "choose the base that it was trained on.",
        )
    span = f"{min(adapted)} to {max(adapted)}" if adapted else "none"
    return passed("Layers", f"Adapted layers: {span}, of {depth}.")


def saved_modules(opened: OpenedClassifier, folder: AdapterFolder) -> Check:
    """Every module that it replaces whole is one of a classifier."""
    saved = list(folder.config.get("modules_to_save") or [])
    names = {part for name, _ in opened.model.named_modules() for part in name.split(".")} | {"pooler"}
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
    for name, entry in parts.tensors.items():
        module, _, factor = name.partition(".lora_")
        shape = shapes.get(module + ".weight")
        if shape is None or len(entry.shape) != 2 or len(shape) != 2 or factor[:1] not in ("A", "B"):
            continue
        if entry.shape[1 if factor[0] == "A" else 0] not in shape:
            seen = entry.shape[1 if factor[0] == "A" else 0]
            return refused(
                "Sizes",
                f"It was trained for another width: '{name}' is for {seen}, and the base's weight "
                f"is {shape[0]} x {shape[1]}.",
                "choose a base of that hidden size.",
            )
    return passed("Sizes", f"Widths agree (hidden size {opened.model.config.get_text_config().hidden_size}).")
