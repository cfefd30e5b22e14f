"""What a training run says while it runs and when it is done: plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from core.metrics.measures import Measures


@dataclass(frozen=True)
class TrainingProgress:
    """Where a run stands.

    Attributes:
        stage: "reading data", "building model", "training", "testing" or "saving".
        step, total_steps: optimiser steps done and planned (early stopping may end sooner).
        epoch: passes over the training rows so far, with fractions.
        loss: mean training loss since the last report; None before the first.
        validation: metrics of the epoch that just ended; None between epochs.
        seconds: since training began.
    """

    stage: str
    step: int = 0
    total_steps: int = 0
    epoch: float = 0.0
    loss: float | None = None
    validation: Measures | None = None
    seconds: float = 0.0

    @property
    def fraction(self) -> float:
        """Share of the planned steps that is done, 0 to 1."""
        return self.step / self.total_steps if self.total_steps else 0.0


#: Called while a run goes on, from its thread.
OnTrainingProgress = Callable[[TrainingProgress], None]


@dataclass(frozen=True)
class EpochRecord:
    """One epoch of the history: mean training loss and, where there are validation rows, their metrics."""

    epoch: float
    step: int
    loss: float | None
    validation: Measures = field(default_factory=dict)


@dataclass(frozen=True)
class TrainingResult:
    """A finished run.

    Attributes:
        folder: what was written: a PEFT adapter folder, or a model folder after full fine-tuning.
        rows: how many rows stood in "train", "validation" and "test".
        steps, epochs, seconds: of training, evaluation between epochs included.
        kept_step: the step whose weights were written: the best epoch's under early stopping, else the last.
        validation, test: metrics of the weights as stored, None where one is not defined (r2 of a constant target);
            empty where there were no such rows.
        history: one record an epoch.
    """

    folder: str
    labels: tuple[str, ...]
    rows: dict[str, int]
    steps: int
    kept_step: int
    epochs: float
    seconds: float
    trained_parameters: int
    parameters: int
    validation: Measures
    test: Measures
    history: tuple[EpochRecord, ...]
