"""What `open_classifier` reads: every field of `BaseModelConfig` does what it says, or is refused by name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from core.config import BaseModelConfig
from core.errors import AppError, CheckpointError, ConfigError, NotFoundError
from core.model.classifier import PooledClassifier
from core.model.families import transformer_layers
from core.model.open import open_classifier

IDS = torch.arange(3, 20)[None]
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0a1b\nsize 12345\n"


def build(folder: Path, **fields: Any) -> PooledClassifier:
    fields = {"model_type": "llama", "num_labels": 3, **fields}
    return open_classifier(BaseModelConfig(pretrained_model_name_or_path=str(folder), **fields)).model


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float64"])
def test_torch_dtype(tiny_folders: dict[str, Path], name: str) -> None:
    model = build(tiny_folders["llama"], torch_dtype=name, pooler_type="attention")
    assert {p.dtype for p in model.parameters()} == {getattr(torch, name)}
    assert model(IDS).logits.isfinite().all()


@pytest.mark.parametrize("name", ["int8", "bool"])
def test_a_classifier_cannot_run_in_integers(tiny_folders: dict[str, Path], name: str) -> None:
    with pytest.raises(ConfigError, match=f"torch_dtype '{name}' is a valid name, but a classifier cannot run in it"):
        build(tiny_folders["llama"], torch_dtype=name)


def test_layers_are_removed_from_the_end(tiny_folders: dict[str, Path]) -> None:
    whole, cut = (
        build(tiny_folders["gemma2"], model_type="gemma2"),
        build(tiny_folders["gemma2"], model_type="gemma2", num_layers_to_remove=1),
    )
    assert cut.config.num_hidden_layers == cut.backbone.config.num_hidden_layers == 1
    assert len(cut.backbone.config.layer_types) == 1
    hidden = whole.backbone(IDS, output_hidden_states=True).hidden_states[1]
    torch.testing.assert_close(cut.backbone(IDS).last_hidden_state, whole.backbone.norm(hidden))


@pytest.mark.parametrize("family", ["llama", "bert"])
def test_the_last_layers_are_reinitialised_and_only_those(tiny_folders: dict[str, Path], family: str) -> None:
    kind = "llama" if family == "llama" else "vanilla"
    before = build(tiny_folders[family], model_type=kind)
    after = build(tiny_folders[family], model_type=kind, reinitialize_n_layers_of_backbone=1)
    again = build(tiny_folders[family], model_type=kind, reinitialize_n_layers_of_backbone=1)
    old, new = transformer_layers(before.backbone), transformer_layers(after.backbone)
    assert all(torch.equal(a, b) for a, b in zip(old[0].parameters(), new[0].parameters(), strict=True))
    linear = [(a, b) for a, b in zip(old[1].modules(), new[1].modules(), strict=True) if isinstance(a, nn.Linear)]
    assert all(not torch.equal(a.weight, b.weight) for a, b in linear)
    assert all(torch.equal(a, b) for a, b in zip(after.parameters(), again.parameters(), strict=True))


def test_init_config_rules_new_layers(tiny_folders: dict[str, Path]) -> None:
    zeros = build(tiny_folders["llama"], init_config={"method": "zeros"}, head_type="sequential")
    assert not zeros.score[4].weight.any()
    wide = build(tiny_folders["llama"], init_config={"method": "normal", "std": 0.5, "seed": 3}, num_labels=200)
    assert wide.score.weight.std().item() == pytest.approx(0.5, rel=0.1)
    other = build(tiny_folders["llama"], init_config={"method": "normal", "std": 0.5, "seed": 4}, num_labels=200)
    assert not torch.equal(wide.score.weight, other.score.weight)
    square = build(tiny_folders["llama"], init_config={"method": "orthogonal"}, head_type="sequential").score[1].weight
    torch.testing.assert_close(square @ square.T, torch.eye(len(square)), atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"num_layers_to_remove": 2}, "num_layers_to_remove is 2, and the backbone has 2 layers"),
        ({"reinitialize_n_layers_of_backbone": 3}, "reinitialize_n_layers_of_backbone is 3"),
        ({"model_type": "gemma2-9b-it"}, "means the gemma2 architecture, and .* holds a 'llama' model"),
        ({"model_type": "vanilla", "hidden_dropout_prob": 0.1}, "'hidden_dropout_prob' has no effect on the 'llama'"),
    ],
)
def test_what_does_not_fit_is_refused(tiny_folders: dict[str, Path], fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build(tiny_folders["llama"], **fields)


def test_dropouts_reach_the_modules(tiny_folders: dict[str, Path]) -> None:
    model = build(tiny_folders["llama"], attention_dropout=0.3, pooler_dropout=0.2)
    assert model.backbone.layers[0].self_attn.attention_dropout == 0.3
    assert model.dropout.p == 0.2
    bert = build(tiny_folders["bert"], model_type="vanilla", hidden_dropout_prob=0.4, attention_probs_dropout_prob=0.3)
    assert bert.backbone.embeddings.dropout.p == 0.4
    assert bert.backbone.encoder.layer[0].attention.self.dropout.p == 0.3


def test_bidirectional_lifts_the_mask(tiny_folders: dict[str, Path]) -> None:
    for family in ("llama", "gemma2", "mistral"):
        model = build(tiny_folders[family], model_type=f"{family}-bidirectional")
        other = IDS.clone()
        other[0, 3] = 50
        assert not torch.allclose(model.backbone(IDS)[0][0, 0], model.backbone(other)[0][0, 0], atol=1e-6)


def test_a_saved_bidirectional_folder_is_not_opened_with_a_causal_mask(
    tiny_folders: dict[str, Path], tmp_path: Path
) -> None:
    build(tiny_folders["llama"], model_type="llama-bidirectional", pooler_type="mean").save_pretrained(tmp_path)
    with pytest.raises(ConfigError, match="saved without a causal mask"):
        build(tmp_path, model_type="llama")
    again = build(tmp_path, model_type="llama-bidirectional")
    assert again.config.pooler_type == "mean"
    assert again.config.is_causal is False


def test_attentions_come_when_the_config_asks(tiny_folders: dict[str, Path]) -> None:
    output = build(tiny_folders["llama"], output_attentions=True, output_hidden_states=True)(IDS)
    assert output.attentions[0].shape == (1, 4, 17, 17)
    assert len(output.hidden_states) == 3


def test_the_stored_heads_class_count_rules(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    build(tiny_folders["llama"], num_labels=5).save_pretrained(tmp_path)
    assert (
        open_classifier(
            BaseModelConfig(pretrained_model_name_or_path=str(tmp_path), model_type="llama")
        ).model.num_labels
        == 5
    )
    with pytest.raises(ConfigError, match="num_labels is 3, and the head in .* has 5 classes"):
        build(tmp_path)
    fresh = open_classifier(
        BaseModelConfig(pretrained_model_name_or_path=str(tmp_path), model_type="llama", num_labels=3), new_head=True
    )
    assert fresh.model.score.weight.shape[0] == 3
    assert not fresh.head_is_trained


def damaged(tmp_path: Path, source: Path) -> Path:
    return Path(shutil.copytree(source, tmp_path / "copy"))


def test_missing_and_damaged_folders(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no folder '.*nowhere'"):
        build(tmp_path / "nowhere")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(CheckpointError, match=r"has no config\.json: it holds nothing"):
        build(empty)
    copy = damaged(tmp_path, tiny_folders["llama"])
    weights = copy / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CheckpointError, match=r"'model\.safetensors' is truncated or not a safetensors file"):
        build(copy)
    weights.unlink()
    (copy / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(CheckpointError, match="only as a pickle"):
        build(copy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"num_hidden_layers": 3}, "lacks 9 weights"),
        ({"num_hidden_layers": 1}, "holds 9 layer weights that its config.json does not know"),
        ({"model_type": "lama"}, "of the architecture 'lama', which transformers does not have"),
        ({"model_type": "own", "auto_map": {"AutoModel": "x.Y"}}, "brings its own code, which is never run"),
        ({"hidden_size": 33}, "cannot be used"),
        ({"hidden_size": "wide"}, "cannot be used"),
    ],
)
def test_a_config_json_that_lies(
    tiny_folders: dict[str, Path], tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    copy = damaged(tmp_path, tiny_folders["llama"])
    config = json.loads((copy / "config.json").read_text())
    config.pop("layer_types", None)
    (copy / "config.json").write_text(json.dumps({**config, **change}))
    with pytest.raises((CheckpointError, ConfigError), match=message):
        build(copy, model_type="vanilla")


Change = Callable[[Path], object]


def config(**fields: Any) -> Change:
    """Other values in config.json."""

    def change(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))

    return change


def text(name: str, content: str) -> Change:
    """Another content of a file."""
    return lambda folder: (folder / name).write_text(content)


def tensors(change: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]]) -> Change:
    """Other tensors in the weight file."""

    def rewrite(folder: Path) -> None:
        file = folder / "model.safetensors"
        save_file(change(load_file(file)), file, metadata={"format": "pt"})

    return rewrite


DAMAGED: dict[str, tuple[Change, str]] = {
    "no number": (config(vocab_size="many"), "config.json' cannot be used: .*vocab_size"),
    "no heads": (config(num_attention_heads=0), "config.json' cannot be used"),
    "heads that do not divide": (config(num_attention_heads=3), "config.json' cannot be used: .*heads"),
    "an unknown activation": (config(hidden_act="foo"), "cannot be opened: KeyError: 'foo'"),
    "an unknown rotation": (config(rope_parameters={"rope_type": "foo"}), "cannot be opened: KeyError: 'foo'"),
    "padding beyond the vocabulary": (config(pad_token_id=9999), "cannot be opened: AssertionError"),
    "an unknown type": (config(dtype="floaty"), "config.json' cannot be used"),
    "a list as architecture": (config(model_type=["llama"]), "which transformers does not have"),
    "another architecture": (config(model_type="bert"), "lacks .* weights of BertForPooledClassification"),
    "two stacks": (config(model_type="t5"), "is an encoder-decoder"),
    "a list as config": (text("config.json", "[1]"), "holds list, not fields"),
    "a mark of byte order": (text("config.json", "\ufeff{}"), "not valid JSON"),
    "nested too deep": (text("config.json", "[" * 100_000), "not valid JSON"),
    "no fields": (text("config.json", "{}"), "'not stated', which transformers does not have"),
    "a page of a website": (text("model.safetensors", "<html>" * 99), "its header claims"),
    "nothing": (text("model.safetensors", ""), "its header claims 0 bytes and the file has 0"),
    "a pointer as tokenizer": (text("tokenizer.json", POINTER), "'tokenizer.json' is a pointer of git-lfs"),
    "a pointer as tokenizer config": (text("tokenizer_config.json", POINTER), "is a pointer of git-lfs"),
    "fewer layers": (config(num_hidden_layers=1), "holds 9 layer weights that its config.json does not know"),
    "more layers": (config(num_hidden_layers=3), "lacks 9 weights of LlamaForPooledClassification"),
    "empty tensors": (tensors(lambda t: {k: torch.empty(0) for k in t}), "are empty, '.*' of shape"),
    "a head of no class": (tensors(lambda t: t | {"score.weight": torch.empty(0, 32)}), "are empty, 'score.weight'"),
    "a head of one number": (tensors(lambda t: t | {"score.weight": torch.tensor(1.0)}), "'score.weight' is a single"),
    "a head of one axis": (tensors(lambda t: t | {"score.weight": torch.ones(32)}), "'score.weight' is 32 in"),
    "a head of another width": (
        tensors(lambda t: t | {"score.weight": torch.ones(3, 64)}),
        "makes it 3 x 32",
    ),
    "a norm of another width": (
        tensors(lambda t: t | {"model.norm.weight": torch.ones(3)}),
        "norm.weight' is 3 in",
    ),
    "foreign names": (tensors(lambda t: {f"module.{k}": v for k, v in t.items()}), "lacks .* weights"),
    "4-bit codes that are none": (config(quantization_config={"load_in_4bit": True}), "bitsandbytes .* hold no codes"),
    "a method that is not known": (config(quantization_config={"quant_method": "exl2"}), "quantised by exl2"),
    "a method that is not named": (config(quantization_config={"bits": 4}), "names no method"),
}


@pytest.mark.parametrize("change", DAMAGED)
def test_a_damaged_folder_is_told_with_its_fix(tiny_folders: dict[str, Path], tmp_path: Path, change: str) -> None:
    copy = Path(shutil.copytree(tiny_folders["llama"], tmp_path / "copy"))
    damage, message = DAMAGED[change]
    damage(copy)
    with pytest.raises(AppError, match=f"(?s){message}.* Fix: ."):
        open_classifier(BaseModelConfig(pretrained_model_name_or_path=str(copy)))


def test_an_index_without_its_metadata_is_told(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    """transformers reads that field, and raises a bare KeyError where it is not there."""
    build(tiny_folders["llama"]).save_pretrained(tmp_path, max_shard_size="20KB")
    shutil.copy(tiny_folders["llama"] / "tokenizer.json", tmp_path)
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": json.loads(index.read_text())["weight_map"]}))
    with pytest.raises(CheckpointError, match=r"index\.json' has no metadata.* Fix: add .metadata.: \{\}"):
        build(tmp_path)
