"""Experts in one tensor: how many there are, a spectrum each, and dead rows of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from safetensors.torch import save_file

from core.checkpoints.checkpoint import open_checkpoint
from core.checkpoints.experts import expert_count
from core.checkpoints.spectra.records import rows
from core.checkpoints.spectra.scan import checkpoint_spectra, tensor_spectrum
from core.checkpoints.weights import checkpoint_statistics
from core.errors import NotFoundError

SIZES: dict[str, Any] = {
    "hidden_size": 16,
    "intermediate_size": 12,
    "moe_intermediate_size": 12,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "vocab_size": 20,
    "num_experts_per_tok": 2,
}
#: Architectures of transformers that stack experts, and their names inside a layer.
MODELS: dict[str, dict[str, Any]] = {
    "mixtral": {"num_local_experts": 4},
    "qwen3_moe": {"num_experts": 4},
    "olmoe": {"num_experts": 4},
    "gpt_oss": {"num_local_experts": 4},
    "granitemoe": {"num_local_experts": 4},
    "llama4_text": {"num_local_experts": 4, "intermediate_size_mlp": 12},
}


@pytest.mark.parametrize("name", MODELS)
def test_one_spectrum_an_expert(tmp_path: Path, name: str) -> None:
    """Oracle: every slice of every parameter of three axes in transformers' own module, by torch's own norm."""
    config = transformers.AutoConfig.for_model(name, **SIZES, **MODELS[name])
    torch.manual_seed(0)
    held = transformers.AutoModel.from_config(config).state_dict()
    save_file({k: t.contiguous() for k, t in held.items()}, tmp_path / "model.safetensors")
    config.save_pretrained(tmp_path)
    stacks = {key: t for key, t in held.items() if t.dim() == 3}
    assert stacks, "this version of transformers keeps experts in one tensor"
    report = checkpoint_spectra(open_checkpoint(tmp_path), "full")
    found = {s.name: s for s in report.spectra}
    for key, stack in stacks.items():
        for i, matrix in enumerate(stack):
            s = found[f"{key}[{i}]"]
            assert (s.rows, s.columns, s.expert, s.shape) == (*matrix.shape, i, tuple(stack.shape))
            assert s.spectral_norm == pytest.approx(torch.linalg.matrix_norm(matrix, 2).item(), rel=1e-5)
            assert s.remark == f"expert {i} of 4 in one tensor"
    assert len(found) == sum(4 if t.dim() == 3 else 1 for t in held.values() if t.dim() > 1)
    assert {s.row for s in report.spectra if s.expert is not None} <= set(report.modules)
    one = f"{next(iter(stacks))}[2]"
    assert tensor_spectrum(open_checkpoint(tmp_path), one).spectral_norm == found[one].spectral_norm
    with pytest.raises(NotFoundError):
        tensor_spectrum(open_checkpoint(tmp_path), one.replace("[2]", "[4]"))
    assert {row["expert"] for row in rows(report)} == {None, 0, 1, 2, 3}


def test_experts_one_below_the_other(tmp_path: Path) -> None:
    """DBRX keeps (experts x width, hidden); its config alone says how many they are."""
    stack = torch.randn(3 * 6, 8, generator=torch.Generator().manual_seed(0))
    name = "transformer.blocks.0.ffn.experts.mlp.w1"
    save_file({name: stack}, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "dbrx", "ffn_config": {"moe_num_experts": 3}}))
    spectra = checkpoint_spectra(open_checkpoint(tmp_path), "norms").spectra
    norms = [torch.linalg.matrix_norm(part, 2).item() for part in stack.reshape(3, 6, 8)]
    assert [s.spectral_norm for s in spectra] == pytest.approx(norms, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "shape", "wanted"),
    [
        ("model.layers.0.mlp.experts.gate_up_proj", (8, 4, 6), 8),
        ("model.layers.0.block_sparse_moe.input_linear.weight", (8, 4, 6), 8),
        ("model.layers.0.feed_forward.router_stack", (4, 4, 6), 4),
        ("feature_extractor.conv_layers.0.conv.weight", (4, 4, 3), None),
        ("transformer.layer.0.rel_attn.q", (16, 2, 8), None),
        ("model.layers.0.mlp.experts.down_proj_bias", (8, 4), None),
        ("patch_embed.proj.weight", (16, 3, 4, 4), None),
    ],
)
def test_which_tensors_are_experts(name: str, shape: tuple[int, ...], wanted: int | None) -> None:
    assert expert_count(name, shape, {"text_config": {"num_experts": 4}}) == wanted


def test_other_tensors_of_many_axes_say_how_they_were_read(tmp_path: Path) -> None:
    save_file({"conv.weight": torch.randn(6, 3, 4, 4)}, tmp_path / "model.safetensors")
    (found,) = checkpoint_spectra(open_checkpoint(tmp_path), "norms").spectra
    assert (found.rows, found.columns, found.remark) == (6, 48, "4 axes, flattened to (first axis, all others)")


def test_dead_rows_of_experts(tmp_path: Path) -> None:
    stack = torch.randn(4, 6, 5)
    stack[2, 3] = 0
    stack[1] = 0
    save_file({"model.layers.0.mlp.experts.gate_up_proj": stack}, tmp_path / "model.safetensors")
    report = checkpoint_statistics(open_checkpoint(tmp_path))
    assert [o.seen for o in report.outliers] == ["7 of 24 rows are all zero"]
