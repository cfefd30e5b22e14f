"""`fit`: one training run from its config to the folder that it writes."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import EarlyStoppingCallback, PrinterCallback, TrainingArguments, set_seed

from core.data.splits import Splits
from core.data.targets import Targets
from core.errors import TrainingError
from core.metrics.measures import Measures
from core.model.devices import choose_device
from core.model.open import quiet_transformers
from core.settings import settings
from core.training.batches import Collator, EncodedExamples
from core.training.config import SMALLER_IS_BETTER, TrainingConfig
from core.training.examples import read_splits
from core.training.progress import ProgressReporter, history, measured, strip_prefix
from core.training.result import OnTrainingProgress, TrainingProgress, TrainingResult
from core.training.save_run import write_run
from core.training.start_model import Start, begin, known_labels
from core.training.trainer import ClassifierTrainer, last_checkpoint

CHECKPOINTS = "checkpoints"
LOGS_PER_EPOCH = 10
EVAL_BATCH = 64


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
    checkpoint = _prepare_output(config, output, resume=resume, overwrite=overwrite)
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
    if cancelled():
        raise TrainingError(
            f"Training was stopped after {trainer.state.global_step} of {trainer.state.max_steps} steps.",
            fix="run it again with resume to go on from the last checkpoint.",
        )
    result = _finish(config, start, splits, trainer, time.perf_counter() - began, on_progress)
    if not config.keep_checkpoints:
        shutil.rmtree(output / CHECKPOINTS, ignore_errors=True)
    return result


def _prepare_output(config: TrainingConfig, output: Path, *, resume: bool, overwrite: bool) -> Path | None:
    """The checkpoint to resume from, in an output folder that holds nothing else of value."""
    checkpoints = output / CHECKPOINTS
    recipe = checkpoints / "training.yaml"
    if resume and (result := last_checkpoint(checkpoints)):
        begun = TrainingConfig.from_yaml(recipe.read_text(encoding="utf-8")) if recipe.is_file() else None
        if begun != config:
            raise TrainingError(
                f"The checkpoints in '{checkpoints}' were begun with another config.",
                fix="resume with the config they were begun with, or train afresh without resume.",
            )
        return result
    if output.exists() and (not output.is_dir() or any(output.iterdir())) and not (overwrite or resume):
        raise TrainingError(
            f"The output folder '{output}' is not empty.", fix="choose another output, or allow overwriting."
        )
    shutil.rmtree(checkpoints, ignore_errors=True)
    checkpoints.mkdir(parents=True)
    recipe.write_text(config.to_yaml(), encoding="utf-8")
    return None


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
        args=_arguments(config, len(splits.train), splits.validation is not None),
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


def _arguments(config: TrainingConfig, rows: int, validates: bool) -> TrainingArguments:
    plan = config.optimisation
    steps = max(1, math.ceil(rows / (plan.batch_size * plan.accumulate)))
    best: dict[str, Any] = {}
    if plan.patience is not None:
        best = {
            "load_best_model_at_end": True,
            "metric_for_best_model": config.metric,
            "greater_is_better": config.metric not in SMALLER_IS_BETTER,
        }
    return TrainingArguments(
        output_dir=str(Path(config.output) / CHECKPOINTS),
        num_train_epochs=plan.epochs,
        per_device_train_batch_size=plan.batch_size,
        per_device_eval_batch_size=EVAL_BATCH,
        gradient_accumulation_steps=plan.accumulate,
        learning_rate=plan.learning_rate,
        weight_decay=plan.weight_decay,
        warmup_steps=round(plan.warmup_share * steps * plan.epochs),
        lr_scheduler_type="constant_with_warmup" if plan.schedule == "constant" else plan.schedule,
        max_grad_norm=plan.max_grad_norm,
        train_sampling_strategy="group_by_length",
        eval_strategy="epoch" if validates else "no",
        save_strategy="epoch",
        save_total_limit=2,
        logging_steps=max(1, steps // LOGS_PER_EPOCH),
        seed=config.seed,
        use_cpu=choose_device(settings().device) == "cpu",
        dataloader_pin_memory=False,
        remove_unused_columns=False,
        label_names=["labels"],
        disable_tqdm=True,
        report_to="none",
        **best,
    )


def _finish(
    config: TrainingConfig,
    start: Start,
    splits: Splits,
    trainer: ClassifierTrainer,
    seconds: float,
    on_progress: OnTrainingProgress,
) -> TrainingResult:
    """Round to the stored type, measure with that, write."""
    if config.save_dtype is not None:
        _round(start.model, getattr(torch, config.save_dtype))
    on_progress(_at(trainer, "testing", seconds))
    epochs = history(trainer.state.log_history)
    validation: Measures = strip_prefix(trainer.evaluate()) if splits.validation else {}
    test: Measures = {}
    if splits.test:
        test = strip_prefix(trainer.evaluate(EncodedExamples(splits.test, start.encoder)))
    trained = [p for p in start.model.parameters() if p.requires_grad]
    result = TrainingResult(
        folder=config.output,
        labels=splits.labels,
        rows={"train": len(splits.train), "validation": len(splits.validation or ()), "test": len(splits.test or ())},
        steps=trainer.state.global_step,
        kept_step=trainer.state.best_global_step or trainer.state.global_step,
        epochs=float(trainer.state.epoch or 0.0),
        seconds=seconds,
        trained_parameters=sum(p.numel() for p in trained),
        parameters=sum(p.numel() for p in start.model.parameters()),
        validation=validation,
        test=test,
        history=epochs,
    )
    on_progress(_at(trainer, "saving", seconds))
    write_run(config, start, result)
    return result


def _at(trainer: ClassifierTrainer, stage: str, seconds: float) -> TrainingProgress:
    state = trainer.state
    return TrainingProgress(stage, state.global_step, state.max_steps, float(state.epoch or 0.0), seconds=seconds)


def _round(model: nn.Module, dtype: torch.dtype) -> None:
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.copy_(parameter.to(dtype).to(parameter.dtype))
