"""Merged folders against PEFT's own merge: logits, types, files, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors import safe_open
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from core.errors import CheckpointError, InputError, MemoryBudgetError
from core.merge import run
from core.merge.run import merge
from core.model.adapters.attach import load_adapter
from tests.merge.conftest import LABELS, merged, nobody_loads, request, stock_adapter
from tests.model.conftest import opened, write_adapter
from tests.model.test_quantised_load import library_config
from tests.tiny import make_tiny_tokenizer, save_tiny_classifier

IDS = torch.arange(3, 40)[None]
KINDS: dict[str, dict[str, Any]] = {
    "lora": {"r": 4, "target_modules": ["q_proj", "v_proj"]},
    "rslora": {"r": 4, "use_rslora": True, "target_modules": ["q_proj", "down_proj"]},
    "dora": {"r": 4, "use_dora": True, "target_modules": ["q_proj", "up_proj"]},
    "ranks": {"r": 2, "rank_pattern": {"q_proj": 5}, "alpha_pattern": {"v_proj": 3}, "target_modules": "all-linear"},
    "biases": {"r": 2, "bias": "lora_only", "target_modules": ["q_proj"]},
    "whole": {"r": 2, "target_modules": ["q_proj"], "modules_to_save": ["embed_tokens"]},
    "embeddings": {"r": 3, "target_modules": ["embed_tokens", "q_proj"]},
}


def logits(model: Any) -> torch.Tensor:
    with torch.inference_mode():
        result: torch.Tensor = model(input_ids=IDS).logits
        return result.float()


def labels_of(model: Any) -> tuple[str, ...]:
    return tuple(model.config.id2label.values())


def by_peft(base: Path, adapter: Path, dtype: str = "float32") -> Any:
    model = AutoModelForSequenceClassification.from_pretrained(base, dtype=getattr(torch, dtype))
    return PeftModel.from_pretrained(model, adapter).merge_and_unload().eval()


@pytest.fixture(params=["llama", "mistral"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return save_tiny_classifier(tmp_path / "base", request.param, LABELS)


@pytest.mark.filterwarnings("ignore:Setting `save_embedding_layers`")  # what PEFT does there is what is tested
@pytest.mark.parametrize("kind", KINDS)
def test_logits_are_those_of_pefts_merge(base: Path, tmp_path: Path, kind: str) -> None:
    adapter = stock_adapter(base, tmp_path / "adapter", **KINDS[kind])
    result = merged(base, adapter, tmp_path / "out")
    expected, mine = by_peft(base, adapter), opened(tmp_path / "out", "vanilla", num_labels=None)
    torch.testing.assert_close(logits(mine.model), logits(expected), atol=1e-6, rtol=1e-5)
    assert mine.head_is_trained
    assert result.modules > 0
    assert result.dtype == "float32"
    assert (result.parameters, result.files) == (sum(p.numel() for p in mine.model.parameters()), 1)
    assert labels_of(mine.model) == LABELS == result.labels


@pytest.mark.parametrize(("dtype", "bound"), [("bfloat16", 2e-2), ("float16", 2e-3)])
def test_the_type_is_that_of_the_bases_files(tmp_path: Path, dtype: str, bound: float) -> None:
    base = save_tiny_classifier(tmp_path / "whole", "llama", LABELS)
    kept = AutoModelForSequenceClassification.from_pretrained(base, dtype=getattr(torch, dtype))
    kept.save_pretrained(tmp_path / "base")
    make_tiny_tokenizer().save_pretrained(tmp_path / "base")
    adapter = stock_adapter(base, tmp_path / "adapter", **KINDS["ranks"])
    result = merged(tmp_path / "base", adapter, tmp_path / "out")
    assert result.dtype == dtype
    assert result.stock_class == "LlamaForSequenceClassification"
    assert json.loads((tmp_path / "out" / "config.json").read_text())["model_type"] == "llama"
    with safe_open(next((tmp_path / "out").glob("*.safetensors")), framework="pt") as file:
        assert {file.get_tensor(name).dtype for name in file.keys()} == {getattr(torch, dtype)}  # noqa: SIM118
    # In the same type PEFT's merge has the same weights, and so the same logits but for how a matrix is multiplied.
    mine = opened(tmp_path / "out", "vanilla", num_labels=None, torch_dtype=dtype).model
    theirs = by_peft(tmp_path / "base", adapter, dtype)
    for name, tensor in theirs.model.state_dict().items():
        assert torch.equal(mine.model.state_dict()[name], tensor), name
    torch.testing.assert_close(logits(mine), logits(theirs), atol=bound * float(logits(theirs).abs().max()), rtol=0)


@pytest.mark.parametrize("pooler", ["mean", "attention", "gem"])
def test_a_classifier_of_ours_with_labels_and_length(tmp_path: Path, pooler: str) -> None:
    base = save_tiny_classifier(tmp_path / "base", "llama", LABELS)
    write_adapter(opened(base, num_labels=None), tmp_path / "adapter", pooler_type=pooler, num_labels=4)
    card = json.loads((tmp_path / "adapter" / "classifier.json").read_text())
    (tmp_path / "adapter" / "classifier.json").write_text(json.dumps(card | {"max_tokens": 77}))
    result = merged(base, tmp_path / "adapter", tmp_path / "out")
    attached = load_adapter(opened(base, num_labels=None), tmp_path / "adapter")
    mine = opened(tmp_path / "out", "vanilla", num_labels=None).model
    torch.testing.assert_close(logits(mine), logits(attached.model), atol=1e-5, rtol=1e-5)
    assert result.labels == attached.labels == labels_of(mine)
    assert AutoTokenizer.from_pretrained(tmp_path / "out").model_max_length == result.max_tokens == 77
    assert set(result.whole) == {"score", "pooler"} - ({"pooler"} if pooler == "mean" else set())
    assert result.stock_class == ""


def test_an_adapters_own_tokenizer_goes_with_it(tmp_path: Path) -> None:
    base = save_tiny_classifier(tmp_path / "base", "llama", LABELS)
    adapter = stock_adapter(base, tmp_path / "adapter", **KINDS["lora"])
    tokenizer = make_tiny_tokenizer()
    tokenizer.add_tokens(["<own>"])
    tokenizer.save_pretrained(adapter)
    merged(base, adapter, tmp_path / "out")
    assert "<own>" in AutoTokenizer.from_pretrained(tmp_path / "out").get_vocab()


def test_large_ones_are_written_in_several_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "FILE_BYTES", 30_000)
    base = save_tiny_classifier(tmp_path / "base", "llama", LABELS)
    adapter = stock_adapter(base, tmp_path / "adapter", **KINDS["lora"])
    result = merged(base, adapter, tmp_path / "out")
    assert result.files > 2
    mine = opened(tmp_path / "out", "vanilla", num_labels=None).model
    torch.testing.assert_close(logits(mine), logits(by_peft(base, adapter)), atol=1e-6, rtol=1e-5)
    modes = {(p.stat().st_mode & 0o777) for p in (tmp_path / "out").iterdir()}
    assert len(modes) == 1
    assert modes.pop() & 0o044, "others may read what the umask lets them"


@pytest.mark.parametrize("name", ["int8", "nf4", "fp4-double"])
def test_a_quantised_base_is_merged_only_when_it_is_read_out(base: Path, tmp_path: Path, name: str) -> None:
    adapter = stock_adapter(base, tmp_path / "adapter", **KINDS["rslora"])
    with pytest.raises(CheckpointError, match=f"quantised when it is loaded \\({name}\\)") as error:
        merged(base, adapter, tmp_path / "out", quantisation=name)
    assert "--dequantise" in error.value.command_fix
    assert not (tmp_path / "out").exists()
    result = merged(base, adapter, tmp_path / "out", quantisation=name, dequantise=True)
    assert result.dequantised == name
    model = AutoModelForSequenceClassification.from_pretrained(
        base, dtype=torch.float32, device_map="cpu", quantization_config=library_config(name)
    )
    expected = PeftModel.from_pretrained(model.dequantize(), adapter).merge_and_unload()
    mine = opened(tmp_path / "out", "vanilla", num_labels=None).model
    torch.testing.assert_close(logits(mine), logits(expected), atol=1e-5, rtol=1e-4)
    assert "quantization_config" not in json.loads((tmp_path / "out" / "config.json").read_text())


def test_a_base_that_is_stored_quantised(tmp_path: Path) -> None:
    base = save_tiny_classifier(tmp_path / "base", "llama", LABELS)
    adapter = stock_adapter(base, tmp_path / "adapter", **KINDS["lora"])
    AutoModelForSequenceClassification.from_pretrained(
        base, dtype=torch.float32, device_map="cpu", quantization_config=library_config("nf4")
    ).save_pretrained(tmp_path / "stored")
    make_tiny_tokenizer().save_pretrained(tmp_path / "stored")
    with pytest.raises(CheckpointError, match="is stored quantised by bitsandbytes"):
        merged(tmp_path / "stored", adapter, tmp_path / "out")
    merged(tmp_path / "stored", adapter, tmp_path / "out", dequantise=True)
    on_codes = load_adapter(opened(tmp_path / "stored", "vanilla", num_labels=None), adapter).model
    mine = opened(tmp_path / "out", "vanilla", num_labels=None).model
    torch.testing.assert_close(logits(mine), logits(on_codes), atol=1e-4, rtol=1e-4)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    base = save_tiny_classifier(tmp_path / "base", "llama", LABELS)
    adapter = stock_adapter(base, tmp_path / "adapter", **KINDS["lora"])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("x")
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("full", "file", "link", "base"):
        with pytest.raises(InputError, match="nothing is written over"):
            merged(base, adapter, tmp_path / name)
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["mine.txt"]
    (tmp_path / "empty").mkdir()
    merged(base, adapter, tmp_path / "empty")
    assert (tmp_path / "empty" / "config.json").is_file()
    merged(base, adapter, tmp_path / "new" / "below")
    assert (tmp_path / "new" / "below" / "README.md").is_file()


def test_a_merge_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = save_tiny_classifier(tmp_path / "base", "llama", LABELS)
    adapter = stock_adapter(base, tmp_path / "adapter", **KINDS["lora"])
    before = sorted(p.name for p in tmp_path.iterdir())
    (base / "tokenizer.json").write_text("{")
    with pytest.raises(CheckpointError, match="tokenizer"):
        merged(base, adapter, tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_too_little_memory_is_refused_with_both_numbers(tmp_path: Path) -> None:
    base = save_tiny_classifier(tmp_path / "base", "llama", LABELS)
    adapter = stock_adapter(base, tmp_path / "adapter", **KINDS["lora"])
    with pytest.raises(MemoryBudgetError, match=r"takes 128 MiB of memory, and 1 MiB are free"):
        merge(request(base, adapter, tmp_path / "out"), free=lambda: 2**20, loading_alone=nobody_loads)
