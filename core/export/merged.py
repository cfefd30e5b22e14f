"""A loaded pair with its adapter in its weights: PEFT's own merge, on copies of the layers that it changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import torch
from peft import PeftModel
from peft.tuners.tuners_utils import BaseTunerLayer
from torch import Tensor

from core.engine.loader import LoadedPair
from core.errors import CheckpointError
from core.explain.probe import at_least_float32, make_probe
from core.export.request import TEXTS
from core.model.classifier import PooledClassifier
from core.results import ModelFormat


@dataclass(frozen=True, eq=False)
class Merged:
    """What is written, and what it must answer.

    Attributes:
        rows: token ids of the texts that it is compared on, as the pair reads them.
        logits: of the pair itself, before the merge, in the type that is written: (N, K).
    """

    classifier: PooledClassifier
    rows: tuple[list[int], ...]
    logits: Tensor


def written_dtype(pair: LoadedPair, model_format: ModelFormat) -> torch.dtype:
    """The pair's own type; graphs are float32, which every runtime computes in."""
    return cast(torch.dtype, pair.predictor.model.dtype) if model_format == "transformers" else torch.float32


def require_exportable(pair: LoadedPair) -> None:
    """Refuse what has no weights to be merged into, and what would answer at random.

    Raises:
        CheckpointError: a quantised base, an untrained head.
    """
    if any(not p.is_floating_point() or p.element_size() < 2 for p in pair.predictor.model.parameters()):
        raise CheckpointError(
            "The base is held in codes of few bits: merged weights would be rounded to them once more.",
            fix="export the candidate with its base as it was before, not quantised.",
        )
    if pair.info.untrained_head:
        raise CheckpointError(
            f"The head is untrained ({pair.info.untrained_head}), and would answer at random wherever it is opened.",
            fix="choose an adapter, or train a head.",
        )


def changed(pair: LoadedPair) -> int:
    """How many numbers stand in the weights that the adapter changes, each of which is merged into a copy."""
    layers = (module for module in pair.predictor.model.modules() if isinstance(module, BaseTunerLayer))
    return sum(p.numel() for layer in layers for p in layer.get_base_layer().parameters())


def merged(pair: LoadedPair, model_format: ModelFormat) -> Merged:
    """The classifier to write. Layers that the adapter changes are copied, all others shared with the pair.

    Raises:
        CheckpointError: a merge that gives numbers that are not finite.
    """
    probe = make_probe(pair)
    model: Any = probe.model.cpu().to(written_dtype(pair, model_format))
    rows = tuple(encoded.ids for encoded in probe.encoder.encode(TEXTS))
    with torch.inference_mode():
        logits = torch.cat([at_least_float32(model(input_ids=torch.tensor([ids])).logits) for ids in rows])
    if isinstance(model, PeftModel):
        tuner: Any = model
        try:
            with torch.no_grad():
                model = tuner.merge_and_unload(progressbar=False, safe_merge=True)
        except ValueError as error:  # PEFT's word for values that are not finite
            raise CheckpointError(
                f"The adapter cannot be merged: {error}", fix="see `check` and `weights` of the base and the adapter."
            ) from error
    config: Any = model.config
    config.id2label = dict(enumerate(probe.labels))
    config.label2id = {label: i for i, label in enumerate(probe.labels)}
    config.problem_type = probe.problem_type
    return Merged(cast(PooledClassifier, model.train(False)), rows, logits)
