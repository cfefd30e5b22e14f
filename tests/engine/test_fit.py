"""Whether a pair can be loaded, told before a load: and told anew when the files have changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from core.config import BaseModelConfig, CandidateConfig
from core.engine.candidates import Candidates
from core.engine.fit import problem_of, require_fit
from core.errors import AdapterError, AppError, CheckpointError
from core.results import Availability
from core.settings import Settings
from tests.model.conftest import llama_adapter
from tests.tiny import make_tiny_tokenizer

__all__ = ["llama_adapter"]


def candidate(folder: Path, model_type: str = "llama") -> CandidateConfig:
    base = BaseModelConfig(pretrained_model_name_or_path=str(folder), model_type=model_type)
    return CandidateConfig(id="a", base_model=base)


def test_nothing_speaks_against_a_sound_pair(tiny_folders: dict[str, Path], llama_adapter: Path) -> None:
    folder = tiny_folders["llama"]
    assert problem_of(candidate(folder), folder) is None
    assert problem_of(candidate(folder), folder, llama_adapter) is None
    assert problem_of(candidate(folder), None, llama_adapter) is None
    require_fit(candidate(folder), folder, llama_adapter)


def test_an_adapter_of_another_base_is_refused_with_the_reason(
    tiny_folders: dict[str, Path], llama_adapter: Path
) -> None:
    folder = tiny_folders["mistral"]
    with pytest.raises(AdapterError, match=r"Architecture: It was trained on a 'llama' model; this base is 'mistral'"):
        require_fit(candidate(folder, "mistral"), folder, llama_adapter)


def test_a_model_type_of_another_family(tiny_folders: dict[str, Path]) -> None:
    folder = tiny_folders["mistral"]
    with pytest.raises(AppError, match="means the llama architecture, and '.*' holds a 'mistral' model"):
        require_fit(candidate(folder, "llama"), folder)


def test_a_folder_without_a_tokenizer_is_told_until_it_has_one(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "bare"
    folder.mkdir()
    for name in ("config.json", "model.safetensors"):
        shutil.copy(tiny_folders["llama"] / name, folder / name)
    with pytest.raises(CheckpointError, match="has no tokenizer: no text can be read.*tokenizer.json"):
        require_fit(candidate(folder), folder)
    make_tiny_tokenizer().save_pretrained(folder)
    assert problem_of(candidate(folder), folder) is None


def test_damaged_weights_are_told_and_looked_at_again(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_folders["llama"], tmp_path / "damaged"))
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[:200])
    assert "truncated" in str(problem_of(candidate(folder), folder))
    (folder / "model.safetensors").write_bytes(whole)
    os.utime(folder / "model.safetensors", (1, 1))
    assert problem_of(candidate(folder), folder) is None


def test_what_does_not_fit_is_neither_added_nor_offered_as_ready(
    tiny_folders: dict[str, Path], llama_adapter: Path, tmp_path: Path
) -> None:
    settings = Settings(catalogue=tmp_path, user_catalogue=tmp_path / "own")
    candidates = Candidates(settings, lambda: ())
    with pytest.raises(AdapterError, match="does not fit the base 'gemma2'"):
        candidates.add(str(tiny_folders["gemma2"]), "", str(llama_adapter), "", None)
    assert not (tmp_path / "own").exists()
    base = Path(shutil.copytree(tiny_folders["llama"], tmp_path / "base"))
    added = candidates.add(str(base), "", str(llama_adapter), "", None)
    assert (added.availability, added.adapters[0].state, added.problem) == (
        Availability.READY,
        Availability.READY,
        None,
    )
    shutil.copytree(tiny_folders["gemma2"], base, dirs_exist_ok=True)
    (after,) = candidates.summaries()
    assert (after.availability, after.adapters[0].state) == (Availability.UNFIT, Availability.UNFIT)
    assert after.problem_with(None) == after.problem
    assert "gemma2" in after.message
