"""Is a loaded candidate set up right? One small batch through every stage, each with its number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from core.dry_run.default_texts import TEXTS
from core.dry_run.stages import run
from core.dry_run.subject import make_subject
from core.engine.engine import Engine, check_texts
from core.engine.loader import LoadedPair
from core.results import DryRun, HealthReport, Selection
from core.tasks.progress import Progress, cancelled_when, ignore_progress


def dry_run(model: nn.Module, batch: Mapping[str, Tensor]) -> Any:
    """One forward pass without gradients; returns the model's own output.

    `model` is a classifier of ours, a PEFT model around one, or a stock one of transformers. `batch` holds input_ids
    (B, T) and attention_mask (B, T), with labels for a loss. The training flags of all modules are put back.
    """
    with _evaluating(model), torch.inference_mode():
        return model(**batch)


def check(
    engine: Engine, selection: Selection, texts: Sequence[str] = TEXTS, on_progress: Progress = ignore_progress
) -> tuple[DryRun, HealthReport]:
    """Run all stages on a candidate, which is loaded when needed; what others ask of it meanwhile is untouched.

    Raises:
        AppError: it cannot be loaded, or a text is empty.
    """
    check_texts(texts, engine.settings.max_characters)
    pair = engine.pair(selection)
    return check_pair(engine, pair, texts, on_progress), pair.info.health


def check_pair(
    engine: Engine, pair: LoadedPair, texts: Sequence[str], on_progress: Progress = ignore_progress
) -> DryRun:
    """The stages of `check` on a pair of that engine, which stays in memory meanwhile."""

    def free() -> int:
        return engine.free_bytes(pair.info.device)

    base = engine.candidate(pair.info.selection.candidate).base_model
    subject = make_subject(pair, base, texts, free=free, loading_alone=engine.loading_alone)
    with engine.holding(pair) as unloaded:
        return run(subject, cancelled_when(unloaded, on_progress))


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Evaluation mode, then every module's own flag again."""
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, flag in flags:
            module.training = flag
