"""Dry runs of pairs that a test may break first, and what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import nn

from core.config import AdapterConfig, BaseModelConfig
from core.dry_run.default_texts import TEXTS
from core.dry_run.stages import run
from core.dry_run.subject import make_subject
from core.engine.engine import Engine
from core.engine.loader import LoadedPair
from core.model.adapters.new_adapter import attach_new_adapter
from core.model.share import sibling
from core.results import DryRun, Stage, StageStatus
from core.settings import Settings

PLENTY = 2**40


@contextmanager
def nobody_loads() -> Iterator[None]:
    yield


def tried(
    pair: LoadedPair, base: BaseModelConfig, texts: tuple[str, ...] = TEXTS, free: Callable[[], int] = lambda: PLENTY
) -> DryRun:
    """A dry run of this pair."""
    return run(make_subject(pair, base, texts, free=free, loading_alone=nobody_loads))


def loaded(folder: Path, tmp_path: Path, **fields: Any) -> tuple[LoadedPair, BaseModelConfig]:
    """A folder without an adapter, loaded by an engine of its own."""
    engine = Engine(Settings(catalogue=tmp_path / "none", user_catalogue=tmp_path / "own", device="cpu"))
    selection = engine.resolve(str(folder))
    if fields:
        known = engine.candidate(selection.candidate)
        changed = known.base_model.with_changes(**fields)
        engine._candidates._typed[selection.candidate] = known.model_copy(update={"base_model": changed})
    return engine.pair(selection), engine.candidate(selection.candidate).base_model


def in_training(pair: LoadedPair, config: AdapterConfig | None = None) -> LoadedPair:
    """The pair with a fresh adapter that is open for training, on the same base."""
    base = sibling(pair.opened.model, num_labels=len(pair.info.labels))
    model = attach_new_adapter(base, config or AdapterConfig(r=4)).eval()
    return replace(pair, predictor=replace(pair.predictor, model=model))


def layers(pair: LoadedPair) -> Any:
    """The transformer layers of a pair with an adapter or without."""
    model: Any = pair.predictor.model
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    return next(m for m in inner.backbone.modules() if isinstance(m, nn.ModuleList))


def failed(found: DryRun) -> list[str]:
    return [s.name for s in found.stages if s.status is StageStatus.FAILED]


def left_out(found: DryRun) -> list[str]:
    return [s.name for s in found.stages if s.status is StageStatus.LEFT_OUT]


def stage(found: DryRun, name: str) -> Stage:
    return next(s for s in found.stages if s.name == name)
