"""An engine over a catalogue of one tiny candidate with two adapters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.config import AdapterConfig, AdapterEntry, BaseModelConfig, CandidateConfig
from core.config.catalogue import write_candidate
from core.engine.engine import Engine
from core.engine.entry import dropped
from core.settings import Settings
from tests.model.conftest import opened, write_adapter


@pytest.fixture(scope="session")
def catalogue(tiny_folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`tiny` with the adapters `one` (attention pooling) and `two` (gem, sequential), and `absent` without files."""
    root = tmp_path_factory.mktemp("catalogue")
    base = opened(tiny_folders["llama"])
    write_adapter(base, root / "adapters" / "one", pooler_type="attention")
    write_adapter(base, root / "adapters" / "two", AdapterConfig(r=2), pooler_type="gem", head_type="sequential")
    for name, source in (("tiny", str(tiny_folders["llama"])), ("absent", "nobody/nothing")):
        adapters = tuple(AdapterEntry(id=a, path=f"./adapters/{a}") for a in ("one", "two"))
        config = BaseModelConfig(pretrained_model_name_or_path=source, model_type="llama")
        write_candidate(CandidateConfig(id=name, base_model=config, adapters=adapters), root)
    return root


def installation(catalogue: Path, tmp_path: Path, **fields: Any) -> Settings:
    return Settings(catalogue=catalogue, user_catalogue=tmp_path / "own", device="cpu", **fields)


def let_go(engine: Engine) -> None:
    """End the threads of all that is loaded, where unloading is not what a test is about.

    `Engine.unload` gives memory back at once and walks all objects of the process for it: a third of a second for each
    pair. What is let go here goes with the next unload, or when its last reference does.
    """
    for entry in dropped(engine._pairs.residency, [model.selection for model in engine.loaded()]):
        entry.batcher.close()


@pytest.fixture
def engine(catalogue: Path, tmp_path: Path) -> Iterator[Engine]:
    made = Engine(installation(catalogue, tmp_path))
    yield made
    let_go(made)
