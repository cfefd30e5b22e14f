"""A folder's headers against its config.json."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from core.config.base_model import BaseModelConfig
from core.errors import CheckpointError
from core.files.folders import read_model_folder
from core.model.expected_tensors import ExpectedTensors, expected_tensors
from core.model.open import open_classifier
from tests.tiny import FAMILIES, save_tiny_classifier, tiny_model


def of(folder: Path, **config: object) -> ExpectedTensors:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | config))
    return expected_tensors(read_model_folder(folder))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("classifier", [True, False])
def test_nothing_is_missing_of_what_was_saved(tmp_path: Path, family: str, classifier: bool) -> None:
    if classifier:
        save_tiny_classifier(tmp_path, family, ["a", "b", "c"])
    else:
        tiny_model(family, 320).save_pretrained(tmp_path)
    found = of(tmp_path)
    assert found.count > 10
    assert (dict(found.missing), found.unread, dict(found.reshaped), found.beyond) == ({}, (), {}, ())


@pytest.mark.parametrize(("family", "pooler"), [("llama", "mean"), ("bert", "mean"), ("llama", "context")])
def test_a_classifier_of_ours(tmp_path: Path, family: str, pooler: str) -> None:
    tiny_model(family, 320).save_pretrained(tmp_path / "base")
    options = {"pretrained_model_name_or_path": str(tmp_path / "base"), "num_labels": 3, "pooler_type": pooler}
    model = open_classifier(BaseModelConfig.parse(options)).model
    model.save_pretrained(tmp_path / "ours")
    found = of(tmp_path / "ours")
    assert (dict(found.missing), dict(found.reshaped)) == ({}, {})
    (path,) = (tmp_path / "ours").glob("*.safetensors")
    tensors = load_file(path)
    head = next(name for name in tensors if name.startswith("score"))
    del tensors[head]
    save_file(tensors, path, {"format": "pt"})
    assert head in of(tmp_path / "ours").missing


def test_without_a_stated_class_the_backbone_alone_is_asked_for(tmp_path: Path) -> None:
    tiny_model("llama", 320).save_pretrained(tmp_path)
    for stated in ([], ["NoSuchClass"], ["BertModel"], None):
        found = of(tmp_path, architectures=stated)
        assert (found.model, dict(found.missing), found.unread) == ("LlamaModel", {}, ())


def test_layers_shapes_and_architectures(tmp_path: Path) -> None:
    tiny_model("llama", 320).save_pretrained(tmp_path)
    found = of(tmp_path, num_hidden_layers=3)
    assert {name.split(".")[2] for name in found.missing} == {"2"}
    found = of(tmp_path, num_hidden_layers=1, intermediate_size=64)
    assert {name.split(".")[2] for name in found.beyond} == {"1"}
    assert found.reshaped["model.layers.0.mlp.up_proj.weight"] == ((48, 32), (64, 32))
    with pytest.raises(CheckpointError, match="other names than those of BertModel"):
        of(tmp_path, model_type="bert", architectures=["BertModel"])
    with pytest.raises(CheckpointError, match="which transformers does not have"):
        of(tmp_path, model_type="unheard-of")
