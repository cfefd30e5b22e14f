"""`fit`: one training run from its config to the folder that it writes."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from transformers import EarlyStoppingCallback, PrinterCallback, set_seed

from core.data.splits import Splits
from core.data.targets import Targets
from core.errors import TrainingError
from core.metrics.measures import Measures
from core.model.open import quiet_transformers
from core.model.quantised import parameter_count
from core.training.arguments import training_arguments
from core.training.batches import Collator, EncodedExamples
from core.training.config import TrainingConfig
from core.training.examples import read_splits
from core.training.output_folder import CHECKPOINTS, prepare_output
from core.training.progress import ProgressReporter, history, measured, strip_prefix
from core.training.result import OnTrainingProgress, TrainingProgress, TrainingResult
from core.training.save_run import write_run
from core.training.start_model import Start, begin, known_labels
from core.training.trainer import ClassifierTrainer


def fit(
    config: TrainingConfig,
    on_progress: OnTrainingProgress | None = None,
    *,
    resume: bool = False,
    overwrite: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
) -> TrainingResult:
    """Train, measure, and write the folder with its model card. Same config, same machine: same weights.

    Sets the process's random seeds. With `resume` it goes on from the last checkpoint in the output folder,
    if there is one. When `cancelled` says so, it stops after the step at hand and keeps the checkpoints.

    Raises:
        TrainingError: data or a recipe that cannot be trained on; stopped before the end.
        ConfigError, NotFoundError, CheckpointError, AdapterError: from the parts.
    """
    on_progress = on_progress or (lambda _: None)
    output = Path(config.output)
    checkpoint = prepare_output(config, output, resume=resume, overwrite=overwrite)
    on_progress(TrainingProgress("reading data"))
    config = config.model_copy(update={"data": config.data.model_copy(update={"labels": known_labels(config)})})
    splits = read_splits(config)
    _check_validation(config, splits)
    on_progress(TrainingProgress("building model"))
    set_seed(config.seed)
    start = begin(config, splits.labels)
    trainer = _trainer(config, start, splits, on_progress, cancelled)
    began = time.perf_counter()
    with quiet_transformers():
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    _check_ended(trainer, cancelled)
    result = _finish(config, start, splits, trainer, time.perf_counter() - began, on_progress)
    if not config.keep_checkpoints:
        shutil.rmtree(output / CHECKPOINTS, ignore_errors=True)
    return result


def _check_ended(trainer: ClassifierTrainer, cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise TrainingError(
            f"Training was stopped after {trainer.state.global_step} of {trainer.state.max_steps} steps.",
            fix="run it again with resume to go on from the last checkpoint.",
        )


def _check_validation(config: TrainingConfig, splits: Splits) -> None:
    if config.optimisation.patience is not None and splits.validation is None:
        raise TrainingError(
            "Early stopping (optimisation.patience) needs validation rows, and there are none.",
            fix="set data.validation_share, give a data.validation_file, or set patience to null.",
        )
    if config.optimisation.patience is not None and splits.validation is not None and config.metric == "r2":
        _check_varies(splits.validation.targets)


def _check_varies(targets: Targets) -> None:
    if (targets.max(axis=0) == targets.min(axis=0)).all():
        raise TrainingError(
            "The validation targets are all the same, so r2 is not defined and cannot choose the best epoch.",
            fix="set optimisation.metric to mean_squared_error, or give validation rows whose targets differ.",
        )


def _trainer(
    config: TrainingConfig, start: Start, splits: Splits, on_progress: OnTrainingProgress, cancelled: Callable[[], bool]
) -> ClassifierTrainer:
    special = start.tokenizer.all_special_ids
    problem = config.base_model.problem
    trainer = ClassifierTrainer(
        model=start.model,
        args=training_arguments(config, len(splits.train), splits.validation is not None),
        train_dataset=EncodedExamples(splits.train, start.encoder),
        eval_dataset=EncodedExamples(splits.validation, start.encoder) if splits.validation else None,
        data_collator=Collator(start.pad_id, special, config.optimisation.token_dropout),
        eval_collator=Collator(start.pad_id, special),
        compute_metrics=lambda seen: measured(problem, seen.predictions, seen.label_ids),
        callbacks=[ProgressReporter(on_progress, cancelled)],
    )
    trainer.remove_callback(PrinterCallback)
    if config.optimisation.patience is not None:
        trainer.add_callback(EarlyStoppingCallback(early_stopping_patience=config.optimisation.patience))
    return trainer


def _finish(
    config: TrainingConfig,
    start: Start,
    splits: Splits,
    trainer: ClassifierTrainer,
    seconds: float,
    on_progress: OnTrainingProgress,
) -> TrainingResult:
    """Round to the type in which weights are stored, measure with that, write."""
    if config.save_dtype is not None:
        _round(start.model, getattr(torch, config.save_dtype))
    on_progress(_at(trainer, "testing", seconds))
    result = _result(config, start, splits, trainer, seconds)
    on_progress(_at(trainer, "saving", seconds))
    write_run(config, start, result)
    return result


def _result(
    config: TrainingConfig, start: Start, splits: Splits, trainer: ClassifierTrainer, seconds: float
) -> TrainingResult:
    """What came out: the run in numbers, and the weights as they are stored on validation and test rows."""
    epochs = history(trainer.state.log_history)  # before the measuring below, which would add to it
    validation: Measures = strip_prefix(trainer.evaluate()) if splits.validation else {}
    test = strip_prefix(trainer.evaluate(EncodedExamples(splits.test, start.encoder))) if splits.test else {}
    return TrainingResult(
        folder=config.output,
        labels=splits.labels,
        rows={"train": len(splits.train), "validation": len(splits.validation or ()), "test": len(splits.test or ())},
        steps=trainer.state.global_step,
        kept_step=trainer.state.best_global_step or trainer.state.global_step,
        epochs=float(trainer.state.epoch or 0.0),
        seconds=seconds,
        trained_parameters=sum(p.numel() for p in start.model.parameters() if p.requires_grad),
        parameters=parameter_count(start.model),
        validation=validation,
        test=test,
        history=epochs,
    )


def _at(trainer: ClassifierTrainer, stage: str, seconds: float) -> TrainingProgress:
    state = trainer.state
    return TrainingProgress(stage, state.global_step, state.max_steps, float(state.epoch or 0.0), seconds=seconds)


def _round(model: nn.Module, dtype: torch.dtype) -> None:
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.copy_(parameter.to(dtype).to(parameter.dtype))
