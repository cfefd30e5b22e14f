"""Weights that are kept as (in, out): what a row and a column of zeros are, and which layers they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from safetensors.torch import save_file
from torch import nn
from transformers.pytorch_utils import Conv1D

from core.checkpoints import analyze_model
from core.checkpoints.checkpoint import open_checkpoint
from core.checkpoints.orientation import inputs_first
from core.checkpoints.spectra.scan import checkpoint_spectra
from core.checkpoints.weights import checkpoint_statistics

SIZES: dict[str, Any] = {"n_embd": 16, "n_layer": 2, "n_head": 2, "vocab_size": 30, "n_positions": 20}
MODELS: dict[str, Any] = {
    "gpt2": lambda: transformers.GPT2Model(transformers.GPT2Config(**SIZES)),
    "openai-gpt": lambda: transformers.OpenAIGPTModel(transformers.OpenAIGPTConfig(**SIZES)),
    "imagegpt": lambda: transformers.ImageGPTModel(transformers.ImageGPTConfig(**SIZES)),
    "decision_transformer": lambda: transformers.DecisionTransformerModel(
        transformers.DecisionTransformerConfig(hidden_size=16, n_layer=2, n_head=2, state_dim=4, act_dim=3)
    ),
    "gpt_bigcode": lambda: transformers.GPTBigCodeModel(transformers.GPTBigCodeConfig(**SIZES)),
    "gpt_neo": lambda: transformers.GPTNeoModel(
        transformers.GPTNeoConfig(
            hidden_size=16, num_layers=2, num_heads=2, vocab_size=30, attention_types=[[["global", "local"], 1]]
        )
    ),
    "bert": lambda: transformers.BertModel(
        transformers.BertConfig(
            hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8, vocab_size=30
        )
    ),
}


@pytest.mark.parametrize("has_config", [True, False])
@pytest.mark.parametrize("name", MODELS)
def test_which_layers_are_kept_so(tmp_path: Path, name: str, has_config: bool) -> None:
    """Oracle: the classes of the modules in transformers."""
    model: nn.Module = MODELS[name]()
    wanted = {f"{path}.weight" for path, module in model.named_modules() if isinstance(module, Conv1D)}
    model.save_pretrained(tmp_path)  # type: ignore[operator]
    if not has_config:
        (tmp_path / "config.json").unlink()
    assert inputs_first(open_checkpoint(tmp_path)) == wanted


def test_without_a_bias_the_config_says_it(tmp_path: Path) -> None:
    weight = {"transformer.h.0.attn.c_proj.weight": torch.rand(4, 4)}
    for kind, wanted in (("gpt2", set(weight)), ("pooled_gpt2", set(weight)), ("gpt_bigcode", set())):
        save_file(weight, tmp_path / "model.safetensors")
        (tmp_path / "config.json").write_text(f'{{"model_type": "{kind}"}}')
        assert inputs_first(open_checkpoint(tmp_path)) == wanted


def seen(folder: Path, model: nn.Module) -> dict[str, str]:
    model.save_pretrained(folder)  # type: ignore[operator]
    return {o.tensor: f"{o.seen}, {o.rule}" for o in checkpoint_statistics(open_checkpoint(folder)).outliers}


def test_dead_outputs_and_ignored_inputs(tmp_path: Path) -> None:
    gpt2, bert = MODELS["gpt2"](), MODELS["bert"]()
    with torch.no_grad():
        gpt2.h[0].mlp.c_fc.weight[:, 5] = 0
        gpt2.h[1].mlp.c_fc.weight[7] = 0
        gpt2.wte.weight[3] = 0
        bert.encoder.layer[0].intermediate.dense.weight[2] = 0
        bert.encoder.layer[0].output.dense.weight[:, 3] = 0
    said = seen(tmp_path / "gpt2", gpt2)
    assert said["h.0.mlp.c_fc.weight"].startswith("1 of 64 columns are all zero, dead outputs")
    assert said["h.1.mlp.c_fc.weight"].startswith("1 of 16 rows are all zero, ignored inputs")
    assert said["wte.weight"] == "1 of 30 rows are all zero, a row of zeros alone"
    said = seen(tmp_path / "bert", bert)
    assert "a dead output" in said["encoder.layer.0.intermediate.dense.weight"]
    assert said["encoder.layer.0.output.dense.weight"].startswith("1 of 8 columns are all zero")
    assert "an ignored input" in said["encoder.layer.0.output.dense.weight"]
    in_memory = analyze_model(gpt2)["weight_stats"]
    assert (in_memory["h.0.mlp.c_fc"]["weight"].dead_columns, in_memory["h.1.mlp.c_fc"]["weight"].dead_rows) == (1, 1)
    assert in_memory["h.0.mlp.c_fc"]["weight"].inputs_first
    assert not in_memory["wte"]["weight"].inputs_first


def test_spectra_tell_outputs_and_inputs(tmp_path: Path) -> None:
    MODELS["gpt2"]().save_pretrained(tmp_path)
    spectra = {s.name: s for s in checkpoint_spectra(open_checkpoint(tmp_path), "norms").spectra}
    found = spectra["h.0.mlp.c_fc.weight"]
    assert (found.rows, found.columns, found.shape) == (64, 16, (16, 64))
    assert "(in, out)" in found.remark
    assert spectra["wpe.weight"].remark == ""
