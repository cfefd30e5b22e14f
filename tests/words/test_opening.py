"""The section of a model card that says how its folder is opened."""

from __future__ import annotations

import pytest

from core.results import ModelFormat, Opening
from core.words.opening import opening


def test_a_whole_classifier_and_an_adapter() -> None:
    whole = opening(Opening("X", max_tokens=64))
    assert 'pipeline("text-classification", model=".", top_k=None)' in whole
    assert "max_length=64" in whole
    adapter = opening(Opening("X", base="org/base", fields=(("num_labels", "3"),), dtype="bfloat16"))
    assert 'base, config = "org/base"' in adapter
    assert 'config.update({"num_labels": 3})' in adapter
    assert 'dtype="bfloat16"' in adapter
    assert "python -m core classify org/base --adapter FOLDER" in adapter


@pytest.mark.parametrize("base", ["", "org/base"])
def test_where_no_class_answers_alike_no_lines_are_given(base: str) -> None:
    said = opening(Opening("", "X has no such pooler", base))
    assert "```python" not in said
    assert "No class of transformers gives these logits: X has no such pooler." in said
    assert "python -m core classify" in said


@pytest.mark.parametrize(("model_format", "file"), [("onnx", "model.onnx"), ("openvino", "openvino_model.xml")])
def test_a_graph_is_opened_by_its_runtime(model_format: ModelFormat, file: str) -> None:
    assert file in opening(Opening(""), model_format)


def test_code_is_about_six_lines() -> None:
    for said in (opening(Opening("X")), opening(Opening("X", base="b")), opening(Opening(""), "onnx")):
        lines = [line for line in said.split("```python\n")[1].split("```")[0].splitlines() if line]
        assert len([line for line in lines if not line.startswith(("from ", "import "))]) <= 6
