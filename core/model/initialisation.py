"""Start values of new linear layers, as `init_config` asks."""

from __future__ import annotations

from typing import assert_never

from torch import nn
from transformers import initialization as init

from core.config.components import InitOptions


def initialise(layer: nn.Linear, options: InitOptions, default_std: float) -> None:
    """Fill weight and bias in place; biases start at 0. `default_std` serves `normal` without a std."""
    weight = layer.weight
    match options.method:
        case "normal":
            init.normal_(weight, mean=0.0, std=options.std or default_std)
        case "xavier_uniform":
            init.xavier_uniform_(weight, gain=options.gain)
        case "xavier_normal":
            init.xavier_normal_(weight, gain=options.gain)
        case "kaiming_uniform":
            init.kaiming_uniform_(weight, nonlinearity="linear")
        case "kaiming_normal":
            init.kaiming_normal_(weight, nonlinearity="linear")
        case "orthogonal":
            init.orthogonal_(weight, gain=options.gain)
        case "zeros":
            init.zeros_(weight)
        case _:
            assert_never(options.method)
    if layer.bias is not None:
        init.zeros_(layer.bias)
