"""Stacks of layers in one model: their names, their layers, and what is said and drawn of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from core.checkpoints.checkpoint import open_checkpoint
from core.checkpoints.spectra.scan import checkpoint_spectra
from core.checkpoints.stacks import Place, places
from core.checkpoints.weights import checkpoint_statistics
from core.figures.checkpoint_diff import changes, rows, whole_rows
from core.figures.weights import grid
from core.words.checkpoint_diff import verdict, where
from tests.checkpoints.checkpoint_diff.test_scan import between

#: Two stacks, what they are called, and a module in each.
MODELS = {
    "encoder and decoder": ({"encoder.block": "encoder", "decoder.block": "decoder"}, "layer.0.SelfAttention.q"),
    "bart": ({"model.encoder.layers": "encoder", "model.decoder.layers": "decoder"}, "self_attn.q_proj"),
    "vision and text": (
        {"model.vision_tower.encoder.layers": "vision_tower.encoder", "model.language_model.layers": "language_model"},
        "self_attn.q_proj",
    ),
    "clip": ({"text_model.encoder.layers": "text_model", "vision_model.encoder.layers": "vision_model"}, "mlp.fc1"),
    "several tokens at once": ({"model.layers": "model", "mtp.layers": "mtp"}, "mlp.up_proj"),
    "one inside": ({"layers": "layers", "vision.layers": "vision.layers"}, "mlp.up_proj"),
    "blocks": ({"visual.blocks": "visual.blocks", "model.layers": "model.layers"}, "attn.qkv"),
}


def tensors(name: str, layers: int = 4, size: float = 8.0) -> dict[str, torch.Tensor]:
    """The second stack's weights are so many times as large."""
    stacks, module = MODELS[name]
    source = torch.Generator().manual_seed(0)
    return {
        f"{stack}.{i}.{module}.weight": torch.randn(6, 6, generator=source) * (size if j else 1.0)
        for j, stack in enumerate(stacks)
        for i in range(layers)
    }


@pytest.mark.parametrize("name", MODELS)
def test_each_stack_has_layers_and_outliers_of_its_own(tmp_path: Path, name: str) -> None:
    save_file(tensors(name), tmp_path / "t.safetensors")
    report = checkpoint_statistics(open_checkpoint(tmp_path / "t.safetensors"))
    stacks, module = MODELS[name]
    assert {t.stack for t in report.tensors} == set(stacks.values())
    assert {(t.layer, t.module) for t in report.tensors} == {(i, module) for i in range(4)}
    assert report.outliers == ()
    assert len(report.modules) == 2
    values = grid(report, "norm")
    assert sorted(values.flatten()) == pytest.approx(sorted(t.norm for t in report.tensors)), "a cell a tensor"
    spectra = checkpoint_spectra(open_checkpoint(tmp_path / "t.safetensors"), "norms")
    assert set(spectra.modules) == set(report.modules)


@pytest.mark.parametrize("name", MODELS)
def test_changes_are_told_by_stack(tmp_path: Path, name: str) -> None:
    first, (still, changed) = tensors(name), MODELS[name][0].values()
    path = list(MODELS[name][0])[1]
    second = {key: t + 0.01 if key.startswith(f"{path}.") else t for key, t in first.items()}
    found = between(tmp_path, first, second)
    assert where(found) == f"Changed: all 4 layers of {changed}. Untouched: all 4 layers of {still}."
    assert f"most {changed} layer" in verdict(found)
    some = {key: t + 0.01 if key.startswith((f"{path}.1.", f"{path}.2.")) else t for key, t in first.items()}
    found = between(tmp_path, first, some)
    assert where(found).startswith(f"Changed: layers 1–2 of {changed}. Untouched:")
    assert set(whole_rows(found).values()) == {still, changed}
    chosen = found.tensors[0]
    heat = changes(found, chosen, "light", logarithmic=False).data[0]
    table: Any = dict(zip(rows(found), heat.z, strict=True))
    assert [value > 0 for value in table[f"{changed}: the whole layer"]] == [False, True, True, False]
    assert [value > 0 for value in table[f"{still}: the whole layer"]] == [False] * 4


def test_one_stack_has_no_name() -> None:
    assert places(["model.layers.0.q.weight", "model.layers.1.q.weight", "model.norm.weight"]) == {
        "model.layers.0.q.weight": Place("", 0, "q"),
        "model.layers.1.q.weight": Place("", 1, "q"),
        "model.norm.weight": Place("", None, "model.norm"),
    }


def test_a_small_network_beside_layers_is_no_stack() -> None:
    found = places(["visual.merger.mlp.0.weight", "visual.merger.mlp.2.bias", "model.layers.0.mlp.up.weight"])
    assert found["visual.merger.mlp.0.weight"] == Place("", None, "visual.merger.mlp.0")
    assert found["visual.merger.mlp.2.bias"] == Place("", None, "visual.merger.mlp.2.bias")
    assert found["model.layers.0.mlp.up.weight"] == Place("", 0, "mlp.up")


def test_no_two_tensors_at_one_place() -> None:
    names = ["model.layers.0.experts.w", "model.layers.0.experts.w.weight", "model.layers.0.experts.w.bias"]
    assert len(set(places(names).values())) == 3
