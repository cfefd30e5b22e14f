"""What people type becomes a candidate: names, families, masks, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file

from core.config import AdapterConfig, AdapterEntry, BaseModelConfig, CandidateConfig
from core.config.catalogue import Catalogue, read_candidate, write_candidate
from core.engine.own_candidate import describe, find, free_id, with_adapter
from core.errors import CheckpointError, ConfigError, InputError, NotFoundError
from tests.model.conftest import llama_adapter, opened, write_adapter

__all__ = ["llama_adapter"]


@pytest.fixture(scope="module")
def lifted(tiny_folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter that was trained on the tiny Llama with its mask lifted."""
    folder = tmp_path_factory.mktemp("lifted") / "both-ways"
    write_adapter(opened(tiny_folders["llama"], "llama-bidirectional"), folder, AdapterConfig(r=2))
    return folder


def typed(source: object, adapter: object = "", model_type: str = "", taken: tuple[str, ...] = ()) -> CandidateConfig:
    return describe(str(source), "", str(adapter), model_type, None, taken)


@pytest.mark.parametrize(
    ("family", "model_type"), [("llama", "llama"), ("gemma2", "gemma2"), ("mistral", "mistral"), ("bert", "vanilla")]
)
def test_a_folder_is_known_by_its_config(tiny_folders: dict[str, Path], family: str, model_type: str) -> None:
    made = typed(tiny_folders[family])
    assert (made.id, made.role, made.base_model.model_type) == (family, "own", model_type)
    assert made.base_model.pretrained_model_name_or_path == str(tiny_folders[family])
    assert typed(tiny_folders[family], model_type="yi-1.5-34b-chat").base_model.model_type == "yi-1.5-34b-chat"


def test_the_mask_follows_what_the_adapter_was_trained_with(
    tiny_folders: dict[str, Path], llama_adapter: Path, lifted: Path
) -> None:
    assert typed(tiny_folders["llama"], lifted).base_model.model_type == "llama-bidirectional"
    assert typed(tiny_folders["llama"], llama_adapter).base_model.model_type == "llama"
    plain = typed(tiny_folders["llama"])
    assert with_adapter(plain, str(lifted)).base_model.model_type == "llama-bidirectional"
    listed = plain.model_copy(update={"role": "candidate"})
    assert with_adapter(listed, str(lifted)).base_model.model_type == "llama", "the catalogue's is left as it is"


def test_a_name_on_the_hub_is_believed_and_its_revision_kept() -> None:
    made = typed(" org/Some Model ".replace(" M", "-M"), "org/Intents@v2")
    assert (made.id, made.title) == ("some-model", "Some-Model")
    assert [(a.id, a.path, a.revision, a.title) for a in made.adapters] == [
        ("intents-v2", "org/Intents", "v2", "Intents @ v2")
    ]


def test_paths_become_absolute_so_that_they_hold_elsewhere(
    tiny_folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_folders["llama"], tmp_path / "here")
    monkeypatch.chdir(tmp_path)
    assert typed("./here").base_model.pretrained_model_name_or_path == str(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert typed("~/here").base_model.pretrained_model_name_or_path == str(tmp_path / "here")


@given(st.text(alphabet="ab-", min_size=1, max_size=80), st.integers(0, 12))
def test_a_taken_name_gets_the_first_free_number(name: str, copies: int) -> None:
    taken: list[str] = []
    for _ in range(copies):
        taken.append(free_id(name, taken))
    assert len({*taken}) == copies
    assert all(len(t) <= 80 for t in taken)
    assert taken[:3] == [name, f"{name[:76]}-2", f"{name[:76]}-3"][: min(copies, 3)]


def test_an_adapter_of_a_taken_name_comes_last_under_another(
    tiny_folders: dict[str, Path], llama_adapter: Path
) -> None:
    once = with_adapter(typed(tiny_folders["llama"]), str(llama_adapter))
    twice = with_adapter(once, str(llama_adapter))
    assert [a.id for a in twice.adapters] == ["intents", "intents-2"]
    assert [a.id for a in once.adapters] == ["intents"], "the one that was given is left as it is"


def test_what_a_name_means_in_their_order(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    def named(candidate_id: str, folder: object) -> CandidateConfig:
        base = BaseModelConfig(pretrained_model_name_or_path=str(folder), model_type="llama")
        return CandidateConfig(id=candidate_id, base_model=base)

    listed, remembered = named("m", "/listed"), named("m", "/remembered")
    extra = {"m": remembered, "only": remembered}
    assert find("m", Catalogue((listed,)), extra) is listed
    assert find("only", Catalogue((listed,)), extra) is remembered
    write_candidate(named("written", "/written"), tmp_path)
    assert find(str(tmp_path / "written.yaml"), Catalogue(()), {}) == read_candidate(tmp_path / "written.yaml")
    assert find(str(tiny_folders["gemma2"]), Catalogue(()), {}).base_model.model_type == "gemma2"
    with pytest.raises(NotFoundError, match="There is no candidate 'mm'. Fix: did you mean 'm'"):
        find("mm", Catalogue((listed,)), {})


def test_what_is_no_model_is_refused(tiny_folders: dict[str, Path], llama_adapter: Path, tmp_path: Path) -> None:
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    (pickled / "config.json").write_text("{}")
    (pickled / "pytorch_model.bin").write_bytes(b"\x80")
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA"}))
    save_file({}, bare / "model.safetensors")
    with pytest.raises(InputError, match="No model is given"):
        typed("  ")
    with pytest.raises(CheckpointError, match="is an adapter folder, not a base model"):
        typed(llama_adapter)
    with pytest.raises(CheckpointError, match="pickle"):
        typed(pickled)
    with pytest.raises(CheckpointError):
        typed(tiny_folders["llama"], bare)
    with pytest.raises(NotFoundError, match="There is no folder"):
        typed(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="There is no model_type 'lama'. Fix: did you mean 'llama'"):
        typed(tiny_folders["llama"], model_type="lama")


def test_a_candidate_of_its_own_survives_its_file(
    tiny_folders: dict[str, Path], llama_adapter: Path, tmp_path: Path
) -> None:
    made = typed(tiny_folders["llama"], llama_adapter)
    write_candidate(made, tmp_path)
    assert read_candidate(tmp_path / f"{made.id}.yaml") == made
    assert isinstance(made.adapters[0], AdapterEntry)
