"""A recipe in the words of transformers' `Trainer`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from transformers import TrainingArguments

from core.model.devices import choose_device
from core.settings import settings
from core.training.config import SMALLER_IS_BETTER, OptimisationConfig, TrainingConfig
from core.training.output_folder import CHECKPOINTS

#: How often the loss is reported, and rows of a batch that is only measured.
LOGS_PER_EPOCH = 10
EVAL_BATCH = 64


def training_arguments(config: TrainingConfig, rows: int, validates: bool) -> TrainingArguments:
    """For so many training rows; `validates` says whether there are rows to measure after each epoch."""
    plan = config.optimisation
    steps = max(1, math.ceil(rows / (plan.batch_size * plan.accumulate)))
    return TrainingArguments(
        output_dir=str(Path(config.output) / CHECKPOINTS),
        per_device_eval_batch_size=EVAL_BATCH,
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
        **_optimisation(plan, steps),
        **_best_epoch(config),
    )


def _optimisation(plan: OptimisationConfig, steps: int) -> dict[str, Any]:
    """What the recipe says of the optimiser; `steps` are those of one epoch."""
    return {
        "num_train_epochs": plan.epochs,
        "per_device_train_batch_size": plan.batch_size,
        "gradient_accumulation_steps": plan.accumulate,
        "learning_rate": plan.learning_rate,
        "weight_decay": plan.weight_decay,
        "warmup_steps": round(plan.warmup_share * steps * plan.epochs),
        "lr_scheduler_type": "constant_with_warmup" if plan.schedule == "constant" else plan.schedule,
        "max_grad_norm": plan.max_grad_norm,
    }


def _best_epoch(config: TrainingConfig) -> dict[str, Any]:
    """With early stopping the best epoch's weights are taken in the end, else the last ones."""
    if config.optimisation.patience is None:
        return {}
    return {
        "load_best_model_at_end": True,
        "metric_for_best_model": config.metric,
        "greater_is_better": config.metric not in SMALLER_IS_BETTER,
    }
