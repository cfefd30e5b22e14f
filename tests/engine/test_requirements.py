"""What a load needs, against the models' own parameters, and against what is in memory."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from transformers import AutoModel

from core.config import AdapterEntry, BaseModelConfig, CandidateConfig
from core.engine import requirements as module
from core.engine.engine import Engine
from core.engine.requirements import (
    PairFolders,
    PairSize,
    base_key,
    budget_of,
    device_of,
    folders_here,
    pair_size,
    requirements,
)
from core.engine.residency import Footprint, Residency, Resident
from core.errors import NotFoundError
from core.model.memory import DTYPE_BYTES, OVERHEAD_BYTES
from core.results import Selection
from core.settings import Settings
from tests.tiny import FAMILIES

A, B = Selection("a"), Selection("b")
MIB = 2**20


def candidate(source: object, **fields: Any) -> CandidateConfig:
    base = BaseModelConfig(pretrained_model_name_or_path=str(source), model_type="vanilla")
    return CandidateConfig(id="a", base_model=base, **fields)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_base_counts_as_its_backbone_and_an_adapter_as_its_file_and_what_it_replaces(
    tiny_folders: dict[str, Path], catalogue: Path, family: str
) -> None:
    folder, adapter = tiny_folders[family], catalogue / "adapters" / "one"
    size = pair_size(candidate(folder), PairFolders(folder, adapter), "cpu")
    assert size.base_parameters == sum(p.numel() for p in AutoModel.from_pretrained(folder).parameters())
    stored = load_file(adapter / "adapter_model.safetensors")
    replaced = sum(t.numel() for name, t in stored.items() if "lora_" not in name)
    assert size.adapter_parameters == sum(t.numel() for t in stored.values()) + replaced
    assert size.stored is not None
    assert 0 <= (folder / "model.safetensors").stat().st_size - size.stored < 100_000, "but for the header"


@pytest.mark.parametrize("adapter", ["one", "two"])
def test_what_is_needed_is_what_is_then_held(engine: Engine, adapter: str) -> None:
    needs = engine.requirements(Selection("tiny", adapter))
    model = engine.load(Selection("tiny", adapter))
    assert (needs.parameters, needs.weights) == (model.parameters, model.bytes)


def test_without_files_the_numbers_of_the_catalogue_count() -> None:
    size = pair_size(candidate("org/model", parameters=12345), PairFolders(None, None), "cpu")
    assert size == PairSize(None, 12345, 0, "float32", "cpu", None)
    with pytest.raises(NotFoundError, match="What 'a' needs is not known before its files are here"):
        pair_size(candidate("org/model"), PairFolders(None, None), "cpu")


def test_bases_are_shared_only_where_everything_about_them_is_the_same(tmp_path: Path) -> None:
    base = candidate("m").base_model
    (tmp_path / "m").mkdir()
    (tmp_path / "link").symlink_to("m")
    key = base_key(base, tmp_path / "m", "cpu")
    assert key == base_key(base, tmp_path / "link", "cpu"), "the same folder by another name"
    others = [
        base_key(base, tmp_path / "m", "cuda"),
        base_key(base, tmp_path, "cpu"),
        base_key(base.with_changes(torch_dtype="bfloat16"), tmp_path / "m", "cpu"),
        base_key(base.with_changes(num_layers_to_remove=1), tmp_path / "m", "cpu"),
    ]
    assert len({key, *others}) == 5


def test_folders_are_found_where_they_are(tiny_folders: dict[str, Path], catalogue: Path, tmp_path: Path) -> None:
    settings = Settings(catalogue=catalogue, cache_dir=tmp_path)
    entry = AdapterEntry(id="one", path=str(catalogue / "adapters" / "one"))
    here = candidate(tiny_folders["llama"], adapters=(entry,))
    assert folders_here(here, entry, settings) == PairFolders(tiny_folders["llama"], catalogue / "adapters" / "one")
    assert folders_here(here, None, settings) == PairFolders(tiny_folders["llama"], None)
    assert folders_here(candidate("org/model"), None, settings) == PairFolders(None, None)


def ledger(*pairs: tuple[Selection, str, int, int]) -> Residency[None]:
    residency: Residency[None] = Residency()
    for selection, base, base_bytes, own in pairs:
        residency.add(Resident(selection, Footprint(base, base_bytes, own), None))
    return residency


def test_a_base_in_memory_is_not_counted_again() -> None:
    size = PairSize("x", 1000, 10, "float32", "cpu", 4000)
    alone = requirements(size, ledger(), 10**9, None)
    beside = requirements(size, ledger((A, "x", 4000, 0)), 10**9, None)
    assert (alone.parameters, beside.parameters) == (1010, 10)
    assert (alone.stored, beside.stored) == (4000, 4000)


def test_what_could_be_dropped_counts_but_what_is_kept_or_shared() -> None:
    size = PairSize("x", 1000, 10, "float32", "cpu", None)
    residency = ledger((A, "x", 5000, 7), (B, "y", 300, 11))
    assert requirements(size, residency, 10**9, None).reclaimable == 7 + 300 + 11
    assert requirements(size, residency, 10**9, None, keep=[B]).reclaimable == 7


@given(
    st.integers(1, 10**9),
    st.integers(0, 10**7),
    st.sampled_from(sorted(DTYPE_BYTES)),
    st.integers(0, 2**36),
    st.none() | st.integers(1, 2**36),
)
def test_it_fits_if_weights_and_their_overhead_are_free(
    base: int, adapter: int, dtype: Any, on_device: int, budget: int | None
) -> None:
    needs = requirements(PairSize("x", base, adapter, dtype, "cpu", None), ledger(), on_device, budget)
    weights = (base + adapter) * DTYPE_BYTES[dtype]
    assert (needs.parameters, needs.weights, needs.dtype) == (base + adapter, weights, dtype)
    assert needs.peak >= weights + OVERHEAD_BYTES
    assert needs.free == min(on_device, on_device if budget is None else budget)
    assert needs.fits == (needs.peak <= needs.free)


@pytest.mark.parametrize(("gigabytes", "expected"), [(None, None), (1, 2**30), (0.5, 2**29)])
def test_a_budget_is_in_gibibytes(gigabytes: float | None, expected: int | None) -> None:
    assert budget_of(Settings(memory_budget_gb=gigabytes)) == expected


def test_without_an_accelerator_the_device_is_told_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def choose(name: str) -> str:
        asked.append(name)
        return "chosen"

    monkeypatch.setattr(module, "choose_device", choose)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "exists", lambda _: False)
    monkeypatch.delitem(sys.modules, "torch")
    assert device_of("auto") == "cpu"
    assert asked == []
    assert device_of("cuda") == "chosen"
    monkeypatch.setattr(Path, "exists", lambda self: str(self) == "/dev/nvidiactl")
    assert device_of("auto") == "chosen"
    assert asked == ["cuda", "auto"]
