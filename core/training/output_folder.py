"""The folder that a run writes: what may already be in it, and the checkpoints that a run can go on from."""

from __future__ import annotations

import shutil
from pathlib import Path

from core.errors import TrainingError
from core.training.config import TrainingConfig
from core.training.trainer import last_checkpoint

#: Folder of checkpoints and of the recipe that they were begun with, inside the output folder.
CHECKPOINTS = "checkpoints"


def prepare_output(config: TrainingConfig, output: Path, *, resume: bool, overwrite: bool) -> Path | None:
    """The checkpoint to resume from, or None after emptying the folder of older checkpoints.

    Raises:
        TrainingError: the folder holds something else, or checkpoints of another config.
    """
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
