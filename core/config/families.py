"""Which architecture a `model_type` means, and which config fields can work on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Family = Literal["llama", "gemma2", "mistral", "vanilla"]

ModelType = Literal[
    "vanilla",
    "llama",
    "llama-bidirectional",
    "gemma2",
    "gemma2-bidirectional",
    "mistral",
    "mistral-bidirectional",
    "gemma2-9b-it",
    "gemma2-9b-it-bidirectional",
    "gemma2-27b-it",
    "llama3-8b-it",
    "llama3-8b-it-bidirectional",
    "llama3.1-8b-it",
    "vicuna-7b-v1.5",
    "mistral-7b-v0.1",
    "mistral-nemo-instruct-2407",
    "mistral-small-24b-instruct-2501",
    "yi-1.5-34b-chat",
]
MODEL_TYPES: tuple[ModelType, ...] = get_args(ModelType)

#: Dropout fields that an architecture really reads. BERT's two names do nothing on a decoder.
DROPOUTS: dict[Family, frozenset[str]] = {
    "llama": frozenset({"attention_dropout"}),
    "gemma2": frozenset({"attention_dropout"}),
    "mistral": frozenset({"attention_dropout"}),
    "vanilla": frozenset({"attention_dropout", "attention_probs_dropout_prob", "hidden_dropout_prob"}),
}


@dataclass(frozen=True)
class Architecture:
    """What a `model_type` stands for."""

    family: Family
    bidirectional: bool


def architecture_of(model_type: ModelType) -> Architecture:
    """The family behind a name. Vicuna and Yi are Llama architectures; `vanilla` keeps its own mask."""
    bidirectional = model_type.endswith("-bidirectional")
    for prefix, family in _PREFIXES:
        if model_type.startswith(prefix):
            return Architecture(family, bidirectional)
    return Architecture("vanilla", False)


_PREFIXES: tuple[tuple[str, Family], ...] = (
    ("llama", "llama"),
    ("vicuna", "llama"),
    ("yi", "llama"),
    ("gemma2", "gemma2"),
    ("mistral", "mistral"),
)
