"""Codes read out: a model whose weights are numbers again."""

from __future__ import annotations

from transformers import PreTrainedModel

from core.errors import CheckpointError
from core.model.quantised import NOTES, library_method, quantised_layers, whole_layer


def dequantise(model: PreTrainedModel) -> None:
    """Put numbers in the place of codes, layer by layer, in the type of the rest of the model; in place.

    Raises:
        CheckpointError: a method whose codes transformers cannot read out.
    """
    method = library_method(model)
    for name, layer in list(quantised_layers(model)):
        model.set_submodule(name, whole_layer(layer, model.dtype))
    if method not in (None, "bitsandbytes"):
        _dequantise_by_library(model, str(method))
    for held in (model, *model.children()):
        for attribute in NOTES:
            vars(held).pop(attribute, None)
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config


def _dequantise_by_library(model: PreTrainedModel, method: str) -> None:
    try:
        model.dequantize(dtype=model.dtype)
    except (NotImplementedError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"Weights that are quantised by {method} cannot be read out here: {' '.join(str(error).split())[:200]}",
            fix="give the checkpoint that it was made from.",
        ) from error
