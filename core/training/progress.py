"""The Trainer's events and log, as plain data."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from typing_extensions import override

from core.config.components import ProblemType
from core.metrics.loss import mean_loss
from core.metrics.measures import Measures, measure
from core.training.result import EpochRecord, OnTrainingProgress, TrainingProgress


class ProgressReporter(TrainerCallback):
    """Turns the Trainer's events into `TrainingProgress`, and a wish to stop into its stop flag."""

    def __init__(self, on_progress: OnTrainingProgress, cancelled: Callable[[], bool]) -> None:
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._loss: float | None = None
        self._started = time.perf_counter()
        self._trains = False

    @override
    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Start the clock."""
        self._started = time.perf_counter()
        self._trains = True
        self._report(state)

    @override
    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Look whether to stop."""
        if self._cancelled():
            control.should_training_stop = True

    @override
    def on_train_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """What is measured from now on is no epoch's."""
        self._trains = False

    @override
    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Any = None,
        **_: Any,
    ) -> None:
        """Report the mean loss."""
        if logs and "loss" in logs:
            self._loss = float(logs["loss"])
            self._report(state)

    @override
    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: Any = None,
        **_: Any,
    ) -> None:
        """Report the validation metrics."""
        if self._trains:
            self._report(state, strip_prefix(metrics or {}))

    def _report(self, state: TrainerState, validation: Measures | None = None) -> None:
        self._on_progress(
            TrainingProgress(
                stage="training",
                step=state.global_step,
                total_steps=state.max_steps,
                epoch=float(state.epoch or 0.0),
                loss=self._loss,
                validation=validation,
                seconds=time.perf_counter() - self._started,
            )
        )


def measured(problem: ProblemType, logits: NDArray[Any], targets: NDArray[Any]) -> dict[str, float]:
    """The measures of a validation pass and its loss, as the Trainer takes them: NaN where one is not defined."""
    measures = {**measure(problem, logits, targets), "loss": mean_loss(problem, logits, targets)}
    return {name: math.nan if value is None else value for name, value in measures.items()}


def strip_prefix(metrics: Any) -> Measures:
    """The Trainer's `eval_accuracy` and so on under our names and in our order: loss last, no timings, None for NaN."""
    timings = ("runtime", "samples_per_second", "steps_per_second", "model_preparation_time")
    named = {name.removeprefix("eval_"): float(value) for name, value in metrics.items() if name.startswith("eval_")}
    retained = {name: None if math.isnan(value) else value for name, value in named.items() if name not in timings}
    return dict(sorted(retained.items(), key=lambda item: item[0] == "loss"))


def history(log: list[dict[str, Any]]) -> tuple[EpochRecord, ...]:
    """The Trainer's log as one record an epoch."""
    records: list[EpochRecord] = []
    losses: list[float] = []
    for entry in log:
        if "loss" in entry:
            losses.append(float(entry["loss"]))
        if "eval_loss" in entry:
            mean = sum(losses) / len(losses) if losses else None
            records.append(EpochRecord(float(entry["epoch"]), int(entry["step"]), mean, strip_prefix(entry)))
            losses = []
    if losses:
        last = next(entry for entry in reversed(log) if "loss" in entry)
        records.append(EpochRecord(float(last["epoch"]), int(last["step"]), sum(losses) / len(losses)))
    return tuple(records)
