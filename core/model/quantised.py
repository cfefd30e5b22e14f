"""Backbones whose linear layers are held in 8 or 4 bits: what they weigh, and the numbers that they stand for.

Two habits of bitsandbytes on a CPU are turned off here (`prepare`). With AVX-512 it rearranges 4-bit weights in their
first pass, each module into a copy of its own, rounds their scales and inputs to bfloat16, gives no gradient from then
on, and misplaces the scales as soon as a state dict is asked for: adapters of one base would neither share its weights
nor read the same numbers. And an 8-bit layer moves its scales in its first pass, which two threads may begin at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

#: What transformers writes on a model that it quantised, and PEFT reads to choose its layers.
NOTES = ("hf_quantizer", "quantization_method", "is_loaded_in_4bit", "is_loaded_in_8bit", "is_quantized")

_CLASSES: dict[str, Literal[4, 8]] = {"Params4bit": 4, "Int8Params": 8}


def prepare(model: PreTrainedModel) -> None:
    """Right after a model was opened: what its layers would do in their first pass is done, or will not be.

    Pooler and head that a checkpoint stores as codes become numbers.
    """
    for name in outside_backbone(model):
        model.set_submodule(name, whole_layer(model.get_submodule(name), model.dtype))
    for _, module in quantised_layers(model):
        layer: Any = module
        if _bits(module) == 8:
            layer.init_8bit_state = partial(_move_scales, layer)
            layer.init_8bit_state()
        elif hasattr(layer, "support_avx512bf16_for_cpu"):
            layer.support_avx512bf16_for_cpu = False
    if all(p.device.type == "cpu" for p in model.parameters()):
        vars(model).pop("hf_device_map", None)  # or saving would take all of it for offloaded
        _leave_files(model)


def _leave_files(model: nn.Module) -> None:
    """Whole weights are copied off the files that they are mapped from, which else stay in memory with all the rest."""
    if next(quantised_layers(model), None) is not None:
        for parameter in model.parameters():
            if parameter.is_floating_point():
                parameter.data = parameter.data.clone()


def _move_scales(layer: Any) -> None:
    """`Linear8bitLt.init_8bit_state`, but for scales that were moved before: PEFT's DoRA makes the weight anew."""
    weight, state = layer.weight, layer.state
    state.CB = weight.data if weight.CB is None else weight.CB
    state.SCB = state.SCB if weight.SCB is None else weight.SCB
    weight.CB = weight.SCB = None


def is_quantised(model: nn.Module) -> bool:
    """Whether weights of a model are held in fewer bits, whichever library did it."""
    return any(_bits(module) for module in model.modules()) or library_method(model) is not None


def library_method(model: nn.Module) -> str | None:
    """transformers' name of the method by which it quantised a model; None where it did not."""
    quantizer: Any = next((q for m in model.modules() if (q := vars(m).get("hf_quantizer")) is not None), None)
    method = getattr(getattr(quantizer, "quantization_config", None), "quant_method", None)
    return None if quantizer is None else str(getattr(method, "value", method))


def quantised_layers(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Layers that bitsandbytes holds, by name."""
    return ((name, module) for name, module in model.named_modules() if _bits(module))


def is_quantised_layer(module: nn.Module) -> bool:
    """Whether bitsandbytes holds the weight of this very module."""
    return _bits(module) is not None


def _bits(module: nn.Module) -> Literal[4, 8] | None:
    """How many bits of a weight its own parameter holds; None for all other modules, wrappers of PEFT included."""
    return _CLASSES.get(type(module._parameters.get("weight")).__name__)


def whole_weight(module: nn.Module) -> Tensor:
    """The weight of a layer as numbers, (out, in) as its class keeps them: codes times scales where it is quantised."""
    weight: Any = module.weight
    if _bits(module) is None:
        return weight.detach()  # type: ignore[no-any-return]
    from transformers.integrations.bitsandbytes import dequantize_bnb_weight

    with torch.no_grad():
        return dequantize_bnb_weight(weight, getattr(module, "state", None))  # type: ignore[no-any-return]


def parameter_count(model: nn.Module) -> int:
    """Numbers that a model's parameters stand for: one in each half byte of a 4-bit weight."""
    return sum(number_count(p) for p in model.parameters())


def number_count(parameter: Any) -> int:
    """Numbers that one parameter stands for."""
    state = getattr(parameter, "quant_state", None)
    return parameter.numel() if state is None else math.prod(state.shape)


def held_bytes(model: nn.Module) -> int:
    """Bytes of a model's parameters with the scales of quantised ones, and of buffers where codes are kept there."""
    size = sum(p.numel() * p.element_size() for p in model.parameters())
    size += sum(t.numel() * t.element_size() for _, module in quantised_layers(model) for t in _scales(module))
    if library_method(model) not in (None, "bitsandbytes"):
        size += sum(b.numel() * b.element_size() for b in model.buffers())
    return size


def _scales(module: Any) -> Iterator[Tensor]:
    """What is kept beside the codes of a layer."""
    owners: list[Any] = [getattr(module, "state", None), module.weight]
    if _bits(module) == 8:
        yield from [scale for owner in owners if (scale := getattr(owner, "SCB", None)) is not None][:1]
        return
    state = module.weight.quant_state
    while state is not None:
        yield from (t for t in (state.absmax, state.code, getattr(state, "offset", None)) if isinstance(t, Tensor))
        state = getattr(state, "state2", None)


def depends_on_company(model: nn.Module) -> bool:
    """Whether a text's result depends on others of its batch: LLM.int8 picks outlier columns over all of them."""
    layers: Any = [layer for _, layer in quantised_layers(model) if _bits(layer) == 8]
    return any(layer.state.threshold > 0 for layer in layers)


def misread_layers(model: nn.Module) -> list[str]:
    """Names of 4-bit layers that bitsandbytes reads with wrong scales on a CPU (0.50.2).

    Its kernel begins a block of scales with each row, and the codes do not where a row is no whole number of blocks.
    """
    layers: Any = quantised_layers(model)
    return [
        name
        for name, layer in layers
        if _bits(layer) == 4
        and layer.weight.device.type == "cpu"
        and layer.in_features % layer.weight.quant_state.blocksize
    ]


def rounding(model: nn.Module) -> torch.dtype | None:
    """The type to whose precision quantised layers round what they read; None where no layer is quantised.

    Eight bits by token are about as fine as bfloat16, which keeps eight bits of each value.
    """
    layer: Any = next((module for _, module in quantised_layers(model)), None)
    if layer is None:
        return None
    return torch.bfloat16 if _bits(layer) == 8 else getattr(layer, "compute_dtype", None)


def outside_backbone(model: PreTrainedModel) -> list[str]:
    """Names of quantised layers that are no part of the backbone: there should be none."""
    prefix = model.base_model_prefix + "."
    return [name for name, _ in quantised_layers(model) if not name.startswith(prefix)]


def whole_layer(layer: Any, dtype: torch.dtype) -> nn.Module:
    """A layer of numbers for one of codes; GPT-2's Conv1D, which keeps (in, out), is one again."""
    weight = whole_weight(layer).to(dtype)
    with torch.device("meta"):
        if issubclass(getattr(layer, "source_cls", nn.Linear), Conv1D):
            made: Any = Conv1D(layer.out_features, layer.in_features)
            weight = weight.T.contiguous()
        else:
            made = nn.Linear(layer.in_features, layer.out_features, bias=layer.bias is not None)
    made.weight = nn.Parameter(weight, requires_grad=False)
    if layer.bias is not None:
        made.bias = nn.Parameter(layer.bias.detach().to(dtype), requires_grad=False)
    return made.train(layer.training)  # type: ignore[no-any-return]
