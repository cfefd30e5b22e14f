"""Adapters that name modules, layers or widths which the base does not have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import AdapterError
from core.model.adapters.attach import load_adapter
from tests.model.adapters.altered import changed
from tests.model.conftest import opened


def test_another_hidden_size(tiny_tokenizer: Any, llama_adapter: Path, tmp_path: Path) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=len(tiny_tokenizer),
        hidden_size=64,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
    )
    LlamaForCausalLM(config).save_pretrained(tmp_path / "wide")
    bare = changed(llama_adapter, tmp_path / "bare", card={"base_fingerprint": {}})
    with pytest.raises(AdapterError, match="Sizes: It was trained for another width"):
        load_adapter(opened(tmp_path / "wide"), bare)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"tensors": lambda t: {**t, **{k.replace("layers.1", "layers.5"): v.clone() for k, v in t.items()}}},
            "Layers: It adapts layer 5, and this base has layers 0 to 1",
        ),
        ({"config": {"layers_to_transform": [0, 7]}}, "Layers: It adapts layer 7"),
        ({"config": {"target_modules": ["q_proj", "wq"]}}, "Targets: It adapts the module 'wq', which this base"),
        ({"config": {"target_modules": "nothing_.*"}}, "Targets: No module fits its pattern"),
        ({"config": {"modules_to_save": ["pooler", "skore"]}}, "Saved modules: It saved the module 'skore'"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_this_base_does_not_have_is_refused(
    tiny_folders: dict[str, Path], llama_adapter: Path, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    base = opened(tiny_folders["llama"])
    with pytest.raises(AdapterError, match=f"Adapter 'wrong' does not fit the base 'llama'. {message}.*Fix: "):
        load_adapter(base, changed(llama_adapter, tmp_path / "wrong", **change))
