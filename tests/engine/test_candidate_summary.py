"""A candidate as pages show it, against transformers' own numbers."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoConfig, AutoModel

from core.config import AdapterEntry, BaseModelConfig, CandidateConfig
from core.config.candidate import ArchitectureNumbers
from core.engine.candidate_summary import summarise
from core.results import Availability
from core.settings import Settings
from tests.tiny import FAMILIES, tiny_model


def candidate(source: object, model_type: str = "llama", **fields: Any) -> CandidateConfig:
    base = BaseModelConfig(pretrained_model_name_or_path=str(source), model_type=model_type)
    return CandidateConfig(id="a", base_model=base, **fields)


@pytest.fixture
def installation(tmp_path: Path) -> Settings:
    return Settings(catalogue=tmp_path, user_catalogue=tmp_path / "own", cache_dir=tmp_path / "cache")


@pytest.mark.parametrize("family", FAMILIES)
def test_numbers_of_a_folder_are_those_of_its_model(
    tiny_folders: dict[str, Path], installation: Settings, family: str
) -> None:
    folder = tiny_folders[family]
    summary = summarise(candidate(folder, "vanilla" if family == "bert" else family), installation)
    config, model = AutoConfig.from_pretrained(folder), AutoModel.from_pretrained(folder)
    assert summary.availability is Availability.READY
    assert summary.parameters == sum(p.numel() for p in model.parameters())
    assert (summary.layers, summary.hidden_size) == (config.num_hidden_layers, config.hidden_size)
    assert summary.max_tokens == config.max_position_embeddings


@pytest.mark.parametrize(
    ("family", "model_type", "mask"),
    [
        ("llama", "llama", "causal"),
        ("mistral", "mistral", "causal, sliding window 8"),
        ("mistral", "mistral-bidirectional", "bidirectional"),
        ("bert", "vanilla", "the model's own"),
    ],
)
def test_the_mask_is_told_with_its_window(
    tiny_folders: dict[str, Path], installation: Settings, family: str, model_type: str, mask: str
) -> None:
    assert summarise(candidate(tiny_folders[family], model_type), installation).mask == mask


def test_what_the_catalogue_states_goes_before_what_files_say(
    tiny_folders: dict[str, Path], installation: Settings
) -> None:
    numbers = {
        "hidden_size": 64,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "intermediate_size": 96,
        "vocab_size": 100,
        "max_position_embeddings": 512,
        "sliding_window": 32,
    }
    stated = candidate(
        tiny_folders["mistral"], "mistral", architecture=ArchitectureNumbers(**numbers), max_tokens=77, title="Mine"
    )
    summary = summarise(stated, installation)
    assert (summary.title, summary.layers, summary.hidden_size, summary.max_tokens) == ("Mine", 3, 64, 77)
    assert summary.mask == "causal, sliding window 32"
    model = AutoModel.from_config(AutoConfig.for_model("mistral", **numbers))
    assert summary.parameters == sum(p.numel() for p in model.parameters())


def test_of_what_is_not_here_only_the_catalogue_is_known(installation: Settings) -> None:
    entry = AdapterEntry(id="own", path="org/own", summary="of ours")
    summary = summarise(candidate("org/model", adapters=(entry,), gated=True), installation)
    assert summary.availability is Availability.ON_HUB
    assert (summary.parameters, summary.layers, summary.hidden_size, summary.max_tokens) == (None,) * 4
    assert "licence has to be accepted" in summary.message
    assert [(a.id, a.title, a.summary, a.available) for a in summary.adapters] == [("own", "own", "of ours", False)]


def test_weights_that_cannot_be_read_are_not_counted(
    tiny_folders: dict[str, Path], installation: Settings, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(tiny_folders["llama"], tmp_path / "damaged"))
    (folder / "model.safetensors").write_bytes(b"\xff" * 64)
    summary = summarise(candidate(folder), installation)
    assert (summary.parameters, summary.layers) == (None, 2)


def test_new_files_are_counted_anew(installation: Settings, tmp_path: Path) -> None:
    folder, sizes = tmp_path / "model", []
    for stamp, vocabulary in enumerate((64, 128), 1):
        tiny_model("llama", vocabulary).save_pretrained(folder)
        os.utime(folder / "model.safetensors", (stamp, stamp))
        sizes.append(summarise(candidate(folder), installation).parameters)
    assert None not in sizes
    assert sizes[1] == sizes[0] + 64 * 32  # type: ignore[operator]
