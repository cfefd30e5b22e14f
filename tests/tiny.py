"""Tiny random models, made on the spot: what session fixtures save and what a test may build for itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from core.config.components import ProblemType

FAMILIES = ("llama", "gemma2", "mistral", "bert")
TINY_WIDTH = 32
TINY_LAYERS = 2

_SENTENCES = (
    "My card has not arrived yet, where is it?",
    "The transfer to my landlord is still pending.",
    "Please book a table for two at seven tonight.",
    "How warm will it be in Lisbon on Friday?",
    "Wake me up at six and play some jazz.",
    "What is the exchange rate between pounds and euros?",
    "Grüße aus Köln, naïve café, 東京 and שלום with a 🙂.",
)


def make_tiny_tokenizer() -> PreTrainedTokenizerFast:
    """A byte-level BPE of 320 tokens that begins a text with `<s>`; pads with `<pad>` (id 0) on the right."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<pad>", "<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_SENTENCES, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        model_max_length=128,
        padding_side="right",
    )


def tiny_model(family: str, vocab_size: int, seed: int = 0) -> PreTrainedModel:
    """A random two-layer model of one of `FAMILIES`, in eval mode; weights wide enough that outputs differ."""
    import torch
    from transformers import (
        BertConfig,
        BertModel,
        Gemma2Config,
        Gemma2ForCausalLM,
        LlamaConfig,
        LlamaForCausalLM,
        MistralConfig,
        MistralForCausalLM,
    )

    sizes: dict[str, Any] = {
        "vocab_size": vocab_size,
        "hidden_size": TINY_WIDTH,
        "intermediate_size": 48,
        "num_hidden_layers": TINY_LAYERS,
        "num_attention_heads": 4,
        "max_position_embeddings": 128,
        "initializer_range": 0.2,
        "pad_token_id": 0,
    }
    decoder = {**sizes, "num_key_value_heads": 2, "head_dim": 8, "bos_token_id": 1, "eos_token_id": 2}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: PreTrainedModel
        match family:
            case "llama":
                model = LlamaForCausalLM(LlamaConfig(**decoder))
            case "gemma2":
                model = Gemma2ForCausalLM(Gemma2Config(**decoder, sliding_window=8, query_pre_attn_scalar=8))
            case "mistral":
                model = MistralForCausalLM(MistralConfig(**decoder, sliding_window=8))
            case "bert":
                model = BertModel(BertConfig(**sizes))
            case _:
                raise ValueError(f"no tiny model of family {family!r}")
    model.eval()
    return model


def save_tiny_classifier(
    folder: Path,
    family: str,
    labels: Sequence[str],
    problem_type: ProblemType = "single_label_classification",
    seed: int = 1,
) -> Path:
    """A stock `...ForSequenceClassification` folder with a random head of these classes, and its tokenizer."""
    import torch
    from transformers import AutoModelForSequenceClassification

    tokenizer = make_tiny_tokenizer()
    config = tiny_model(family, len(tokenizer)).config
    config.num_labels = len(labels)
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: i for i, label in enumerate(labels)}
    config.problem_type = problem_type
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = AutoModelForSequenceClassification.from_config(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
