"""Wrong adapters, of every kind that PEFT takes without a word and those over which it stumbles."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import AdapterError, CheckpointError, ConfigError
from core.model.adapters.attach import load_adapter
from core.results import CheckStatus
from tests.model.conftest import opened, write_adapter
from tests.tiny import tiny_model

Tensors = dict[str, torch.Tensor]


def changed(
    source: Path,
    target: Path,
    *,
    config: dict[str, Any] | None = None,
    card: dict[str, Any] | None = None,
    tensors: Callable[[Tensors], Tensors] | None = None,
) -> Path:
    """A copy of an adapter folder with something wrong in it."""
    shutil.copytree(source, target)
    for name, change in (("adapter_config.json", config), ("classifier.json", card)):
        if change is not None:
            data = json.loads((target / name).read_text())
            (target / name).write_text(json.dumps({**data, **change}))
    if tensors is not None:
        path = target / "adapter_model.safetensors"
        save_file(tensors(load_file(path)), path)
    return target


def drop(part: str) -> Callable[[Tensors], Tensors]:
    return lambda found: {k: v for k, v in found.items() if part not in k}


def test_a_good_adapter_passes_every_check(tiny_folders: dict[str, Path], llama_adapter: Path) -> None:
    report = load_adapter(opened(tiny_folders["llama"]), llama_adapter).health
    assert report.worst is CheckStatus.PASSED
    assert {c.name for c in report.checks} >= {
        "Architecture",
        "Mask",
        "Base",
        "Targets",
        "Layers",
        "Sizes",
        "Pooler and head",
        "Labels",
        "Keys",
        "Values",
    }


def test_another_family_with_the_same_shapes(tiny_folders: dict[str, Path], llama_adapter: Path) -> None:
    with pytest.raises(AdapterError, match="Architecture: It was trained on a 'llama' model; this base is 'mistral'"):
        load_adapter(opened(tiny_folders["mistral"], "mistral"), llama_adapter)


def test_another_checkpoint_of_the_same_architecture(
    tiny_folders: dict[str, Path], tiny_tokenizer: Any, llama_adapter: Path, tmp_path: Path
) -> None:
    tiny_model("llama", len(tiny_tokenizer), seed=1).save_pretrained(tmp_path / "other")
    with pytest.raises(AdapterError, match="Base: It was trained on other weights"):
        load_adapter(opened(tmp_path / "other"), llama_adapter)


def test_another_mask(tiny_folders: dict[str, Path], llama_adapter: Path) -> None:
    with pytest.raises(AdapterError, match="Mask: .* Fix: set the candidate's model_type to 'llama'"):
        load_adapter(opened(tiny_folders["llama"], "llama-bidirectional"), llama_adapter)


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
        ({"tensors": drop("layers.1.self_attn.q_proj.lora_B")}, "Keys: 1 of .* weights are missing from the file"),
        (
            {"tensors": lambda t: {**t, **{k.replace("layers.1", "layers.5"): v.clone() for k, v in t.items()}}},
            "Layers: It adapts layer 5, and this base has layers 0 to 1",
        ),
        ({"config": {"layers_to_transform": [0, 7]}}, "Layers: It adapts layer 7"),
        ({"config": {"target_modules": ["q_proj", "wq"]}}, "Targets: It adapts the module 'wq', which this base"),
        ({"config": {"target_modules": ["q_proj"]}}, "Keys: .* weights in the file have no place in the model"),
        ({"config": {"target_modules": "nothing_.*"}}, "Targets: No module fits its pattern"),
        ({"config": {"modules_to_save": ["pooler", "skore"]}}, "Saved modules: It saved the module 'skore'"),
        ({"config": {"peft_type": "IA3"}}, "Kind: It is a PEFT adapter of type 'IA3'"),
        ({"tensors": drop("score")}, "Pooler and head: 'score.weight' is missing from the file"),
        ({"tensors": drop("pooler.V")}, "Pooler and head: 'pooler.V.weight' is missing from the file"),
        ({"card": {"labels": ["a", "b", "c"]}}, "Labels: Its head has 4 classes, and 3 labels are named"),
        (
            {"tensors": lambda t: {k: v * float("nan") if "q_proj" in k else v for k, v in t.items()}},
            "Values: .* hold NaN or Inf",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_would_be_silently_wrong_is_refused(
    tiny_folders: dict[str, Path], llama_adapter: Path, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    base = opened(tiny_folders["llama"])
    with pytest.raises(AdapterError, match=f"Adapter 'wrong' does not fit the base 'llama'. {message}.*Fix: "):
        load_adapter(base, changed(llama_adapter, tmp_path / "wrong", **change))


def test_zero_b_is_told(tiny_folders: dict[str, Path], llama_adapter: Path, tmp_path: Path) -> None:
    def zero(some: str) -> Callable[[Tensors], Tensors]:
        return lambda t: {k: torch.zeros_like(v) if "lora_B" in k and some in k else v for k, v in t.items()}

    base = opened(tiny_folders["llama"])
    for some, words in (("", "the adapter changes nothing yet"), ("q_proj", "those modules are not adapted")):
        found = load_adapter(base, changed(llama_adapter, tmp_path / f"z{some}", tensors=zero(some))).health
        assert [c.status for c in found.checks if words in c.message] == [CheckStatus.WARNING]


def test_without_a_card_what_is_unknown_is_told(
    tiny_folders: dict[str, Path], tmp_path: Path, tiny_tokenizer: Any
) -> None:
    base = opened(tiny_folders["llama"])
    write_adapter(base, tmp_path / "plain")
    (tmp_path / "plain" / "classifier.json").unlink()
    named = {c.name: c for c in load_adapter(base, tmp_path / "plain").health.checks}
    assert named["Labels"].status is CheckStatus.WARNING
    assert named["Architecture"].status is CheckStatus.NOTE
    nameless = changed(tmp_path / "plain", tmp_path / "nameless", config={"base_model_name_or_path": None})
    assert "does not say which base" in str(load_adapter(base, nameless).health.checks)
    tiny_model("llama", len(tiny_tokenizer), seed=1).save_pretrained(tmp_path / "other")
    local = changed(tmp_path / "plain", tmp_path / "local", config={"base_model_name_or_path": str(tmp_path / "other")})
    with pytest.raises(AdapterError, match="Base: It was trained on other weights"):
        load_adapter(base, local)


def test_files_that_cannot_be_read(tiny_folders: dict[str, Path], llama_adapter: Path, tmp_path: Path) -> None:
    base = opened(tiny_folders["llama"])
    pickled = Path(shutil.copytree(llama_adapter, tmp_path / "pickled"))
    (pickled / "adapter_model.safetensors").rename(pickled / "adapter_model.bin")
    with pytest.raises(CheckpointError, match="only as a pickle"):
        load_adapter(base, pickled)
    with pytest.raises(CheckpointError, match=r"has no adapter_config\.json"):
        load_adapter(base, tiny_folders["bert"])
    card = changed(llama_adapter, tmp_path / "card", card={"pooler_typ": "mean"})
    with pytest.raises(ConfigError, match="AdapterCard has no field 'pooler_typ'.*did you mean 'pooler_type'"):
        load_adapter(base, card)
