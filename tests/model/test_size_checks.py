"""Sizes in config.json against sizes in the files: what transformers opens is opened, what it refuses is explained."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModel,
    AutoModelForSequenceClassification,
    BertConfig,
    DistilBertConfig,
    GPT2Config,
    LlamaConfig,
    MixtralConfig,
    OPTConfig,
    PreTrainedConfig,
    Qwen2Config,
)

from core.errors import CheckpointError
from core.files.folders import read_model_folder
from core.model.pooled_config import to_pooled
from core.model.size_checks import require_sizes
from tests.model.conftest import as_it_is

SIZES: dict[str, Any] = {"vocab_size": 320, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
DECODER = {**SIZES, "intermediate_size": 48, "num_key_value_heads": 2, "max_position_embeddings": 64, "pad_token_id": 0}
CONFIGS: dict[str, PreTrainedConfig] = {
    "llama": LlamaConfig(**DECODER),
    "qwen2": Qwen2Config(**DECODER),
    "mixtral": MixtralConfig(**DECODER, num_local_experts=2, num_experts_per_tok=1),
    "bert": BertConfig(**SIZES, intermediate_size=48, max_position_embeddings=64),
    "distilbert": DistilBertConfig(vocab_size=320, dim=32, n_layers=2, n_heads=4, hidden_dim=48),
    "gpt2": GPT2Config(vocab_size=320, n_embd=32, n_layer=2, n_head=4, n_positions=64, pad_token_id=0),
    "opt": OPTConfig(**SIZES, ffn_dim=48, word_embed_proj_dim=32, max_position_embeddings=64),
}
#: A field of each family, another value for it, and a part of the name of the tensor that tells.
WRONG = [
    ("llama", "vocab_size", 330, "embed_tokens"),
    ("llama", "intermediate_size", 64, "mlp"),
    ("llama", "num_key_value_heads", 4, "k_proj"),
    ("qwen2", "hidden_size", 64, "embed_tokens"),
    ("bert", "type_vocab_size", 3, "token_type"),
    ("bert", "max_position_embeddings", 99, "position_embeddings"),
    ("distilbert", "hidden_dim", 50, "ffn"),
    ("gpt2", "n_positions", 99, "wpe"),
    ("opt", "ffn_dim", 50, "fc1"),
    ("mixtral", "vocab_size", 330, "embed_tokens"),
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("sizes")
    for name, config in CONFIGS.items():
        AutoModel.from_config(config).save_pretrained(root / name)
    return {name: root / name for name in CONFIGS}


def edited(source: Path, target: Path, **fields: Any) -> Path:
    copy = Path(shutil.copytree(source, target))
    data = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({**data, **fields}))
    return copy


@pytest.mark.parametrize("name", CONFIGS)
def test_what_was_saved_fits(folders: dict[str, Path], name: str) -> None:
    require_sizes(read_model_folder(folders[name]), to_pooled(CONFIGS[name]))


@pytest.mark.parametrize(("name", "field", "value", "tensor"), WRONG)
def test_a_size_that_disagrees_is_named_with_its_tensor(
    folders: dict[str, Path], tmp_path: Path, name: str, field: str, value: int, tensor: str
) -> None:
    copy = edited(folders[name], tmp_path / "m", **{field: value})
    with pytest.raises(RuntimeError, match="size|mismatch"):
        AutoModel.from_pretrained(copy)
    with pytest.raises(CheckpointError, match=rf"'\S*{tensor}\S*' is .*\d+.* in 'model.safetensors', and config.json"):
        as_it_is(copy)


@pytest.mark.parametrize("name", ["llama", "gpt2", "distilbert"])
def test_heads_and_prefixes_are_no_disagreement(folders: dict[str, Path], tmp_path: Path, name: str) -> None:
    """A head, and the backbone's prefix, which a bare model has not."""
    model = AutoModelForSequenceClassification.from_pretrained(folders[name], num_labels=3)
    model.save_pretrained(tmp_path)
    require_sizes(read_model_folder(tmp_path), to_pooled(model.config))


def test_both_sizes_and_how_many_more(folders: dict[str, Path], tmp_path: Path) -> None:
    copy = edited(folders["llama"], tmp_path / "m", hidden_size=64)
    with pytest.raises(CheckpointError, match=r"is 320 x 32 in .* makes it 320 x 64\. \d+ more disagree as well"):
        as_it_is(copy)


def test_a_head_that_is_not_read_may_have_any_size(folders: dict[str, Path], tmp_path: Path) -> None:
    copy = edited(folders["llama"], tmp_path / "m")
    tensors = load_file(copy / "model.safetensors")
    save_file({**tensors, "score.weight": torch.ones(3, 7)}, copy / "model.safetensors", metadata={"format": "pt"})
    config = to_pooled(CONFIGS["llama"], num_labels=3)
    with pytest.raises(CheckpointError, match=r"'score.weight' is 3 x 7 .* makes it 3 x 32"):
        require_sizes(read_model_folder(copy), config)
    require_sizes(read_model_folder(copy), config, ("score.",))


def test_quantised_weights_are_left_to_their_library(folders: dict[str, Path], tmp_path: Path) -> None:
    copy = edited(folders["llama"], tmp_path / "m", vocab_size=330, quantization_config={"quant_method": "fp8"})
    require_sizes(read_model_folder(copy), to_pooled(LlamaConfig(**{**DECODER, "vocab_size": 330})))
