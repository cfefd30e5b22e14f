"""Would this adapter do on this base what it was trained to do? Checked before and after it is attached.

PEFT is silent about most of what can go wrong (another family with the same shapes, another base checkpoint,
missing factors, layers beyond the base ...): the logits are then off by whole units without a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from torch import nn

from core.config.families import lifts_mask
from core.config.strict_model import suggest
from core.errors import AppError
from core.files.fingerprint import mismatches
from core.files.folders import AdapterFolder, read_model_folder
from core.model.adapters.card import AdapterCard
from core.model.adapters.trained_modules import AdapterParts, head_rows
from core.model.heads import head_keys
from core.model.open import OpenedClassifier
from core.model.pooled_config import PREFIX
from core.model.poolers import pooler_keys
from core.results import Check, CheckStatus

#: Saved names that a classifier does without; PEFT adds `classifier` by itself.
IGNORED_MODULES = frozenset({"classifier", "lm_head", "score"})


def check_before(
    opened: OpenedClassifier, folder: AdapterFolder, card: AdapterCard | None, parts: AdapterParts
) -> list[Check]:
    """Everything that files and module names tell, in the order in which a person would ask."""
    checks: list[Callable[[], Check]] = [
        lambda: _kind(folder),
        lambda: _family(opened, folder, card),
        lambda: _mask(opened, card),
        lambda: _base(opened, folder, card),
        lambda: _targets(opened, folder),
        lambda: _layers(opened, folder, parts),
        lambda: _saved_modules(opened, folder),
        lambda: _sizes(opened, parts),
        lambda: _head(parts, opened),
        lambda: _labels(parts, card),
    ]
    return [check() for check in checks]


def check_keys(expected: set[str], result: set[str]) -> Check:
    """Names in the attached model against names in the file, both ways."""
    missing, extra = sorted(expected - result), sorted(result - expected)
    if missing:
        return _refused(
            "Keys",
            f"{len(missing)} of {len(expected)} weights are missing from the file, e.g. '{missing[0]}'.",
            "save the adapter again, whole.",
        )
    if extra:
        return _refused(
            "Keys",
            f"{len(extra)} weights in the file have no place in the model, e.g. '{extra[0]}'.",
            "choose the base that the adapter was trained on.",
        )
    return _passed("Keys", f"All {len(expected)} weights of the file have their place in the model.")


def check_values(tensors: Mapping[str, Any]) -> list[Check]:
    """B factors that are not zero, and no NaN or Inf; `tensors` are the file's, by name."""
    broken = sorted(name for name, t in tensors.items() if t.is_floating_point() and not t.isfinite().all())
    if broken:
        return [_refused("Values", f"{len(broken)} tensors hold NaN or Inf, e.g. '{broken[0]}'.", "train it again.")]
    factors = {n: t for n, t in tensors.items() if "lora_B" in n or "lora_embedding_B" in n}
    zero = sorted(name for name, t in factors.items() if not t.any())
    if factors and len(zero) == len(factors):
        return [
            _warning(
                "Values",
                f"All {len(factors)} B factors are zero: the adapter changes nothing yet.",
                "train it, or use the base alone.",
            )
        ]
    if zero:
        return [
            _warning(
                "Values",
                f"{len(zero)} of {len(factors)} B factors are zero, e.g. '{zero[0]}': those modules are not adapted.",
                "check that training reached them.",
            )
        ]
    return [_passed("Values", f"All values are finite, and none of the {len(factors)} B factors is zero.")]


def _kind(folder: AdapterFolder) -> Check:
    kind, task = folder.config.get("peft_type"), folder.config.get("task_type")
    if kind != "LORA":
        return _refused("Kind", f"It is a PEFT adapter of type {kind!r}.", "choose a LoRA adapter.")
    if folder.config.get("init_lora_weights") == "loftq":
        return _warning(
            "Kind",
            "It was trained on a base quantised by LoftQ; on this one its logits are close, not equal.",
            "quantise the base in the same way where that matters.",
        )
    if str(folder.config.get("init_lora_weights")).startswith("pissa_niter"):
        return _warning(
            "Kind",
            "It started from a randomised SVD (pissa_niter), which changes the base a little differently each time.",
            "convert it to plain LoRA when saving.",
        )
    if task == "CAUSAL_LM":
        return Check("Kind", CheckStatus.NOTE, "A LoRA adapter for text generation (CAUSAL_LM); attached as it is.")
    return _passed("Kind", "A LoRA adapter.")


def _family(opened: OpenedClassifier, folder: AdapterFolder, card: AdapterCard | None) -> Check:
    here = str(opened.folder.config.get("model_type", "")).removeprefix(PREFIX)
    there = card.model_type.removeprefix(PREFIX) if card else _stated_base(folder, "model_type")
    if there and there != here:
        return _refused(
            "Architecture",
            f"It was trained on a '{there}' model; this base is '{here}'. The shapes may agree, the meaning does not.",
            f"choose a '{there}' candidate.",
        )
    if not there:
        return Check("Architecture", CheckStatus.NOTE, f"The adapter does not say its architecture; assumed '{here}'.")
    return _passed("Architecture", f"Trained on '{there}', as this base is.")


def _mask(opened: OpenedClassifier, card: AdapterCard | None) -> Check:
    here = lifts_mask(opened.model.config)
    kind = {True: "bidirectional", False: "the family's own (causal for decoders)"}
    if card is None:
        return Check("Mask", CheckStatus.NOTE, f"The adapter does not say its attention mask; here: {kind[here]}.")
    if card.bidirectional != here:
        name = card.family + ("-bidirectional" if card.bidirectional else "")
        return _refused(
            "Mask",
            f"It was trained with the mask {kind[card.bidirectional]}; here it is {kind[here]}.",
            f"set the candidate's model_type to '{name}'.",
        )
    return _passed("Mask", f"Trained with the mask it has here: {kind[here]}.")


def _base(opened: OpenedClassifier, folder: AdapterFolder, card: AdapterCard | None) -> Check:
    """Is it the same checkpoint? By fingerprint; else by the folder that the adapter names; else unknown."""
    name = (card.base_name if card else "") or str(folder.config.get("base_model_name_or_path") or "")
    wrong: list[str] | None = None
    if card and card.base_fingerprint:
        wrong = mismatches(card.base_fingerprint, opened.folder.tensors)
        total = len(card.base_fingerprint)
    else:
        stated = _stated_folder(folder)
        if stated is not None:
            from core.files.fingerprint import fingerprint

            known = fingerprint(stated.tensors)
            wrong, total = mismatches(known, opened.folder.tensors), len(known)
    if wrong:
        return _refused(
            "Base",
            f"It was trained on other weights: {len(wrong)} of {total} sampled matrices differ, "
            f"'{wrong[0]}' among them.",
            f"choose its base{f' ({name})' if name else ''}.",
        )
    if wrong is not None:
        return _passed("Base", f"The base is the one it was trained on ({total} sampled matrices agree).")
    if not name:
        return _warning(
            "Base",
            "It does not say which base it was trained on: a wrong one would go unnoticed.",
            "make sure of it yourself.",
        )
    here = opened.folder.path.name
    if name.rstrip("/").rsplit("/", 1)[-1].lower() == here.lower():
        return Check(
            "Base", CheckStatus.NOTE, f"It names the base '{name}', as here; without a fingerprint to prove it."
        )
    return _warning(
        "Base",
        f"It names the base '{name}', and this one is '{here}'; it has no fingerprint to compare.",
        "make sure that they are the same weights.",
    )


def _targets(opened: OpenedClassifier, folder: AdapterFolder) -> Check:
    targets = folder.config.get("target_modules") or []
    names = [name for name, _ in opened.model.named_modules()]
    if isinstance(targets, str):
        count = sum(1 for name in names if re.fullmatch(targets, name))
        if targets != "all-linear" and not count:
            return _refused("Targets", f"No module fits its pattern '{targets}'.", "choose its own base.")
        return _passed("Targets", f"Modules by the pattern '{targets}'.")
    last = {name.rsplit(".", 1)[-1] for name in names}
    absent = [t for t in targets if t != "lm_head" and not any(n == t or n.endswith("." + t) for n in names)]
    if absent:
        return _refused(
            "Targets",
            f"It adapts the module '{absent[0]}', which this base does not have.",
            suggest(absent[0], sorted(last & _LINEAR_NAMES) or sorted(last)),
        )
    return _passed("Targets", f"All {len(targets)} target modules are here: {', '.join(sorted(targets))}.")


_LINEAR_NAMES = {
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


def _layers(opened: OpenedClassifier, folder: AdapterFolder, parts: AdapterParts) -> Check:
    depth = int(opened.model.config.get_text_config().num_hidden_layers)
    listed = folder.config.get("layers_to_transform")
    listed = [listed] if isinstance(listed, int) else list(listed or [])
    result = {int(m[1]) for name in parts.tensors if (m := re.search(r"\.(?:layers?|h|block)\.(\d+)\.", name))}
    beyond = sorted(n for n in {*listed, *result} if not 0 <= n < depth)
    if beyond:
        return _refused(
            "Layers",
            f"It adapts layer {beyond[0]}, and this base has layers 0 to {depth - 1}.",
            "choose the base that it was trained on.",
        )
    span = f"{min(result)} to {max(result)}" if result else "none"
    return _passed("Layers", f"Adapted layers: {span}, of {depth}.")


def _saved_modules(opened: OpenedClassifier, folder: AdapterFolder) -> Check:
    saved = list(folder.config.get("modules_to_save") or [])
    names = {part for name, _ in opened.model.named_modules() for part in name.split(".")} | {"pooler"}
    unknown = [name for name in saved if name not in names and name not in IGNORED_MODULES]
    if unknown:
        return _refused(
            "Saved modules",
            f"It saved the module '{unknown[0]}', which a classifier does not have.",
            suggest(unknown[0], ["pooler", "score"]),
        )
    return _passed("Saved modules", f"Trained whole: {', '.join(saved) or 'none'}.")


def _sizes(opened: OpenedClassifier, parts: AdapterParts) -> Check:
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
            return _refused(
                "Sizes",
                f"It was trained for another width: '{name}' is for {seen}, and the base's weight "
                f"is {shape[0]} x {shape[1]}.",
                "choose a base of that hidden size.",
            )
    return _passed("Sizes", f"Widths agree (hidden size {opened.model.config.get_text_config().hidden_size}).")


def _head(parts: AdapterParts, opened: OpenedClassifier) -> Check:
    needed = [f"score.{key}" for key in head_keys(parts.head_type)]
    needed += [f"pooler.{key}" for key in pooler_keys(parts.pooler_type, parts.pooler_config)]
    absent = [n for n in needed if n not in parts.tensors]
    described = f"pooler '{parts.pooler_type}', head '{parts.head_type}'"
    if not absent:
        return _passed("Pooler and head", f"Both are here: {described}.")
    if parts.has_head or any(n.startswith("pooler.") for n in parts.tensors):
        return _refused(
            "Pooler and head",
            f"'{absent[0]}' is missing from the file ({described}).",
            "save the adapter again with modules_to_save: [pooler, score].",
        )
    if opened.head_is_trained:
        return Check("Pooler and head", CheckStatus.NOTE, "It has no head of its own: the base's trained head is used.")
    return _warning(
        "Pooler and head",
        "It was trained without a classification head: the head is random, and so are the verdicts.",
        "train a head on it (`python -m core train`).",
    )


def _labels(parts: AdapterParts, card: AdapterCard | None) -> Check:
    rows = head_rows(parts)
    if rows is not None and rows != len(parts.labels):
        return _refused(
            "Labels",
            f"Its head has {rows} classes, and {len(parts.labels)} labels are named.",
            "correct the labels in classifier.json.",
        )
    if card is None:
        return _warning(
            "Labels",
            f"{len(parts.labels)} classes without names of their own.",
            "add a classifier.json with the labels, in the order of training.",
        )
    return _passed("Labels", f"{len(parts.labels)} classes, each with a name.")


def _stated_folder(folder: AdapterFolder) -> Any:
    """The base that adapter_config.json names, when it is a readable local folder."""
    name = folder.config.get("base_model_name_or_path")
    if not isinstance(name, str) or not name or not Path(name).is_dir():
        return None
    try:
        return read_model_folder(Path(name))
    except AppError:
        return None


def _stated_base(folder: AdapterFolder, field: str) -> str:
    stated = _stated_folder(folder)
    return "" if stated is None else str(stated.config.get(field, "")).removeprefix(PREFIX)


def _passed(name: str, message: str) -> Check:
    return Check(name, CheckStatus.PASSED, message)


def _warning(name: str, message: str, fix: str) -> Check:
    return Check(name, CheckStatus.WARNING, message, fix)


def _refused(name: str, message: str, fix: str) -> Check:
    return Check(name, CheckStatus.REFUSED, message, fix)
