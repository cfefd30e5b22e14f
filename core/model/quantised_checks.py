"""What a person should know of a quantised base: how it is held, how precise it is, what is left whole."""

from __future__ import annotations

from typing import Any

from transformers import PreTrainedModel

from core.model.quantised import (
    depends_on_company,
    library_method,
    misread_layers,
    outside_backbone,
    quantised_layers,
)
from core.results import Check, CheckStatus

_NAME = "Quantisation"


def quantisation_name(model: PreTrainedModel) -> str:
    """The short name of the codes in which a model's linear layers are held, or of its method; `none` without."""
    layer: Any = next((module for _, module in quantised_layers(model)), None)
    if layer is None:
        return library_method(model) or "none"
    state = getattr(layer.weight, "quant_state", None)
    if state is None:
        return "int8"
    return str(state.quant_type) + ("-double" if state.nested else "")


def quantisation_checks(model: PreTrainedModel) -> list[Check]:
    """Nothing for whole weights; else a note on the precision, or a refusal where a head is in codes."""
    name = quantisation_name(model)
    if name == "none":
        return []
    coded = outside_backbone(model)
    if coded:
        return [
            Check(
                _NAME,
                CheckStatus.REFUSED,
                f"{len(coded)} layers of pooler and head are quantised ('{coded[0]}' among them), which must not be.",
                "name them in llm_int8_skip_modules, and quantise the checkpoint again.",
            )
        ]
    held = Check(_NAME, CheckStatus.NOTE, f"{_held(model, name)} {_precision(model, name)}")
    misread = misread_layers(model)
    return [held, _misread(misread)] if misread else [held]


def _misread(names: list[str]) -> Check:
    return Check(
        _NAME,
        CheckStatus.WARNING,
        f"{len(names):,} layers ('{names[0]}' among them) have an input width that is no multiple of 64, and those "
        "bitsandbytes reads with wrong scales on a CPU: logits are transformers' own here, and far from a GPU's.",
        "set quantisation to 'int8' or 'none', or use a GPU.",
    )


def _held(model: PreTrainedModel, name: str) -> str:
    layers = sum(1 for _ in quantised_layers(model))
    dtype = str(model.dtype).removeprefix("torch.")
    what = f"{layers:,} linear layers of the backbone are held" if layers else "The backbone's weights are held"
    return f"{what} as {name}; embeddings, norms, pooler and head are whole, in {dtype}."


def _precision(model: PreTrainedModel, name: str) -> str:
    """In which type products are computed."""
    if name == "int8":
        company = " A text is read in a batch of its own, since outlier columns are chosen over a whole batch."
        words = "Inputs of these layers are rounded to float16, and then to 8 bits, by each token's largest value."
        return words + (company if depends_on_company(model) else "")
    layer: Any = next((module for _, module in quantised_layers(model)), None)
    dtype = getattr(layer, "compute_dtype", None)
    if dtype is None:
        return "Its library decides in which type products are computed."
    return f"Products are computed in {str(dtype).removeprefix('torch.')}."
