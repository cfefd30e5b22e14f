"""What each demo candidate is: sizes, tokenizer, adapters, and how long each part is trained.

Chosen on a held-out tenth of BANKING77's training rows; the test files had no say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.config.components import HeadType, PoolerType
from core.config.families import ModelType
from tools.demos.vocabulary import TokenizerStyle

Family = Literal["llama", "gemma2", "mistral"]
TaskName = Literal["banking77", "clinc150-domains"]

SEED = 0
MAX_POSITIONS = 256
MAX_TOKENS = 128


@dataclass(frozen=True)
class AdapterRecipe:
    """One adapter: LoRA on every linear layer of the frozen base, pooler and head."""

    task: TaskName
    pooler: PoolerType
    head: HeadType
    epochs: int
    rank: int = 16
    learning_rate: float = 2e-3


@dataclass(frozen=True)
class DemoRecipe:
    """One candidate. Width 128 in four heads; the language-model head is tied to the embeddings."""

    name: str
    family: Family
    model_type: ModelType
    tokenizer: TokenizerStyle
    adapters: tuple[AdapterRecipe, ...]
    bidirectional: bool = False
    sliding_window: int | None = None
    vocabulary: int = 3000
    width: int = 128
    layers: int = 4
    heads: int = 4
    key_value_heads: int = 4
    hidden: int = 352


@dataclass(frozen=True)
class PretrainingRecipe:
    """How a base is trained.

    Attributes:
        epochs: passes over BANKING77; each with a fresh `clinc_share` of CLINC150's rows.
        tokens_per_batch: padding included.
        lm_weight: of the next-token loss, beside the intent losses; `lm_share` of the tokens bear it.
        teacher_weight: of the teacher in BANKING77's targets; `label_smoothing` applies on top.
        word_dropout, token_split: share of words left out, and of tokens taken apart, afresh in every epoch.
        topic_share: share of CLINC150's texts that are followed by their domain in words.
        average_decay, average_from: the weights kept are a moving average, begun after that share of the steps.
    """

    epochs: int = 14
    tokens_per_batch: int = 1024
    learning_rate: float = 3e-3
    weight_decay: float = 0.1
    warmup_share: float = 0.05
    lm_weight: float = 0.5
    lm_share: float = 0.5
    teacher_weight: float = 0.5
    label_smoothing: float = 0.1
    clinc_share: float = 0.5
    embedding_dropout: float = 0.1
    residual_dropout: float = 0.1
    word_dropout: float = 0.1
    token_split: float = 0.1
    topic_share: float = 0.3
    average_decay: float = 0.99
    average_from: float = 0.3


DEMOS: tuple[DemoRecipe, ...] = (
    DemoRecipe(
        name="demo-gemma2",
        family="gemma2",
        model_type="gemma2-bidirectional",
        tokenizer="byte_fallback",
        bidirectional=True,
        sliding_window=16,
        key_value_heads=2,
        adapters=(
            AdapterRecipe("banking77", "attention", "sequential", epochs=8),
            AdapterRecipe("clinc150-domains", "mean", "vanilla", epochs=4),
        ),
    ),
    DemoRecipe(
        name="demo-llama",
        family="llama",
        model_type="llama",
        tokenizer="byte_level",
        adapters=(
            AdapterRecipe("banking77", "mean", "vanilla", epochs=8),
            AdapterRecipe("clinc150-domains", "context", "sequential", epochs=4),
        ),
    ),
    DemoRecipe(
        name="demo-mistral",
        family="mistral",
        model_type="mistral",
        tokenizer="byte_fallback",
        sliding_window=16,
        key_value_heads=2,
        hidden=384,
        adapters=(
            AdapterRecipe("banking77", "gem", "sequential", epochs=8),
            AdapterRecipe("clinc150-domains", "attention", "vanilla", epochs=4),
        ),
    ),
)


def demo_named(name: str) -> DemoRecipe | None:
    """The demo of that name, if there is one."""
    return next((demo for demo in DEMOS if demo.name == name), None)
