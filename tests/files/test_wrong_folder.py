"""A folder beside the right one: the fix names the right one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from core.errors import CheckpointError, NotFoundError
from core.files.folders import read_adapter_folder, read_model_folder
from core.files.wrong_folder import holds_weights, kind_of, offered

ADAPTER = {"adapter_config.json": '{"base_model_name_or_path": "org/base"}', "adapter_model.safetensors": "x"}
MODEL = {"config.json": "{}", "model.safetensors": "x"}
SHARDED = {"config.json": "{}", "model-00001-of-00002.safetensors": "x"}


def filled(folder: Path, *groups: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (pair for group in groups for pair in group.items()):
        (folder / name).write_text(text)
    return folder


def test_what_a_folder_holds(tmp_path: Path) -> None:
    assert kind_of(filled(tmp_path / "m", MODEL)) == "model"
    assert kind_of(filled(tmp_path / "both", MODEL, ADAPTER)) == "model"
    assert kind_of(filled(tmp_path / "shards", SHARDED, ADAPTER)) == "model"
    assert kind_of(filled(tmp_path / "a", ADAPTER)) == "adapter"
    assert kind_of(filled(tmp_path / "a-with-config", ADAPTER, {"config.json": "{}"})) == "adapter"
    assert kind_of(filled(tmp_path / "bare", {"model.safetensors": "x"})) is None
    assert holds_weights(tmp_path / "bare")


@pytest.mark.parametrize("below", ["checkpoint-{}", "run/checkpoint-{}"])
@pytest.mark.parametrize("kind", ["adapter", "model"])
def test_folders_above_the_right_one_name_it(tmp_path: Path, below: str, kind: str) -> None:
    for step in (1000, 500):
        filled(tmp_path / below.format(step), ADAPTER if kind == "adapter" else MODEL)
    filled(tmp_path / "logs", {"events": "x"})
    filled(tmp_path / ".git", ADAPTER, MODEL)
    names = [f"'{tmp_path / below.format(step)}'" for step in (500, 1000)]
    read = read_adapter_folder if kind == "adapter" else read_model_folder
    with pytest.raises(CheckpointError) as raised:
        read(tmp_path)
    assert raised.value.fix.endswith(f": {' or '.join(names)}.")


def test_many_folders_are_counted(tmp_path: Path) -> None:
    for step in range(100, 2100, 100):
        filled(tmp_path / f"checkpoint-{step}", ADAPTER)
    assert offered(tmp_path, "adapter").endswith(f"'{tmp_path / 'checkpoint-400'}' or one of 16 more")
    assert offered(tmp_path, "model") == ""


def test_one_for_the_other(tmp_path: Path, tiny_folders: dict[str, Path]) -> None:
    for folder in (filled(tmp_path / "a", ADAPTER), filled(tmp_path / "b", ADAPTER, {"config.json": "{}"})):
        with pytest.raises(CheckpointError, match=r"is an adapter folder.*Fix: give it as the adapter.*\(org/base\)"):
            read_model_folder(folder)
    with pytest.raises(CheckpointError, match=r"is a folder of a whole model, not of an adapter"):
        read_adapter_folder(tiny_folders["llama"])


def test_a_model_with_an_adapter_beside_it_is_both(tmp_path: Path, tiny_folders: dict[str, Path]) -> None:
    both = Path(shutil.copytree(tiny_folders["llama"], tmp_path / "both"))
    shutil.copy(both / "model.safetensors", both / "adapter_model.safetensors")
    filled(both, {"adapter_config.json": json.dumps({"peft_type": "LORA"})})
    assert read_model_folder(both).tensors.keys() == read_adapter_folder(both).tensors.keys()


@pytest.mark.parametrize("name", ["train.csv", "data-00000-of-00001.arrow", "test.parquet", "dataset_info.json"])
def test_a_dataset_is_told_as_one(tmp_path: Path, name: str) -> None:
    filled(tmp_path, {name: "x"})
    with pytest.raises(CheckpointError, match=rf"holds texts or a dataset \('{name}'\), no model"):
        read_model_folder(tmp_path)
    with pytest.raises(CheckpointError, match=r"no adapter\.\s.*texts to classify are an input"):
        read_adapter_folder(tmp_path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("m.gguf", "GGUF file"),
        ("pytorch_model.bin", "only as a pickle"),
        ("README.md", r"has no config\.json: it holds README\.md"),
    ],
)
def test_what_else_may_lie_there(tmp_path: Path, name: str, message: str) -> None:
    filled(tmp_path, {name: "x"})
    with pytest.raises(CheckpointError, match=message):
        read_model_folder(tmp_path)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "adapter_config.json"])
def test_a_file_names_its_folder(tmp_path: Path, name: str) -> None:
    filled(tmp_path / "m", {name: "{}"})
    for read in (read_model_folder, read_adapter_folder):
        with pytest.raises(NotFoundError, match=f"is a file, not a folder. Fix: .*'{tmp_path / 'm'}'"):
            read(tmp_path / "m" / name)


@pytest.mark.parametrize("name", ["config.json", "adapter_config.json"])
def test_links_to_nowhere_are_told_first(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to("gone")
    with pytest.raises(CheckpointError, match="is a link to 'gone', where there is nothing"):
        (read_model_folder if name == "config.json" else read_adapter_folder)(tmp_path)


def test_weights_below_their_config_are_offered(tmp_path: Path) -> None:
    filled(tmp_path, {"config.json": "{}", "training_args.bin": "x", "optimizer.pt": "x"})
    filled(tmp_path / "checkpoint-500", MODEL)
    with pytest.raises(
        CheckpointError, match=f"in folders of models. Fix: give one of them: '{tmp_path}/checkpoint-500'"
    ):
        read_model_folder(tmp_path)


@pytest.mark.parametrize("name", ["training_args.bin", "optimizer.pt", "scheduler.pt", "rng_state_0.pth", "scaler.pt"])
def test_what_a_trainer_leaves_is_no_weights(tmp_path: Path, name: str) -> None:
    filled(tmp_path, {"config.json": "{}", name: "x"})
    with pytest.raises(CheckpointError, match="has no weights of a name that is read"):
        read_model_folder(tmp_path)
    (tmp_path / "pytorch_model.bin").write_text("x")
    with pytest.raises(CheckpointError, match=r"only as a pickle \('pytorch_model.bin'\)"):
        read_model_folder(tmp_path)


def test_a_variant_alone_is_not_read_unasked(tmp_path: Path) -> None:
    filled(tmp_path, {"config.json": "{}", "model.fp16.safetensors": "x"})
    with pytest.raises(CheckpointError, match=r"only a variant .*'model\.fp16\.safetensors'.* Fix: name it 'model\.s"):
        read_model_folder(tmp_path)
