"""One base model: tokenizer, start values, training, what it is worth as a language model, its folder."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, assert_never, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional
from transformers import (
    Gemma2Config,
    Gemma2ForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from tools.demos.corpus import Corpus, Rows
from tools.demos.embeddings import company_embeddings
from tools.demos.pretraining import BasePretraining, Tell
from tools.demos.recipes import MAX_POSITIONS, DemoRecipe, PretrainingRecipe
from tools.demos.sampling import Task, topic_ending
from tools.demos.vocabulary import train_tokenizer

START_SCALE = 0.02


@dataclass(frozen=True)
class LanguageQuality:
    """A base as a language model, on texts it was not trained on.

    Attributes:
        perplexity: per token of its own tokenizer; `bits_per_byte` can be compared between tokenizers.
        topic_accuracy: how often the likeliest next token after "TEXT topic:" begins the right domain.
    """

    perplexity: float
    bits_per_byte: float
    topic_accuracy: float


@dataclass(frozen=True)
class TrainedBase:
    """A base in memory."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    quality: LanguageQuality


def train_base(
    demo: DemoRecipe, recipe: PretrainingRecipe, corpus: Corpus, soft: NDArray[np.float32], seed: int, tell: Tell
) -> TrainedBase:
    """Train from nothing. `soft`: the teacher's probabilities of BANKING77's rows (N, K)."""
    torch.manual_seed(seed)
    message = texts_with_topics(corpus.domains.texts, corpus.domains.labels)
    tokenizer = train_tokenizer(demo.tokenizer, [*corpus.banking.texts, *message], demo.vocabulary, MAX_POSITIONS)
    model = new_model(demo)
    encoded = tokenizer.backend_tokenizer.encode_batch(
        [*corpus.banking.texts, *corpus.intents.texts], add_special_tokens=False
    )
    start = company_embeddings([e.ids for e in encoded], demo.vocabulary, demo.width, START_SCALE, seed)
    with torch.no_grad():
        cast(torch.nn.Embedding, model.get_input_embeddings()).weight.copy_(start)
    tasks = [
        Task(corpus.banking.texts, mixed_targets(corpus.banking, soft, recipe.teacher_weight)),
        Task(corpus.intents.texts, mixed_targets(corpus.intents, None, 0.0), corpus.domains.labels),
    ]
    training = BasePretraining(model, tasks, recipe, bidirectional=demo.bidirectional)
    training.run(tokenizer, seed, tell)
    as_stored(model)
    quality = language_quality(model, tokenizer, corpus.domains_validation)
    return TrainedBase(model, tokenizer, quality)


def new_model(demo: DemoRecipe) -> PreTrainedModel:
    """A fresh causal language model of the recipe's sizes."""
    sizes: dict[str, Any] = {
        "vocab_size": demo.vocabulary,
        "hidden_size": demo.width,
        "intermediate_size": demo.hidden,
        "num_hidden_layers": demo.layers,
        "num_attention_heads": demo.heads,
        "num_key_value_heads": demo.key_value_heads,
        "head_dim": demo.width // demo.heads,
        "max_position_embeddings": MAX_POSITIONS,
        "tie_word_embeddings": True,
        "pad_token_id": 0,
        "bos_token_id": 1,
        "eos_token_id": 2,
    }
    match demo.family:
        case "llama":
            return LlamaForCausalLM(LlamaConfig(**sizes))
        case "mistral":
            return MistralForCausalLM(MistralConfig(**sizes, sliding_window=demo.sliding_window))
        case "gemma2":
            config = Gemma2Config(
                **sizes,
                sliding_window=demo.sliding_window,
                query_pre_attn_scalar=demo.width // demo.heads,
            )
            config._attn_implementation = "eager"
            return Gemma2ForCausalLM(config)
        case _:
            assert_never(demo.family)


def as_stored(model: PreTrainedModel) -> None:
    """Round to float16, so that what is measured is what is written."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())


def mixed_targets(rows: Rows, soft: NDArray[np.float32] | None, weight: float) -> torch.Tensor:
    """One-hot classes (N, K), mixed with a teacher's probabilities where there are some."""
    classes = len(rows.classes())
    hard = functional.one_hot(torch.tensor(rows.numbers()), classes).float()
    return hard if soft is None else (1 - weight) * hard + weight * torch.from_numpy(soft)


def language_quality(model: Any, tokenizer: PreTrainedTokenizerFast, rows: Rows) -> LanguageQuality:
    """Measured on rows whose labels are domains."""
    losses, tokens, right = 0.0, 0, 0
    first = {d: _ids(tokenizer, topic_ending(d), special=False)[_prompt_length(tokenizer)] for d in set(rows.labels)}
    prompt = _ids(tokenizer, topic_ending("banking"), special=False)[: _prompt_length(tokenizer)]
    with torch.inference_mode():
        for text, domain in zip(rows.texts, rows.labels, strict=True):
            ids = _ids(tokenizer, text, special=True)
            logits = model(input_ids=torch.tensor([[*ids, *prompt]])).logits[0]
            requested = torch.tensor(ids[1:])
            losses += float(functional.cross_entropy(logits[: len(requested)], requested, reduction="sum"))
            tokens += len(requested)
            right += int(logits[-1].argmax()) == first[domain]
    size = sum(len(text.encode("utf-8")) for text in rows.texts)
    return LanguageQuality(math.exp(losses / tokens), losses / math.log(2) / size, right / len(rows.texts))


def save_base(base: TrainedBase, folder: Path) -> None:
    """config.json, model.safetensors in float16, tokenizer files."""
    folder.mkdir(parents=True, exist_ok=True)
    model: Any = base.model
    model.half().save_pretrained(folder)
    model.float()
    base.tokenizer.save_pretrained(folder)


def _prompt_length(tokenizer: PreTrainedTokenizerFast) -> int:
    """Tokens of the topic prompt before the domain's own first token."""
    return len(_ids(tokenizer, topic_ending("")[:-1], special=False))


def _ids(tokenizer: PreTrainedTokenizerFast, text: str, *, special: bool) -> list[int]:
    ids: list[int] = tokenizer.backend_tokenizer.encode(text, add_special_tokens=special).ids
    return ids


def texts_with_topics(texts: Sequence[str], domains: Sequence[str]) -> list[str]:
    """Each text followed by its domain in words, as the base has met them."""
    return [f"{text} {topic_ending(domain)}" for text, domain in zip(texts, domains, strict=True)]
