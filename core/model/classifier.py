"""The classifier: a family's backbone, a pooler and a head, as a transformers `PreTrainedModel`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import (
    AutoModelForSequenceClassification,
    PreTrainedConfig,
    PreTrainedModel,
)
from transformers.utils.generic import ModelOutput

from core.config.components import OWN_HEAD
from core.model.backbone import (
    GLOBAL_ATTENTION,
    attend_globally_to_first,
    backbone_class,
    bare_backbone,
    forward_parameters,
    positions,
    state_width,
    takes_positions,
)
from core.model.criteria import Criterion
from core.model.families import first_position
from core.model.heads import build_head, head_key_mapping
from core.model.initialisation import initialise
from core.model.pooled_config import (
    PREFIX,
    WEIGHTS_VARIANT,
    base_config_class,
    has_own_weights,
    is_stock_equal,
    part_fields,
    parts_of,
    pooled_config_class,
    read_pooled_config,
    to_pooled,
)
from core.model.pooled_vectors import catch, catching
from core.model.poolers import Pooler, build_pooler
from core.model.stock.layout import stock_layout
from core.model.text_length import attends_by_length, choose_attention


@dataclass
class PooledOutput(ModelOutput):
    """What a forward pass gives.

    Attributes:
        loss: mean over texts, when labels were given.
        logits: (B, K).
        losses: one a text (B,), when labels were given.
        pooling_weights: (B, T), 0 on padding, rows sum to 1; None where the pooler has none.
        hidden_states, attentions: as transformers returns them, when asked for.
    """

    loss: Tensor | None = None
    logits: Tensor | None = None
    losses: Tensor | None = None
    pooling_weights: Tensor | None = None
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


class PooledClassifier(PreTrainedModel):
    """Backbone under the family's own name (`model`, `bert`, ...), pooler `pooler`, head `score`.

    Stock checkpoints open in it with equal logits; saved folders open with `from_pretrained` of this class or
    the auto class, and not silently with a stock one (see `core.model.pooled_config`).
    """

    pooler: Pooler
    score: nn.Module

    def __init__(self, config: PreTrainedConfig) -> None:
        config = config if config.model_type.startswith(PREFIX) else to_pooled(config)
        super().__init__(config)
        parts = part_fields(config)
        hidden_size = state_width(config)
        layout = stock_layout(config) if parts.head_name == OWN_HEAD else None
        setattr(self, self.base_model_prefix, bare_backbone(config, None if layout is None else layout.backbone))
        if layout is not None and GLOBAL_ATTENTION in forward_parameters(layout.backbone):
            self.backbone.register_forward_pre_hook(attend_globally_to_first, with_kwargs=True)
        if attends_by_length(self.backbone):
            self.backbone.register_forward_pre_hook(choose_attention, with_kwargs=True)
        self.num_labels = config.num_labels or 1
        self.pooler = build_pooler(parts.pooler_name, parts.pooler_config, hidden_size)
        self.dropout = nn.Dropout(parts.pooler_dropout)
        self.score = build_head(parts.head_name, hidden_size, self.num_labels, config)
        self.criterion = Criterion(parts.criterion_options)
        self.pools_logits = self.pooler.pools_logits
        self._init_options = parts.init
        self.post_init()

    @property
    def backbone(self) -> PreTrainedModel:
        """The model below pooler and head."""
        return cast(PreTrainedModel, self._modules[self.base_model_prefix])  # Mamba's prefix is this property's name

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        position_ids: Tensor | None = None,
        return_dict: bool | None = None,
        pooled_ids: Tensor | None = None,
        **options: Any,
    ) -> PooledOutput | tuple[Any, ...]:
        """input_ids (B, T), attention_mask (B, T) or None when nothing is padded -> logits (B, K).

        `pooled_ids` (B, T) are the tokens behind `inputs_embeds`, for a pooler that never takes one of them.
        Labels: class numbers (B,), for several labels 0/1 (B, K), for a regression values (B, K).
        """
        states = self._states(input_ids, attention_mask, inputs_embeds, position_ids, options)
        hidden = states.last_hidden_state
        if attention_mask is None:
            given = input_ids if inputs_embeds is None else inputs_embeds
            mask = torch.ones(cast(Tensor, given).shape[:2], dtype=torch.bool, device=hidden.device)
        else:
            mask = attention_mask.to(hidden.device).bool()
        shorter = hidden.shape[1] != mask.shape[1]  # Funnel pools its tokens: only the first state is still a token's
        read = torch.ones_like(mask[:, : hidden.shape[1]]) if shorter else self._read(input_ids, pooled_ids, mask)
        logits, weights = self.classify(hidden, read)
        if weights is not None and shorter:
            weights = nn.functional.pad(weights, (0, mask.shape[1] - hidden.shape[1]))
        losses = None if labels is None else self.criterion(logits, labels.to(logits.device))
        output = PooledOutput(
            loss=None if losses is None else losses.mean(),
            logits=logits,
            losses=losses,
            pooling_weights=weights,
            hidden_states=getattr(states, "hidden_states", None),
            attentions=getattr(states, "attentions", None),
        )
        return output.to_tuple() if return_dict is False else output

    def _read(self, input_ids: Tensor | None, pooled_ids: Tensor | None, mask: Tensor) -> Tensor:
        """The positions that the pooler may take."""
        return self.pooler.read_mask(input_ids if pooled_ids is None else pooled_ids, mask)

    def _states(
        self,
        input_ids: Tensor | None,
        attention_mask: Tensor | None,
        inputs_embeds: Tensor | None,
        position_ids: Tensor | None,
        options: dict[str, Any],
    ) -> Any:
        """The backbone's output; positions are counted from the mask where padding stands before a text."""
        if input_ids is None and inputs_embeds is None:
            raise ValueError("input_ids or inputs_embeds is needed")
        if position_ids is None and attention_mask is not None and takes_positions(type(self.backbone)):
            position_ids = positions(attention_mask, first_position(self.backbone))
        if position_ids is not None:
            options["position_ids"] = position_ids
        if "use_cache" in forward_parameters(type(self.backbone)):
            options.setdefault("use_cache", False)  # a classifier reads once: nothing would use the keys again
        return self.backbone(
            input_ids=input_ids, attention_mask=attention_mask, inputs_embeds=inputs_embeds, return_dict=True, **options
        )

    def classify(self, hidden: Tensor, mask: Tensor) -> tuple[Tensor, Tensor | None]:
        """Pooler and head alone: hidden (B, T, D), mask (B, T) bool -> logits (B, K), weights (B, T) or None.

        `mask` is the pooler's own (`Pooler.read_mask`).
        """
        if self.pools_logits:
            if catching():
                catch(self.pooler(hidden, mask)[0])
            logits, weights = self.pooler(self.score(self.dropout(hidden)), mask)
            return logits, weights
        vectors, weights = self.pooler(hidden, mask)
        catch(vectors)
        return self.score(self.dropout(vectors)), weights

    def _init_weights(self, module: nn.Module) -> None:
        """Start values: our parts by `init_config`, the backbone as its family does it."""
        if isinstance(module, Pooler):
            module.reset_parameters()
        elif isinstance(module, nn.Linear) and module in self._own_linears():
            initialise(module, self._init_options, default_std=getattr(self.config, "initializer_range", 0.02))
        else:
            super()._init_weights(module)

    def _own_linears(self) -> set[nn.Module]:
        return {m for part in (self.pooler, self.score) for m in part.modules() if isinstance(m, nn.Linear)}

    def save_pretrained(self, save_directory: Any, *args: Any, **options: Any) -> None:
        """As transformers', in safetensors; weights of what no stock class can open get a name of their own."""
        if not is_stock_equal(self.config):
            options.setdefault("variant", WEIGHTS_VARIANT)
        super().save_pretrained(save_directory, *args, **options)

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: Any, *args: Any, **options: Any) -> Any:
        """As transformers', safetensors only; also opens stock, causal-LM and bare checkpoints of the family."""
        name = pretrained_model_name_or_path
        options["use_safetensors"] = True
        config = options.get("config")
        if not isinstance(config, PreTrainedConfig):
            options["config"] = config = read_pooled_config(
                cast(Any, cls.config_class), config or name, options, cls.__name__
            )
        if not config.model_type.startswith(PREFIX):
            options["config"] = to_pooled(config)
        if "variant" not in options and has_own_weights(name):
            options["variant"] = WEIGHTS_VARIANT
        options.setdefault("key_mapping", head_key_mapping(parts_of(options["config"])[1], options["config"]))
        return super().from_pretrained(name, *args, **options)


_MADE: dict[type[PreTrainedConfig], type[PooledClassifier]] = {}


def classifier_class(config: type[PreTrainedConfig]) -> type[PooledClassifier]:
    """The classifier of a family, e.g. `LlamaConfig` -> `LlamaForPooledClassification`; any AutoModel works.

    Raises:
        CheckpointError: an architecture without a text backbone of its own, or an encoder-decoder.
    """
    base = base_config_class(config)
    if base in _MADE:
        return _MADE[base]
    backbone = backbone_class(base)
    parent = next(c for c in backbone.__mro__ if c.__name__.endswith("PreTrainedModel"))
    name = backbone.__name__.removesuffix("Model") + "ForPooledClassification"
    body = {
        "config_class": pooled_config_class(base),
        "config": None,
        "__module__": __name__,
        "__doc__": f"`PooledClassifier` on a {backbone.__name__}.",
    }
    made = cast(type[PooledClassifier], type(name, (PooledClassifier, parent), body))
    AutoModelForSequenceClassification.register(pooled_config_class(base), made, exist_ok=True)
    _MADE[base] = made
    return made
