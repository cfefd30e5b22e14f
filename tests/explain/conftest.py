"""Tiny pairs of every family, pooler and head, and an explainer that asks them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.config import AdapterConfig, AdapterEntry, BaseModelConfig, CandidateConfig
from core.config.catalogue import write_candidate
from core.config.components import POOLERS as BY_NAME
from core.engine.engine import Engine
from core.explain.explainer import Explainer
from core.results import Selection
from core.settings import Settings
from core.tasks.runner import TaskRunner
from tests.engine.conftest import catalogue, engine, let_go
from tests.model.conftest import opened, write_adapter
from tests.tiny import save_tiny_classifier

__all__ = ["catalogue", "engine"]

POOLERS = tuple(BY_NAME)
TYPES = {"llama": "llama", "gemma2": "gemma2-bidirectional", "mistral": "mistral", "bert": "vanilla"}


@pytest.fixture(scope="session")
def everyone(tiny_folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue: each tiny family, with an adapter `<pooler>` (vanilla head) and `<pooler>-sequential` a pooler."""
    root = tmp_path_factory.mktemp("everyone")
    for family, model_type in TYPES.items():
        base = opened(tiny_folders[family], model_type)
        targets = ("query", "value") if family == "bert" else ("q_proj", "v_proj")
        names = []
        for pooler in POOLERS:
            for head in ("vanilla", "sequential"):
                names.append(pooler if head == "vanilla" else f"{pooler}-sequential")
                folder = root / "adapters" / family / names[-1]
                write_adapter(
                    base, folder, AdapterConfig(r=2, target_modules=targets), pooler_type=pooler, head_type=head
                )
        entries = tuple(AdapterEntry(id=name, path=f"./adapters/{family}/{name}") for name in names)
        config = BaseModelConfig(pretrained_model_name_or_path=str(tiny_folders[family]), model_type=model_type)
        write_candidate(CandidateConfig(id=family, base_model=config, adapters=entries), root)
    return root


@pytest.fixture(scope="module")
def explainer(everyone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Explainer]:
    """An explainer over `everyone`."""
    own = tmp_path_factory.mktemp("own")
    made = Engine(Settings(catalogue=everyone, user_catalogue=own, device="cpu", max_loaded=50))
    yield Explainer(made, TaskRunner(1))
    let_go(made)


def of_another_problem(problem: Any, folder: Path) -> tuple[Explainer, Selection, tuple[str, ...]]:
    """A tiny Mistral of several labels or one value, saved in `folder`: who explains it, the selection, its labels."""
    labels = ("a", "b", "c") if problem.startswith("multi") else ("value",)
    saved = save_tiny_classifier(folder / "model", "mistral", labels, problem)
    engine = Engine(Settings(user_catalogue=folder / "own", device="cpu"))
    return Explainer(engine, TaskRunner(1)), engine.resolve(str(saved)), labels
