"""How transformers is told to quantise a backbone while it opens it, and to leave pooler and head alone."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers import BitsAndBytesConfig, PreTrainedConfig
from transformers.pytorch_utils import Conv1D

from core.config.base_model import BaseModelConfig
from core.config.quantisation import Quantisation
from core.errors import ConfigError
from core.files.folders import ModelFolder
from core.files.quantisation import require_method, stored_method
from core.model.classifier import classifier_class

#: Parts of a classifier beside its backbone, which are never quantised.
WHOLE = ("pooler", "score", "classifier", "pre_classifier", "qa_outputs", "lm_head")


def quantised_load(
    config: BaseModelConfig, folder: ModelFolder, built: PreTrainedConfig, device_map: str | dict[str, Any] | None
) -> dict[str, Any]:
    """Options of `from_pretrained` for where a backbone is put, and how it is quantised if it is.

    Of a checkpoint that is stored quantised, the config to be built is told to leave pooler and head alone.

    Raises:
        ConfigError: a package that is not installed; quantisation is asked of what is stored quantised, or of layers
            that start anew.
    """
    stored, requested = stored_method(folder.config), config.quantisation
    if stored is None and not requested.is_used:
        return {"device_map": device_map}
    _check(config, folder, stored)
    options: dict[str, Any] = {"device_map": device_map or {"": "cpu"}}  # None would look for a GPU
    if stored is None:
        require_method(requested, folder.path.name)
        _require_layers(built, folder)
        return {**options, "quantization_config": _library_config(requested)}
    fields: Any = getattr(built, "quantization_config", None)
    if stored == "bitsandbytes" and isinstance(fields, dict):
        skipped = fields.get("llm_int8_skip_modules") or ()
        fields["llm_int8_skip_modules"] = list(dict.fromkeys((*skipped, *_stored_whole(folder))))
    return options


def in_one_type(model: nn.Module, dtype: torch.dtype) -> None:
    """What transformers dequantised, since nothing here multiplies its codes (fp8 on a CPU), in the type of the rest.

    It leaves it in the type that config.json names. A model that holds codes still is left as it is.
    """
    parameters = list(model.parameters())
    if any(not p.is_floating_point() or p.element_size() == 1 for p in parameters):
        return
    for parameter in parameters:
        if parameter.dtype in (torch.float16, torch.bfloat16):
            parameter.data = parameter.data.to(dtype)


def _stored_whole(folder: ModelFolder) -> tuple[str, ...]:
    """Parts that a checkpoint does not hold as codes; transformers quantises a head if it is not told otherwise."""
    coded = {n.split(".", 1)[0] for n, t in folder.tensors.items() if n.endswith(".weight") and t.dtype in ("U8", "I8")}
    return tuple(name for name in WHOLE if name not in coded)


def _require_layers(built: PreTrainedConfig, folder: ModelFolder) -> None:
    """Refuse an architecture without a layer that bitsandbytes replaces: it would be loaded whole, without a word."""
    with torch.device("meta"):
        model = classifier_class(type(built))(built)
    if not any(type(module) in (nn.Linear, Conv1D) for module in model.backbone.modules()):
        raise ConfigError(
            f"'{folder.path.name}' cannot be quantised: {type(model.backbone).__name__} has no linear layer of torch's "
            "own class, which is all that bitsandbytes replaces.",
            fix="set quantisation to 'none', or choose another model.",
        )


def _check(config: BaseModelConfig, folder: ModelFolder, stored: str | None) -> None:
    if stored is not None and config.quantisation.is_used:
        raise ConfigError(
            f"quantisation '{config.quantisation.name}' is asked for, and the weights in '{folder.path}' are stored "
            f"quantised by {stored} already.",
            fix="set quantisation to 'none', or give the checkpoint that it was made from.",
        )
    if config.reinitialize_n_layers_of_backbone:
        raise ConfigError(
            "reinitialize_n_layers_of_backbone starts layers anew, and quantised weights cannot be started anew.",
            fix="set quantisation to 'none', or leave the layers as they are.",
        )


def _library_config(quantisation: Quantisation) -> BitsAndBytesConfig:
    """transformers' own config; sub-modules are named from the classifier down."""
    if quantisation.bits == 8:
        return BitsAndBytesConfig(
            load_in_8bit=True, llm_int8_threshold=quantisation.outlier_threshold, llm_int8_skip_modules=list(WHOLE)
        )
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=quantisation.type,
        bnb_4bit_use_double_quant=quantisation.double_quantisation,
        bnb_4bit_compute_dtype=getattr(torch, quantisation.compute_dtype or "float32"),
        llm_int8_skip_modules=list(WHOLE),
    )
