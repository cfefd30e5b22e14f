"""Exports against what the pair itself answers, opened by a Python that has none of our code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from core.engine.engine import Engine
from core.errors import CheckpointError, ConfigError, InputError, MemoryBudgetError
from core.export import comparison, request
from core.model.stock.config import DEFAULTS
from core.results import ModelFormat, Selection
from core.words.opening import TEXT
from tests.elsewhere import assert_same_scores, opened_elsewhere
from tests.export.conftest import PAIR, engine_with, exported
from tests.model.conftest import LABELS

STOCK: dict[str, dict[str, Any]] = {
    "llama": {"family": "llama"},
    "llama-bidirectional": {"family": "llama", "model_type": "llama-bidirectional"},
    "gemma2": {"family": "gemma2"},
    "bert": {"family": "bert"},
}
GRAPHS: dict[str, dict[str, Any]] = {
    "last": {"family": "llama"},
    "both ways": {"family": "llama", "model_type": "llama-bidirectional", "pooler_type": "attention"},
    "gemma2": {"family": "gemma2", "pooler_type": "mean"},
    "gem": {"family": "mistral", "pooler_type": "gem", "head_type": "sequential"},
    "bert": {"family": "bert"},
}


def ours(engine: Engine, selection: Selection = PAIR) -> torch.Tensor:
    (prediction,) = engine.classify(selection, [TEXT])
    return torch.tensor([prediction.logits])


def test_stock_folders_open_in_a_pipeline_with_equal_scores(tmp_path: Path) -> None:
    folders, expected = [], []
    for name, fields in STOCK.items():
        engine = engine_with(tmp_path / name, **fields)
        before = ours(engine)
        result = exported(engine, tmp_path / name / "out")
        assert result.difference < 1e-5
        assert result.stock_class.endswith("ForSequenceClassification")
        assert result.labels == LABELS
        assert torch.equal(ours(engine), before), "the loaded pair itself was changed"
        folders.append(tmp_path / name / "out")
        expected.append(before)
    for folder, answer, logits in zip(folders, opened_elsewhere(folders), expected, strict=True):
        assert_same_scores(answer, logits, LABELS)
        config = json.loads((folder / "config.json").read_text())
        assert not config["model_type"].startswith("pooled")
        assert not config.keys() & DEFAULTS.keys()
        assert {p.suffix for p in folder.iterdir()} == {".json", ".safetensors", ".md"}
        assert "of the largest logit" in (folder / "README.md").read_text()


#: OpenVINO reads the very graph that is written for ONNX: some of them are enough.
GRAPHS_OF: dict[ModelFormat, tuple[str, ...]] = {"onnx": tuple(GRAPHS), "openvino": ("gem", "bert")}


@pytest.mark.parametrize("model_format", GRAPHS_OF)
def test_graphs_of_any_pooler_answer_alike_in_their_runtime(model_format: ModelFormat, tmp_path: Path) -> None:
    folders, expected = [], []
    for name in GRAPHS_OF[model_format]:
        fields = GRAPHS[name]
        engine = engine_with(tmp_path / name, **fields)
        result = exported(engine, tmp_path / name / "out", model_format)
        assert result.difference < 1e-4
        assert result.stock_class == ""
        folders.append(tmp_path / name / "out")
        expected.append(ours(engine))
    for folder, answer, logits in zip(folders, opened_elsewhere(folders), expected, strict=True):
        assert (torch.tensor(answer) - logits).abs().max() <= 1e-4 * logits.abs().max()
        config = json.loads((folder / "config.json").read_text())
        assert [config["id2label"][str(i)] for i in range(len(LABELS))] == list(LABELS)
        assert not config.keys() & DEFAULTS.keys()


def test_a_pooler_that_transformers_has_not_is_refused_with_what_to_do(tmp_path: Path) -> None:
    engine = engine_with(tmp_path, "llama", pooler_type="mean")
    with pytest.raises(CheckpointError, match=r"does not have its pooler and head \(mean, .*onnx or openvino"):
        exported(engine, tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["base", "catalogue", "own"]


def test_nothing_is_written_over(tmp_path: Path) -> None:
    engine = engine_with(tmp_path, "llama")
    for taken in ("base", "file"):
        (tmp_path / "file").touch()
        with pytest.raises(InputError, match="nothing is written over"):
            exported(engine, tmp_path / taken)
    (tmp_path / "empty").mkdir()
    assert exported(engine, tmp_path / "empty").folder == str(tmp_path / "empty")


def test_too_little_memory_is_refused_with_both_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_with(tmp_path, "llama")
    engine.load(PAIR)
    monkeypatch.setattr(engine, "free_bytes", lambda _device: 2**20)
    with pytest.raises(MemoryBudgetError, match=r"takes 128 MiB of memory .* and 1 MiB are free"):
        exported(engine, tmp_path / "out")


def test_another_answer_is_an_error_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_with(tmp_path, "llama")
    actual = comparison._asked
    monkeypatch.setattr(comparison, "_asked", lambda *args: lambda batch: actual(*args)(batch) * 1.01)
    with pytest.raises(CheckpointError, match=r"differs by 0\.01 of the largest logit, and 0\.001 is allowed"):
        exported(engine, tmp_path / "out")
    assert not list(tmp_path.glob("*out*"))


def test_a_checkpoint_without_a_trained_head_is_refused(tmp_path: Path, tiny_folders: dict[str, Path]) -> None:
    engine = engine_with(tmp_path, "llama")
    selection = engine.resolve(str(tiny_folders["llama"]))
    with pytest.raises(CheckpointError, match="The head is untrained .* at random"):
        exported(engine, tmp_path / "out", selection=selection)


def test_a_format_whose_library_is_absent_names_the_line_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_with(tmp_path, "llama")
    monkeypatch.setattr(request, "find_spec", lambda name: None if name in ("onnxruntime", "openvino") else object())
    with pytest.raises(ConfigError, match="onnxruntime, which is not installed.*pip install -r requirements-export"):
        exported(engine, tmp_path / "out", "onnx")
    with pytest.raises(ConfigError, match="openvino, which is not installed"):
        exported(engine, tmp_path / "out", "openvino")
