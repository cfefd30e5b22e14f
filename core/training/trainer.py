"""transformers' `Trainer`, told how a pooled classifier is predicted with and checkpointed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.utils.data import DataLoader
from transformers import Trainer
from typing_extensions import override

from core.errors import CheckpointError
from core.training.batches import Collator

TRAINED_WEIGHTS = "trained.safetensors"


class ClassifierTrainer(Trainer):
    """Checkpoints hold the trained weights only, in safetensors, whether an adapter or the whole model is trained.

    Optimiser and random state lie beside them as transformers writes them; it reads them back without
    unpickling objects (`weights_only`).
    """

    def __init__(self, *, eval_collator: Collator, **options: Any) -> None:
        super().__init__(**options)
        self._eval_collator = eval_collator
        self.model_accepts_loss_kwargs = False  # our loss is a mean over texts: let the Trainer divide by `accumulate`

    @property
    def _module(self) -> nn.Module:
        assert isinstance(self.model, nn.Module)
        return self.model

    @override
    def get_eval_dataloader(self, eval_dataset: Any = None) -> DataLoader[Any]:
        """As transformers', without the random omissions of training."""
        training = self.data_collator
        self.data_collator = self._eval_collator
        try:
            return super().get_eval_dataloader(eval_dataset)
        finally:
            self.data_collator = training

    @override
    def compute_loss(self, model: nn.Module, inputs: dict[str, Any], *_: Any, **__: Any) -> Tensor:
        """The classifier's own criterion, mean over texts."""
        loss: Tensor = model(**inputs).loss
        return loss

    @override
    def prediction_step(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        prediction_loss_only: bool,
        ignore_keys: list[str] | None = None,
    ) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        """Loss, logits (B, K) and labels of a batch; nothing else is gathered over the evaluation."""
        inputs = self._prepare_inputs(inputs)
        with torch.no_grad(), self.compute_loss_context_manager():
            output = model(**inputs)
        loss = output.loss.detach()
        return (loss, None, None) if prediction_loss_only else (loss, output.logits.float(), inputs["labels"])

    @override
    def _save(self, output_dir: str | None = None, state_dict: dict[str, Any] | None = None) -> None:
        folder = Path(output_dir or str(self.args.output_dir))
        folder.mkdir(parents=True, exist_ok=True)
        save_file(_trained(self._module), folder / TRAINED_WEIGHTS)

    @override
    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: nn.Module | None = None) -> None:
        _restore(self._module if model is None else model, Path(resume_from_checkpoint))

    @override
    def _load_best_model(self) -> None:
        _restore(self._module, Path(str(self.state.best_model_checkpoint)))


def last_checkpoint(folder: Path) -> Path | None:
    """The newest whole checkpoint in a run's folder: one whose state was written, which happens last."""
    if not folder.is_dir():
        return None
    for path in sorted(folder.glob("checkpoint-*"), key=lambda p: -int(p.name.rsplit("-", 1)[1])):
        if (path / "trainer_state.json").is_file() and (path / TRAINED_WEIGHTS).is_file():
            return path
    return None


def _trained(model: nn.Module) -> dict[str, Tensor]:
    return {name: p.detach().cpu().contiguous() for name, p in model.named_parameters() if p.requires_grad}


def _restore(model: nn.Module, folder: Path) -> None:
    """Put a checkpoint's weights back.

    Raises:
        CheckpointError: a checkpoint of a model with other trained weights.
    """
    stored = load_file(folder / TRAINED_WEIGHTS)
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    if {n: t.shape for n, t in stored.items()} != {n: p.shape for n, p in trained.items()}:
        raise CheckpointError(
            f"The checkpoint '{folder}' belongs to a model with other trained weights.",
            fix="resume with the config it was begun with, or begin afresh.",
        )
    with torch.no_grad():
        for name, parameter in trained.items():
            parameter.copy_(stored[name])
