"""PiSSA adapters as ordinary LoRA ones.

PiSSA (Meng et al. 2024) starts the factors from the base weight's largest singular vectors and takes them out
of the base: such an adapter is right only over that changed base. With (A0, B0) the factors at the start,
W - B0 A0 + B A = W + [B, -B0] [A; A0]: twice the rank, and right over the base as it is stored.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel, get_peft_model_state_dict
from safetensors.torch import load_file, save_file
from torch import Tensor

from core.config import AdapterConfig
from core.errors import TrainingError
from core.files.folders import ADAPTER_CONFIG, ADAPTER_WEIGHTS

Factors = dict[str, Tensor]


def starting_factors(model: Any, config: AdapterConfig | None) -> Factors | None:
    """Copies of the factors that PiSSA took out of the base; None when the base was left alone.

    Raises:
        TrainingError: PiSSA with DoRA, whose product with the changed base cannot be rewritten.
    """
    if config is None or not str(config.init_lora_weights).startswith("pissa"):
        return None
    if config.use_dora:
        raise TrainingError(
            "init_lora_weights 'pissa' and use_dora cannot be saved together as a standard adapter.",
            fix="choose one of the two.",
        )
    assert isinstance(model, PeftModel)
    state = get_peft_model_state_dict(model, save_embedding_layers=False)
    return {name: tensor.detach().clone() for name, tensor in state.items() if ".lora_" in name}


def rewrite(folder: Path, start: Factors) -> None:
    """Turn a saved PiSSA adapter folder into an ordinary LoRA folder of twice the rank, in place."""
    tensors = load_file(folder / ADAPTER_WEIGHTS)
    for name, first in start.items():
        first = first.cpu().to(tensors[name].dtype)
        joined = (tensors[name], first) if ".lora_A." in name else (tensors[name], -first)
        tensors[name] = torch.cat(joined, dim=0 if ".lora_A." in name else 1).contiguous()
    save_file(tensors, folder / ADAPTER_WEIGHTS, metadata={"format": "pt"})
    path = folder / ADAPTER_CONFIG
    config = json.loads(path.read_text(encoding="utf-8"))
    grow = math.sqrt(2) if config.get("use_rslora") else 2  # keeps alpha / r, or alpha / sqrt(r)
    config.update(
        init_lora_weights=True,
        r=2 * config["r"],
        lora_alpha=grow * config["lora_alpha"],
        rank_pattern={name: 2 * rank for name, rank in config["rank_pattern"].items()},
        alpha_pattern={name: grow * alpha for name, alpha in config["alpha_pattern"].items()},
    )
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
