"""Whether the tensors are there that should be: real saves of several families and layouts, whole and broken."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    BertForTokenClassification,
    LlamaConfig,
    LlamaForCausalLM,
    LlamaForSequenceClassification,
    MixtralConfig,
    MixtralForCausalLM,
    ModernBertConfig,
    ModernBertModel,
    PreTrainedModel,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from core.checkpoints.checkpoint import open_checkpoint
from core.checkpoints.weights import checkpoint_statistics
from core.results import WeightReport
from core.results.weights import missing
from core.words.weights import read
from tests.tiny import tiny_model

SIZES: dict[str, Any] = {
    "vocab_size": 90,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "pad_token_id": 0,
}
LLAMA = {**SIZES, "num_key_value_heads": 2}
MODELS: dict[str, Callable[[], PreTrainedModel]] = {
    "llama": lambda: LlamaForCausalLM(LlamaConfig(**LLAMA)),
    "llama, tied": lambda: LlamaForCausalLM(LlamaConfig(**LLAMA, tie_word_embeddings=True)),
    "llama, a classifier": lambda: LlamaForSequenceClassification(LlamaConfig(**LLAMA)),
    "gemma2": lambda: tiny_model("gemma2", 90),
    "mistral": lambda: tiny_model("mistral", 90),
    "mixtral": lambda: MixtralForCausalLM(MixtralConfig(**LLAMA, num_local_experts=4)),
    "bert": lambda: tiny_model("bert", 90),
    "bert, masked": lambda: BertForMaskedLM(BertConfig(**SIZES)),
    "bert, tokens": lambda: BertForTokenClassification(BertConfig(**SIZES)),
    "bert, a classifier": lambda: BertForSequenceClassification(BertConfig(**SIZES)),
    "roberta": lambda: RobertaForSequenceClassification(RobertaConfig(**SIZES)),
    "modernbert": lambda: ModernBertModel(ModernBertConfig(**SIZES)),
}


def filled(model: PreTrainedModel) -> PreTrainedModel:
    """With no weight of zeros or of one value."""
    for tensor in model.parameters():
        torch.nn.init.normal_(tensor, std=0.02)
    return model


def of(path: Path) -> WeightReport:
    return checkpoint_statistics(open_checkpoint(path))


def changed(folder: Path, change: Callable[[dict[str, Tensor]], object]) -> WeightReport:
    path = folder / "model.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path, {"format": "pt"})
    return of(folder)


def without(folder: Path, part: str) -> WeightReport:
    def remove(tensors: dict[str, Tensor]) -> None:
        gone = [name for name in tensors if part in name]
        assert gone
        for name in gone:
            del tensors[name]

    return changed(folder, remove)


@pytest.mark.parametrize("name", MODELS)
def test_what_transformers_saves_is_intact_in_one_file_and_in_shards(tmp_path: Path, name: str) -> None:
    model = filled(MODELS[name]())
    for folder, size in ((tmp_path / "one", "1GB"), (tmp_path / "shards", "20KB")):
        model.save_pretrained(folder, max_shard_size=size)
        report = of(folder)
        assert report.completeness.model == type(model).__name__
        assert ": nothing stands out. Intact as far as the files tell: " in read(report)
        assert read(report).endswith("every tensor that config.json asks for is there, all values are finite.")
    assert "Intact" in read(of(tmp_path / "one" / "model.safetensors"))
    shard = of(next((tmp_path / "shards").glob("model-00001*")))
    assert "It is one of the" in read(shard)
    assert "Intact" not in read(shard)
    assert missing(shard) == ()


@pytest.mark.parametrize("name", MODELS)
def test_a_last_layer_or_an_embedding_that_is_gone_is_said(tmp_path: Path, name: str) -> None:
    model = filled(MODELS[name]())
    last = model.config.num_hidden_layers - 1
    path = "layer" if "bert" in model.config.model_type and name != "modernbert" else "layers"
    embedding = next(n for n, _ in model.named_parameters() if "embed" in n and n.endswith("weight"))
    for part, said in ((f"{path}.{last}.", f"all of layer {last}"), (embedding, embedding)):
        model.save_pretrained(tmp_path)
        report = without(tmp_path, part)
        lead = read(report)
        assert lead[0].isdigit()
        assert " that config.json asks for (" in lead.split(" missing: ")[0]
        assert said in lead
        assert "nothing stands out" not in lead
        assert "ntact" not in lead


def test_a_module_that_no_layer_has(tmp_path: Path) -> None:
    filled(MODELS["llama"]()).save_pretrained(tmp_path)
    lead = read(without(tmp_path, "v_proj"))
    assert lead.startswith("4 of the 38 tensors that config.json asks for (LlamaForCausalLM) are missing: ")
    assert "self_attn.v_proj in every layer." in lead


def test_one_expert_of_several(tmp_path: Path) -> None:
    filled(MODELS["mixtral"]()).save_pretrained(tmp_path)
    names = load_file(tmp_path / "model.safetensors")
    part = next(n for n in names if "layers.1." in n and "experts.2" in n)
    report = without(tmp_path, part)
    assert "config.json" in read(report).split(". ")[0]
    assert "ntact" not in read(report)


def test_heads_that_a_classifier_does_not_read(tmp_path: Path) -> None:
    filled(MODELS["llama"]()).save_pretrained(tmp_path)
    said = read(without(tmp_path, "lm_head"))
    assert "Intact" in said
    assert "LlamaForCausalLM also has lm_head.weight, which is not there" in said
    filled(MODELS["llama, a classifier"]()).save_pretrained(tmp_path)
    assert "score.weight" in read(without(tmp_path, "score")).split("tensors, ")[0]


def test_a_tied_head_stands_for_the_embedding(tmp_path: Path) -> None:
    filled(MODELS["llama, tied"]()).save_pretrained(tmp_path)
    report = changed(tmp_path, lambda t: t.update({"lm_head.weight": t.pop("model.embed_tokens.weight")}))
    assert "Intact" in read(report)


def test_names_of_the_bare_backbone_and_of_another_head(tmp_path: Path) -> None:
    filled(MODELS["llama"]()).save_pretrained(tmp_path)

    def bare(tensors: dict[str, Tensor]) -> None:
        del tensors["lm_head.weight"]
        for name in [*tensors]:
            tensors[name.removeprefix("model.")] = tensors.pop(name)

    assert "Intact" in read(changed(tmp_path, bare))


def test_shapes_and_layers_that_config_does_not_know(tmp_path: Path) -> None:
    filled(MODELS["llama"]()).save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3, "vocab_size": 91}))
    lead = read(of(tmp_path))
    assert "model.embed_tokens.weight is 90 x 32, and config.json makes it 91 x 32." in lead
    assert "config.json knows no layer for model.layers.3." in lead
    assert "ntact" not in lead


def test_a_config_that_tells_no_architecture(tmp_path: Path) -> None:
    filled(MODELS["llama"]()).save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "unheard-of", "num_hidden_layers": 4}))
    said = read(of(tmp_path))
    assert "Intact" not in said
    assert "architecture 'unheard-of', which transformers does not have" in said
    (tmp_path / "config.json").write_text(json.dumps({"num_hidden_layers": 5}))
    assert read(of(tmp_path)).startswith("config.json states 5 layers, and the files hold 4 layers.")


def test_names_of_another_layout_are_not_called_missing(tmp_path: Path) -> None:
    filled(MODELS["llama"]()).save_pretrained(tmp_path)
    tensors = {f"tok.{i}.w": torch.randn(4, 4) for i in range(4)}
    save_file(tensors, tmp_path / "model.safetensors")
    said = read(of(tmp_path))
    assert "The tensors go by other names than those of LlamaForCausalLM. Whether tensors are missing" in said


def test_what_an_index_names_and_no_shard_holds(tmp_path: Path) -> None:
    filled(MODELS["llama"]()).save_pretrained(tmp_path, max_shard_size="20KB")
    (tmp_path / "config.json").unlink()
    index = tmp_path / "model.safetensors.index.json"
    table = json.loads(index.read_text())
    table["weight_map"]["model.other.weight"] = table["weight_map"]["model.norm.weight"]
    index.write_text(json.dumps(table))
    assert read(of(tmp_path)).startswith("No file holds what the index names: model.other.weight.")


def test_an_adapter_is_asked_for_the_partners_of_its_factors(tmp_path: Path) -> None:
    adapted = get_peft_model(MODELS["llama"](), LoraConfig(target_modules=["q_proj", "v_proj"], r=2))
    for tensor in adapted.parameters():
        torch.nn.init.normal_(tensor, std=0.02)
    adapted.save_pretrained(str(tmp_path))
    for path in (tmp_path, tmp_path / "adapter_model.safetensors"):
        assert "Intact as far as the files tell: read to the end, every factor has its partner" in read(of(path))
    path = tmp_path / "adapter_model.safetensors"
    tensors = load_file(path)
    gone = next(name for name in tensors if "layers.1" in name and "q_proj.lora_B" in name)
    del tensors[gone]
    save_file(tensors, path)
    assert read(of(tmp_path)).startswith(f"Its factor's partner is missing: {gone}.")


def test_a_file_beside_the_config_of_others(tmp_path: Path) -> None:
    filled(MODELS["llama"]()).save_pretrained(tmp_path)
    shutil.copy(tmp_path / "model.safetensors", tmp_path / "other.safetensors")
    assert "belongs to other weights" in read(of(tmp_path / "other.safetensors"))


def quantised(folder: Path, suffix: str, method: dict[str, Any]) -> None:
    """The layers' linear weights as codes of this name, each with its scales."""
    filled(MODELS["llama"]()).save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"quantization_config": method}))
    path = folder / "model.safetensors"
    tensors = load_file(path)
    for name in [n for n in tensors if "proj" in n]:
        weight = tensors.pop(name)
        if suffix == "qweight":
            stem = name.removesuffix("weight")
            rows, columns = weight.shape
            tensors[f"{stem}qweight"] = torch.randint(1, 2**30, (columns // 8, rows), dtype=torch.int32)
            tensors[f"{stem}qzeros"] = torch.full((1, rows // 8), 0x77777777, dtype=torch.int32)
            tensors[f"{stem}scales"] = torch.rand(1, rows).half() + 0.1
            tensors[f"{stem}g_idx"] = torch.zeros(columns, dtype=torch.int32)
        else:
            tensors[name] = (weight * 1000).to(torch.float8_e4m3fn)
            tensors[f"{name}_scale_inv"] = torch.full((1, 1), 1e-3)
    save_file(tensors, path, {"format": "pt"})


GPTQ = {"quant_method": "gptq", "bits": 4, "group_size": -1, "desc_act": False, "sym": True}
FP8 = {"quant_method": "fp8", "weight_block_size": [128, 128]}


@pytest.mark.parametrize(("suffix", "method"), [("qweight", GPTQ), ("weight", FP8)])
def test_codes_count_as_the_weights_that_they_stand_for(tmp_path: Path, suffix: str, method: dict[str, Any]) -> None:
    quantised(tmp_path, suffix, method)
    report = of(tmp_path)
    assert "Intact" in read(report), read(report)
    lead = read(without(tmp_path, f"layers.2.mlp.up_proj.{suffix}"))
    assert lead.startswith("1 tensor that config.json asks for (LlamaForCausalLM) is missing: mlp.up_proj of layer 2.")


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w[: len(w) // 2].zero_(),
        lambda w: w.zero_(),
        lambda w: w.fill_(0.5),
    ],
)
def test_what_training_does_not_leave_is_not_called_intact(tmp_path: Path, change: Callable[[Tensor], object]) -> None:
    filled(MODELS["llama"]()).save_pretrained(tmp_path)
    report = changed(tmp_path, lambda tensors: change(tensors["model.layers.1.self_attn.q_proj.weight"]))
    assert "Intact" not in read(report)
    assert "what stands out may be damage." in read(report)


def test_a_row_of_zeros_in_a_table_of_embeddings_is_its_padding(tmp_path: Path) -> None:
    filled(MODELS["llama"]()).save_pretrained(tmp_path)
    report = changed(tmp_path, lambda tensors: tensors["model.embed_tokens.weight"][0].zero_())
    assert [o.damage for o in report.outliers] == [False]
    assert "Intact" in read(report)
