"""Which weight files are read, with transformers' own choice as the oracle."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from transformers.modeling_utils import _get_resolved_checkpoint_files

from core.files.contents import contents
from core.files.folders import weight_files
from core.files.weight_files import INDEX, SINGLE, WeightEntry, expected_shards, first_name, weight_entry

SHARDS = tuple(f"model-0000{i}-of-00002.safetensors" for i in (1, 2))
#: What may lie in a folder beside config.json, in groups that are there or not.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "single": (SINGLE,),
    "index": (INDEX,),
    "shards": SHARDS,
    "variant": ("model.fp16.safetensors",),
    "sharded variant": ("model.safetensors.index.fp16.json", "model.fp16-00001-of-00001.safetensors"),
    "ours": ("model.pooled.safetensors",),
    "adapter": ("adapter_config.json", "adapter_model.safetensors"),
    "consolidated": ("consolidated.safetensors", "consolidated.00.pth"),
}
COMBINATIONS = [c for n in range(len(GROUPS) + 1) for c in itertools.combinations(GROUPS, n)]
MEAN = {"model_type": "pooled_llama", "pooler_type": "mean"}


def filled(folder: Path, groups: tuple[str, ...], config: Mapping[str, Any]) -> Path:
    folder.mkdir()
    for name in (name for group in groups for name in GROUPS[group]):
        table = {str(i): shard for i, shard in enumerate(SHARDS)}
        if ".index." in name:
            (folder / name).write_text(json.dumps({"metadata": {}, "weight_map": table}))
        else:
            (folder / name).write_bytes(b"{}")
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def by_transformers(folder: Path, explicit: str | None = None, variant: str | None = None) -> list[str] | None:
    """The names of the files that `from_pretrained` would open."""
    try:
        files, _ = _get_resolved_checkpoint_files(
            str(folder), variant, None, True, None, False, explicit, {"local_files_only": True}
        )
    except OSError:
        return None
    return sorted(Path(file).name for file in files or ())


@pytest.mark.parametrize("groups", COMBINATIONS, ids="+".join)
def test_the_files_are_those_that_transformers_reads(tmp_path: Path, groups: tuple[str, ...]) -> None:
    folder = filled(tmp_path / "m", groups, {"model_type": "llama"})
    expected = by_transformers(folder)
    names = [path.name for path in folder.iterdir()]
    if expected is None:
        assert weight_entry(names, {"model_type": "llama"}) is None
        return
    whole = all((folder / name).is_file() for name in expected)
    assert contents(folder).has_weights == whole
    if whole:
        assert sorted(path.name for path in weight_files(folder)) == expected


@pytest.mark.parametrize("explicit", ["other.safetensors", "other.safetensors.index.json"])
def test_a_file_that_the_config_names_goes_first(tmp_path: Path, explicit: str) -> None:
    folder = filled(tmp_path / "m", ("single", "index", "shards"), {"transformers_weights": explicit})
    (folder / explicit).write_text(json.dumps({"metadata": {}, "weight_map": {"a": SHARDS[1]}}))
    assert [path.name for path in weight_files(folder)] == by_transformers(folder, explicit)


@pytest.mark.parametrize(
    ("config", "groups", "name"),
    [
        (MEAN, ("single", "ours"), "model.pooled.safetensors"),
        (MEAN, ("single",), SINGLE),
        ({"model_type": "pooled_llama"}, ("single", "ours"), SINGLE),
        ({"model_type": "pooled_llama", "is_causal": False}, ("single", "ours"), "model.pooled.safetensors"),
        ({"model_type": "llama"}, ("single", "ours"), SINGLE),
    ],
)
def test_our_own_file_is_read_where_the_config_says_so(
    tmp_path: Path, config: Mapping[str, Any], groups: tuple[str, ...], name: str
) -> None:
    folder = filled(tmp_path / "m", groups, config)
    assert [path.name for path in weight_files(folder)] == [name]
    entry = weight_entry([path.name for path in folder.iterdir()], config)
    assert entry is not None
    assert by_transformers(folder, variant=entry.variant) == [name]


def test_stock_configs_have_no_weights_of_ours() -> None:
    assert weight_entry(["model.pooled.safetensors"], {"model_type": "llama"}) is None


def test_shards_tell_their_index() -> None:
    assert expected_shards(SHARDS[1:], {}) == (INDEX, *SHARDS)
    assert expected_shards(["model.fp16-00001-of-00001.safetensors"], {}) == ()
    own = "model.pooled-00001-of-00001.safetensors"
    assert expected_shards([own], MEAN) == ("model.safetensors.index.pooled.json", own)
    assert (first_name({}), first_name(MEAN)) == (SINGLE, "model.pooled.safetensors")
    assert WeightEntry(INDEX).is_index
    assert not WeightEntry(SINGLE).is_index
