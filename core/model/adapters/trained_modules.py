"""What an adapter folder brings beside its LoRA factors: pooler, head, classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, cast

from transformers import PreTrainedConfig

from core.config.components import OWN_HEAD, VALUE_TYPE, HeadType, PoolerType
from core.files.folders import AdapterFolder
from core.files.safetensors_headers import TensorEntry
from core.model.adapters.card import AdapterCard
from core.model.adapters.tensor_names import FACTOR, classifier_names
from core.model.adapters.value_head import value_head_tensors
from core.model.heads import head_keys, recognise_head
from core.model.pooled_config import parts_of
from core.model.poolers import pooler_keys, recognise_pooler
from core.model.stock.layout import StockLayout
from core.model.stored_parts import own_layout, own_parts


@dataclass(frozen=True)
class AdapterParts:
    """Parts of the classifier that an adapter was trained in, stated by its card or inferred from its tensors.

    Attributes:
        tensors: by the names that the classifier has for them.
        config: that of the base's classifier.
        layout: the architecture's own head, where it is more than a linear layer.
        has_head: the file holds a head; one trained without it (a causal-LM adapter) or with factors on the base's
            head has none.
        renamed: it was trained on the bare backbone.
    """

    tensors: dict[str, TensorEntry]
    config: PreTrainedConfig
    layout: StockLayout | None
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

    @property
    def whole(self) -> list[str]:
        """Names of the tensors that are no factors."""
        return [name for name in self.tensors if FACTOR not in f".{name}"]

    @property
    def adapted(self) -> list[str]:
        """Names of the modules that have factors, sorted."""
        paths = {name.partition(FACTOR)[0] for name in self.tensors if FACTOR in name}
        return sorted({path.removesuffix(".base_layer") for path in paths})  # factors on several parameters are nested

    @cached_property
    def parameters(self) -> frozenset[str]:
        """Names of all parameters of pooler and head."""
        head = (f"score.{key}" for key in head_keys(self.head_type, self.config))
        return frozenset((*head, *(f"pooler.{key}" for key in pooler_keys(self.pooler_type, self.pooler_config))))

    def is_head(self, name: str) -> bool:
        """Whether a tensor is of pooler or head."""
        return name.startswith(("score.", "pooler."))

    @property
    def saved_roots(self) -> list[str]:
        """The modules of pooler and head that are here whole, for PEFT's `modules_to_save`: `score`, `pooler`.

        Of the architecture's own head each module by itself: an adapter may bring one and leave the others to the base.
        """
        if self.head_type == VALUE_TYPE:
            return []
        names = [name for name in self.whole if name in self.parameters]
        if self.head_type != OWN_HEAD or self.layout is None:
            return list(dict.fromkeys(name.partition(".")[0] for name in sorted(names)))
        roots = [f"score.{root}" for root in self.layout.roots]
        pooler = ["pooler"] if any(name.startswith("pooler.") for name in names) else []
        return [*pooler, *(root for root in roots if any(name.startswith(root + ".") for name in names))]


def adapter_parts(
    folder: AdapterFolder,
    card: AdapterCard | None,
    config: PreTrainedConfig,
    prefix: str,
    base_fields: Mapping[str, Any] = MappingProxyType({}),
) -> AdapterParts:
    """Read the parts of an adapter for a base.

    `config` is the base classifier's, `prefix` the name of its backbone (`model`), `base_fields` are those of the
    base's config.json as it stands there.

    Names are returned as the classifier has them: PEFT's own prefix and those of wrappers cut off, the backbone's put
    before layers of an adapter that was trained on the bare backbone, the head's modules below `score`.
    """
    layout = own_layout(config)
    stored = {**folder.tensors, **value_head_tensors(folder.path)}
    tensors, renamed = classifier_names(stored, prefix, None if card is not None and _has_ours(card) else layout)
    if card is not None and _has_ours(card):
        pooler, options, head = card.pooler_type, card.pooler.to_dict(), card.head_type
    else:
        pooler, options, head = _inferred(tensors, config, layout)
    rows = _rows(tensors, config, head)
    base = _base_labels(config)
    labels = base if rows in (None, len(base)) else tuple(f"LABEL_{i}" for i in range(rows or 0))
    problem: str | None = _problem(config, base_fields, rows)
    if card is not None:
        labels, problem = card.labels or labels, card.problem_type or problem
    has_head = rows is not None
    return AdapterParts(tensors, config, layout, pooler, options, head, labels, problem, has_head, renamed)


def head_rows(parts: AdapterParts) -> int | None:
    """Number of classes of the head in the file, or None when it is not there."""
    return _rows(parts.tensors, parts.config, parts.head_type)


def _has_ours(card: AdapterCard) -> bool:
    """Whether the card says which pooler and head it was trained with."""
    return any(map(card.states, ("pooler_type", "head_type", "model_type"))) and card.head_type != OWN_HEAD


def _base_labels(config: PreTrainedConfig) -> tuple[str, ...]:
    stored = {int(k): str(v) for k, v in (config.id2label or {}).items()}
    return tuple(stored[i] for i in sorted(stored))


def _problem(config: PreTrainedConfig, base_fields: Mapping[str, Any], rows: int | None) -> str | None:
    """The task that the head's rows tell: one is a regression; more are what the base's own file says, or classes.

    A reward base that gets a head of three classes is no regression for that.
    """
    if rows is None:
        return cast(str | None, config.problem_type)
    if rows == 1:
        return "regression"
    stated = base_fields.get("problem_type")
    if stated == "multi_label_classification" or (stated == "regression" and config.num_labels == rows):
        return str(stated)
    return "single_label_classification"


def _inferred(
    tensors: Mapping[str, TensorEntry], config: PreTrainedConfig, layout: StockLayout | None
) -> tuple[PoolerType, dict[str, Any], HeadType]:
    """Pooler, its options and the head: as the tensors tell, else as the base has them."""
    pooler, head = parts_of(config)
    options = dict(getattr(config, "pooler_config", {}) or {})
    below = _below("score.", tensors)
    kind = recognise_head(below, config)
    if kind == OWN_HEAD or (kind is None and layout is not None and below):
        own = own_parts(config)
        return own["pooler_type"], own["pooler_config"], own["head_type"]
    if kind is None:
        return pooler, options, head
    seen = recognise_pooler(_below("pooler.", tensors))
    if seen is None:
        return pooler, options, kind
    return seen[0], {**(options if seen[0] == pooler else {}), **seen[1]}, kind


def _below(prefix: str, tensors: Mapping[str, TensorEntry]) -> dict[str, tuple[int, ...]]:
    """Shapes by the rest of the name."""
    return {name.removeprefix(prefix): tuple(t.shape) for name, t in tensors.items() if name.startswith(prefix)}


def _rows(tensors: Mapping[str, TensorEntry], config: PreTrainedConfig, head: HeadType) -> int | None:
    """Classes of the head in the file; None where it holds no head."""
    keys = head_keys(head, config)
    entry = tensors.get(f"score.{keys[-1]}") if keys else None
    return entry.shape[0] if entry is not None and entry.shape else None
