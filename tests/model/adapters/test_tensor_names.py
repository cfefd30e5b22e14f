"""Names of an adapter's tensors under every prefix that savers leave in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from core.model.adapters.attach import load_adapter
from core.model.adapters.tensor_names import PEFT_PREFIX, plain_name, wrapper_prefix
from core.results import CheckStatus
from tests.model.heads.test_stock import assert_equal, logits, opened, peft_adapter, stock

PREFIXES = {
    "_orig_mod.": lambda k: k.replace(PEFT_PREFIX, f"{PEFT_PREFIX}_orig_mod."),
    "outer _orig_mod.": lambda k: f"_orig_mod.{k}",
    "module.": lambda k: f"module.{k}",
    "_fsdp_wrapped_module.": lambda k: k.replace(".0.", ".0._fsdp_wrapped_module."),
    "_checkpoint_wrapped_module.": lambda k: k.replace(".0.", ".0._checkpoint_wrapped_module."),
    "the adapter's name": lambda k: k.replace("lora_A.weight", "lora_A.default.weight").replace(
        "lora_B.weight", "lora_B.default.weight"
    ),
    "modules_to_save": lambda k: k.replace("score.", "score.modules_to_save.default.").replace(
        "classifier.", "classifier.modules_to_save.default."
    ),
    "no prefix": lambda k: k.removeprefix(PEFT_PREFIX),
}


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("name", ["llama", "bert"])
def test_whatever_their_prefix_the_answer_is_pefts(name: str, prefix: str, tmp_path: Path) -> None:
    targets = ["q_proj"] if name == "llama" else ["query"]
    theirs = peft_adapter(stock(name, tmp_path / "base"), tmp_path / "adapter", target_modules=targets)
    path = tmp_path / "adapter" / "adapter_model.safetensors"
    save_file({PREFIXES[prefix](key): tensor for key, tensor in load_file(path).items()}, path)
    ours = load_adapter(opened(tmp_path / "base"), tmp_path / "adapter")
    assert_equal(logits(ours.model), logits(theirs))
    wrapped = prefix.endswith(".")
    assert any("of a wrapper" in check.message for check in ours.health.checks) == wrapped
    assert ours.health.worst in (CheckStatus.NOTE, CheckStatus.WARNING)


def test_names_of_peft_itself_stay() -> None:
    for name in (
        "model.layers.0.mlp.up_proj.lora_magnitude_vector",
        "model.embed_tokens.lora_embedding_A",
        "score.weight",
    ):
        assert plain_name(PEFT_PREFIX + name) == name
    assert not wrapper_prefix({f"{PEFT_PREFIX}model.layers.0.module_a.weight": None})  # type: ignore[dict-item]
