"""Model folders as a person might bring them: tiny, random, made on the spot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.config.components import ProblemType
from tests.tiny import make_tiny_tokenizer

SEVERAL = ("toxic", "insult", "threat", "obscene", "hateful <b>", "severe")


def classifier_folder(folder: Path, *, problem: ProblemType, labels: tuple[str, ...], **parts: Any) -> Path:
    """A saved classifier with its own head: a two-layer Llama with named classes."""
    import torch
    from transformers import LlamaConfig

    from core.model.classifier import classifier_class
    from core.model.pooled_config import to_pooled

    tokenizer = make_tiny_tokenizer()
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        initializer_range=0.2,
        pad_token_id=0,
        id2label=dict(enumerate(labels)),
        label2id={label: i for i, label in enumerate(labels)},
        problem_type=problem,
    )
    pooled = to_pooled(config, pooler_type="mean", **parts)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        model = classifier_class(type(pooled))(pooled)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def pickle_folder(folder: Path) -> Path:
    """A folder whose weights are a pickle, which nobody may open."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "llama", "hidden_size": 32}', encoding="utf-8")
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04N.")
    return folder


def damaged_folder(folder: Path) -> Path:
    """A classifier with one NaN in its second layer: it loads, and every answer of it is NaN."""
    import torch
    from safetensors.torch import load_file, save_file

    classifier_folder(folder, problem="single_label_classification", labels=("a", "b", "c"))
    file = next(folder.glob("*.safetensors"))
    weights = load_file(file)
    weights["model.layers.1.mlp.down_proj.weight"][0, 0] = torch.nan
    save_file(weights, file, metadata={"format": "pt"})
    return folder
