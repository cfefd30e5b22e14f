"""The head of the architecture's own sequence classifier (`stock`): BERT's `classifier`, DistilBERT's two layers ...

Its modules are those that transformers' `...ForSequenceClassification` has beside the backbone, under the same names,
and its forward is that class's own: the backbone in it is replaced by states that are given. So it answers as
transformers does, family by family, and nothing of it is written again here.
"""

from __future__ import annotations

import inspect
from types import FunctionType, MethodType
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import PreTrainedConfig
from transformers.modeling_outputs import BaseModelOutputWithPooling

from core.errors import CheckpointError
from core.model.stock.config import to_stock
from core.model.stock.layout import POOLING_MODULES, stock_class


class _GivenStates(nn.Module):
    """In the place of a backbone: its pooling layer alone, over states that it is given."""

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        for name in POOLING_MODULES:
            module = getattr(backbone, name, None)
            if isinstance(module, nn.Module):
                self.add_module(name, module)

    def forward(self, *_args: Any, inputs_embeds: Tensor, **_options: Any) -> BaseModelOutputWithPooling:
        """States (B, T, D) as the last hidden state, with the pooled output where the family has one."""
        pooled, pooler = None, getattr(self, "pooler", None)
        activation = getattr(self, "pooler_activation", None) or getattr(self, "activation", None)
        if pooler is not None and activation is not None:  # ALBERT takes the first state and the activation outside
            pooled = activation(pooler(inputs_embeds[:, 0]))
        elif pooler is not None:
            pooled = pooler(inputs_embeds)
        return _StatesAlone(last_hidden_state=inputs_embeds, pooler_output=pooled)


class _StatesAlone(BaseModelOutputWithPooling):
    """What a stock head reads of a backbone's output; caches and the like are None."""

    def __getattr__(self, name: str) -> None:
        if name.startswith("__"):
            raise AttributeError(name)


class StockHead(nn.Module):
    """Vectors (B, D) or (B, T, D) to logits (B, K) or (B, T, K): the stock class's forward over texts of one state."""

    def __init__(self, config: PreTrainedConfig) -> None:
        super().__init__()
        kind = stock_class(config)
        if kind is None:
            raise CheckpointError(
                f"transformers has no sequence classifier of one stack for '{config.model_type}'.",
                fix="choose head_type 'vanilla' or 'sequential'.",
            )
        self.stock_class = kind
        own = to_stock(config)
        if getattr(own, "pad_token_id", None) is None:
            own.pad_token_id = 0
        with torch.device("meta"):
            model = kind(own)
        for name, value in vars(model).items():
            if not name.startswith("_") and name not in vars(self):
                setattr(self, name, value)
        for name, module in model.named_children():
            self.add_module(name, _GivenStates(module) if name == kind.base_model_prefix else module)

    def __getattr__(self, name: str) -> Any:
        """What the stock class has and a head has not: its forward asks for it."""
        try:
            return super().__getattr__(name)
        except AttributeError:
            if name == "stock_class" or not hasattr(self.stock_class, name):
                raise
            value = getattr(self.stock_class, name)
            return MethodType(value, self) if isinstance(value, FunctionType) else value

    def forward(self, vectors: Tensor) -> Tensor:
        """Each vector as the only state of a text."""
        states = vectors.reshape(-1, 1, vectors.shape[-1])
        return self.over_states(states).reshape(*vectors.shape[:-1], -1)

    def over_states(self, states: Tensor) -> Tensor:
        """States (B, T, D), none of them padding -> logits (B, K), pooled as the stock class does it."""
        known = inspect.signature(self.stock_class.forward).parameters
        ones = torch.ones(states.shape[:2], dtype=torch.long, device=states.device)
        ids = ones * (int(self.config.pad_token_id == 1) + 1)  # any token but padding
        given = {"input_ids": ids, "attention_mask": ones, "inputs_embeds": states, "return_dict": True}
        passed = {name: value for name, value in given.items() if name in known or name == "return_dict"}
        return cast(Tensor, cast(Any, self.stock_class.forward)(self, **passed).logits)


def build(_hidden_size: int, _num_labels: int, config: PreTrainedConfig) -> nn.Module:
    """(B, D) -> (B, K), with start values still to be given where the caller is not on the meta device."""
    made = StockHead(config)
    device = torch.get_default_device()
    return made if device.type == "meta" else made.to_empty(device=device)
