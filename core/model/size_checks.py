"""The sizes that config.json states against those in the headers of the weight files, before a weight is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor
from transformers import PreTrainedConfig, PreTrainedModel

from core.errors import CheckpointError
from core.files.folders import ModelFolder
from core.files.safetensors_headers import TensorEntry
from core.files.stored_quantisation import stored_quantisation
from core.model.classifier import classifier_class
from core.model.stored_names import names_when_read

#: Fields of config.json that say how large something is, by parts of the names of tensors.
_FIELDS = {
    r"embed_tokens|word_embeddings|wte|lm_head": "vocab_size",
    r"position_embeddings|wpe|embed_positions": "max_position_embeddings",
    r"token_type_embeddings": "type_vocab_size",
    r"mlp|intermediate|ffn|fc\d|c_fc": "intermediate_size or hidden_size",
    r"[qkv]_proj|query|key|value|attn|attention": "hidden_size, num_attention_heads, num_key_value_heads or head_dim",
}


def require_sizes(folder: ModelFolder, config: PreTrainedConfig, ignored: tuple[str, ...] = ()) -> None:
    """Compare headers with the model that a config stands for, which is built without weights.

    Tensors go by the names that transformers gives them when it reads the file. Those that it splits, joins or unpacks
    are left to it, and so is all of a quantised checkpoint.

    Args:
        folder: with the headers of its weight files.
        config: as the classifier will be built.
        ignored: beginnings of the names of tensors that will not be read.

    Raises:
        CheckpointError: with the tensor and both sizes.
    """
    if stored_quantisation(folder.config) is None:
        with torch.device("meta"):
            model = classifier_class(type(config))(config)
        compare_sizes(folder, model, ignored)


def compare_sizes(folder: ModelFolder, model: PreTrainedModel, ignored: tuple[str, ...] = ()) -> None:
    """The same with a model that is there, on whatever device.

    Raises:
        CheckpointError: with the tensor and both sizes.
    """
    if stored_quantisation(folder.config) is not None:
        return
    wrong = [
        (name, entry, expected)
        for name, entry, expected in _pairs(model, folder.tensors)
        if entry.shape != tuple(expected.shape) and not name.startswith(ignored)
    ]
    if wrong:
        name, entry, expected = wrong[0]
        more = f" {len(wrong) - 1} more disagree as well." if len(wrong) > 1 else ""
        raise CheckpointError(
            f"'{entry.name}' is {_size(entry.shape)} in '{entry.file.name}', and config.json makes it "
            f"{_size(tuple(expected.shape))}.{more}",
            fix=f"correct config.json{_field(name)}, or fetch config.json and weights again from one place.",
        )


def _pairs(model: PreTrainedModel, tensors: Mapping[str, TensorEntry]) -> Iterator[tuple[str, TensorEntry, Tensor]]:
    """Tensors of the file that become a tensor of the model as they are: its name there, the entry, the model's."""
    expected = model.state_dict()
    for stored, name, conversion in names_when_read(model, tensors, expected):
        if conversion is None and name in expected:
            yield name, tensors[stored], expected[name]


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) if shape else "a single number"


def _field(name: str) -> str:
    """Which field it may be."""
    field = next((field for part, field in _FIELDS.items() if re.search(part, name)), "")
    return f" ({field})" if field else ""
