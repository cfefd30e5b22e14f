"""Graphs that cannot be written, and what is said of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.config import BaseModelConfig
from core.errors import CheckpointError
from core.export import graph
from core.export.graph import write_graph
from core.model.open import open_classifier


def test_an_architecture_that_the_exporter_cannot_follow_is_refused_with_its_words(
    tiny_folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_classifier: Any) -> Any:
        raise RuntimeError("\nCould not guard on u0\nmore")

    monkeypatch.setattr(graph, "_program", fails)
    model = open_classifier(BaseModelConfig(pretrained_model_name_or_path=str(tiny_folders["llama"]))).model
    with pytest.raises(CheckpointError, match="A 'llama' classifier cannot be written as ONNX: Could not guard on u0"):
        write_graph(model, "onnx", tmp_path)
