"""What an adapter folder brings beside its LoRA factors: pooler, head, classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.config.components import STOCK_HEAD, HeadType, PoolerType
from core.files.folders import AdapterFolder
from core.files.safetensors_headers import TensorEntry
from core.model.adapters.card import AdapterCard
from core.model.heads import head_keys, recognise_head
from core.model.pooled_config import parts_of
from core.model.poolers import recognise_pooler

PEFT_PREFIX = "base_model.model."


@dataclass(frozen=True)
class AdapterParts:
    """Parts of the classifier that an adapter was trained in, stated by its card or inferred from its tensors.

    `has_head` False: the adapter was trained without a classification head (a causal-LM adapter).
    """

    tensors: dict[str, TensorEntry]
    pooler_type: PoolerType
    pooler_config: dict[str, Any]
    head_type: HeadType
    labels: tuple[str, ...]
    problem_type: str | None
    has_head: bool
    renamed: bool

    def config_changes(self) -> dict[str, Any]:
        """The fields of the pooled config that the classifier needs for this adapter."""
        return {
            "pooler_type": self.pooler_type,
            "pooler_config": self.pooler_config,
            "head_type": self.head_type,
            "id2label": dict(enumerate(self.labels)),
            "label2id": {label: i for i, label in enumerate(self.labels)},
            "problem_type": self.problem_type,
        }


def adapter_parts(folder: AdapterFolder, card: AdapterCard | None, config: Any, prefix: str) -> AdapterParts:
    """Read the parts; `config` is the base classifier's, `prefix` the name of its backbone (`model`).

    Names are returned as the classifier has them: PEFT's own prefix cut off, and the backbone's put before
    layers of an adapter that was trained on the bare backbone.
    """
    tensors, renamed = _classifier_names(folder.tensors, prefix)
    has_head = any(name.startswith("score.") for name in tensors)
    stored = {int(k): str(v) for k, v in (config.id2label or {}).items()}
    base_labels = tuple(stored[i] for i in sorted(stored))
    if card is not None:
        return AdapterParts(
            tensors,
            card.pooler_type,
            card.pooler.to_dict(),
            card.head_type,
            card.labels,
            card.problem_type,
            has_head,
            renamed,
        )
    pooler, options, head = _infer(tensors, config, has_head)
    count = _classes(tensors, head) if has_head else len(base_labels)
    labels = base_labels if count == len(base_labels) else tuple(f"LABEL_{i}" for i in range(count))
    problem = config.problem_type or ("regression" if count == 1 else None)
    return AdapterParts(tensors, pooler, options, head, labels, problem, has_head, renamed)


def head_rows(parts: AdapterParts) -> int | None:
    """Number of classes of the head in the file, or None when it is not there."""
    entry = parts.tensors.get(f"score.{head_keys(parts.head_type)[-1]}")
    return None if entry is None else entry.shape[0]


def _classifier_names(tensors: dict[str, TensorEntry], prefix: str) -> tuple[dict[str, TensorEntry], bool]:
    plain = {name.removeprefix(PEFT_PREFIX): entry for name, entry in tensors.items()}
    lora = [name for name in plain if ".lora_" in name]
    if not lora or any(name.startswith(prefix + ".") for name in lora):
        return plain, False
    own = ("score.", "pooler.", "lm_head.")
    return {name if name.startswith(own) else f"{prefix}.{name}": entry for name, entry in plain.items()}, True


def _infer(tensors: dict[str, TensorEntry], config: Any, has_head: bool) -> tuple[PoolerType, dict[str, Any], HeadType]:
    """Pooler, its options and the head: as the tensors tell, else as the base has them."""
    pooler, head = parts_of(config)
    options = dict(getattr(config, "pooler_config", {}) or {})
    if not has_head:
        return pooler, options, head
    head = recognise_head(_below("score.", tensors)) or STOCK_HEAD
    seen = recognise_pooler(_below("pooler.", tensors))
    if seen is None:
        return pooler, options, head
    return seen[0], {**(options if seen[0] == pooler else {}), **seen[1]}, head


def _below(prefix: str, tensors: dict[str, TensorEntry]) -> dict[str, tuple[int, ...]]:
    """Shapes by the rest of the name."""
    return {name.removeprefix(prefix): tuple(t.shape) for name, t in tensors.items() if name.startswith(prefix)}


def _classes(tensors: dict[str, TensorEntry], head: HeadType) -> int:
    entry = tensors.get(f"score.{head_keys(head)[-1]}")
    return entry.shape[0] if entry is not None and entry.shape else 0
