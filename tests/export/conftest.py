"""Tiny candidates with adapters of every kind, and an export of one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.config import AdapterConfig, AdapterEntry, BaseModelConfig, CandidateConfig
from core.config.catalogue import write_candidate
from core.engine.engine import Engine
from core.export.service import ExportService
from core.model.open import open_classifier
from core.results import Export, ModelFormat, Selection
from core.settings import Settings
from core.tasks.runner import TaskRunner
from tests.model.conftest import LABELS, write_adapter
from tests.tiny import save_tiny_classifier

PAIR = Selection("tiny", "own")


def engine_with(folder: Path, family: str, model_type: str = "", **fields: Any) -> Engine:
    """An engine with one candidate, `PAIR`: a stock classifier of a family, and LoRA with these parts on it."""
    save_tiny_classifier(folder / "base", family, LABELS)
    kind = model_type or ("vanilla" if family == "bert" else family)
    base = BaseModelConfig(pretrained_model_name_or_path=str(folder / "base"), model_type=kind)
    targets = ("query", "value") if family == "bert" else ("q_proj", "down_proj")
    write_adapter(open_classifier(base), folder / "own", AdapterConfig(r=4, target_modules=targets), **fields)
    candidate = CandidateConfig(
        id="tiny", base_model=base, adapters=(AdapterEntry(id="own", path=str(folder / "own")),)
    )
    write_candidate(candidate, folder / "catalogue")
    return Engine(Settings(catalogue=folder / "catalogue", user_catalogue=folder / "none", device="cpu"))


def exported(
    engine: Engine, output: Path, model_format: ModelFormat = "transformers", selection: Selection = PAIR
) -> Export:
    return ExportService(engine, TaskRunner(1)).export(selection, str(output), model_format).result()
