"""What files alone say of an adapter on a base, before either is opened: configs, headers, a few sampled weights.

The same checks in the same words as at a load (`core.model.adapters.health`), as far as they need no model. Importing
this file imports neither torch, transformers nor PEFT. What only a model tells is left to the load: nothing is refused
here that a load would take.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.config.components import DEFAULT_HEAD
from core.config.families import PREFIX, family_named
from core.files.fingerprint import bare_name
from core.files.folders import AdapterFolder, ModelFolder
from core.files.quantisation import stored_method
from core.files.safetensors_headers import TensorEntry
from core.model.adapters import base_checks, start_values, tensor_checks
from core.model.adapters.card import AdapterCard
from core.model.adapters.outcomes import refused
from core.model.adapters.tensor_names import FACTOR, plain_name
from core.results import Check

#: By what names the configs of transformers call the same two numbers.
_HIDDEN_SIZE = ("hidden_size", "n_embd", "d_model", "dim")
_LAYERS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers")
#: Modules that a classifier has beside the layers, or does without.
_OF_HEAD = frozenset({"score", "pooler", "classifier", "lm_head", "dense", "out_proj", "v_head", "summary"})


def header_checks(
    base: ModelFolder, folder: AdapterFolder, card: AdapterCard | None, *, bidirectional: bool, removed_layers: int = 0
) -> list[Check]:
    """In the order in which a load looks; `bidirectional` says whether the candidate lifts the causal mask."""
    kind = str(base.config.get("model_type", ""))
    sizes = {"hidden_size": _number(base.config, _HIDDEN_SIZE), "num_hidden_layers": _number(base.config, _LAYERS)}
    if sizes["num_hidden_layers"] is not None:
        sizes["num_hidden_layers"] -= removed_layers
    tensors = {plain_name(name): entry for name, entry in folder.tensors.items()}
    return [
        base_checks.kind(folder),
        base_checks.family(base, folder, card),
        base_checks.mask(kind, bidirectional, card),
        base_checks.base(base, folder, card),
        start_values.start_values(folder.config),
        *_of_base(base, folder, tensors, sizes),
        base_checks.numbers(sizes, card),
        tensor_checks.ranks(folder),
        *_labels(tensors, card),
    ]


def _of_base(
    base: ModelFolder, folder: AdapterFolder, tensors: Mapping[str, TensorEntry], sizes: Mapping[str, int | None]
) -> list[Check]:
    """Layers, modules and widths, where the names in the base's files are those of its modules."""
    depth = sizes["num_hidden_layers"]
    checks = [] if depth is None else [tensor_checks.layers(depth, folder.config, folder.tensors)]
    if stored_method(base.config) is not None:  # codes have names and shapes of their own
        return checks
    shapes = {bare_name(name): entry.shape for name, entry in base.tensors.items()}
    modules = sorted({name.partition(FACTOR)[0].removesuffix(".base_layer") for name in tensors if FACTOR in name})
    if family_named(str(base.config.get("model_type", "")).removeprefix(PREFIX)) != "vanilla":
        checks += _targets(modules, {name.split(".")[-2] for name in shapes if "." in name})
    known = {f"{m}.weight": shapes[bare_name(f"{m}.weight")] for m in modules if bare_name(f"{m}.weight") in shapes}
    return [*checks, tensor_checks.widths(known, tensors, sizes["hidden_size"])]


def _targets(modules: list[str], known: set[str]) -> list[Check]:
    """A refusal where it adapts a kind of module that the base has nowhere."""
    absent = next((m for m in modules if m.rsplit(".", 1)[-1] not in known | _OF_HEAD), None)
    if absent is None:
        return []
    message = f"It adapts the module '{absent}', which this base does not have."
    return [refused("Targets", message, "choose the base that it was trained on.")]


def _labels(tensors: Mapping[str, TensorEntry], card: AdapterCard | None) -> list[Check]:
    """A refusal where the card names more or fewer classes than the head in the file has."""
    if card is None or card.head_type != DEFAULT_HEAD:
        return []
    heads = [e for n, e in tensors.items() if n.startswith("score.") and n.endswith("weight") and FACTOR not in n]
    rows = heads[0].shape[0] if len(heads) == 1 and len(heads[0].shape) == 2 else len(card.labels)
    if rows == len(card.labels):
        return []
    message = f"Its head has {rows} classes, and {len(card.labels)} labels are named."
    return [refused("Labels", message, "correct the labels in classifier.json.")]


def _number(config: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    """The first of these that the config states, its text part before the whole; None where it states none."""
    inner = config.get("text_config")
    for part in (inner, config) if isinstance(inner, Mapping) else (config,):
        for name in names:
            value = part.get(name)
            if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                return value
    return None
