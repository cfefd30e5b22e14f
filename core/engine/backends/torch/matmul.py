"""Which library multiplies the matrices of linear layers on a CPU.

torch gives them to MKL, which has no AVX-512 code for processors of AMD; oneDNN, which torch carries too, writes its
code for the processor at hand and is twice as quick there. So both are asked once, and the quicker one is taken.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

#: oneDNN must be so many times as quick: where both are alike, torch's own way stays.
CLEARLY = 1.2

_TRIES, _TOKENS, _WIDTH = 5, 256, 512


def quick_products() -> AbstractContextManager[Any]:
    """Linear layers within, in this thread, are computed by the quicker library; no gradients."""
    return _OneDnn() if one_dnn_is_quicker() else nullcontext()


def multiply(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """As `torch.nn.functional.linear`, by the quicker library: float32 on a CPU, no gradients."""
    return one_dnn(x, weight, bias) if one_dnn_is_quicker() else functional.linear(x, weight, bias)


@lru_cache(maxsize=1)
def one_dnn_is_quicker() -> bool:
    """Measured at the first call, in some milliseconds."""
    if not has_one_dnn():
        return False
    x, weight = torch.ones(_TOKENS, _WIDTH), torch.ones(_WIDTH, _WIDTH)
    with torch.inference_mode():
        one_dnn(x, weight), functional.linear(x, weight)  # warm up
        pairs = [(_seconds(one_dnn, x, weight), _seconds(functional.linear, x, weight)) for _ in range(_TRIES)]
    ours, usual = (min(column) for column in zip(*pairs, strict=True))
    return bool(ours * CLEARLY < usual)


def has_one_dnn() -> bool:
    """Whether this build of torch has the operator that `torch.compile` gives linear layers to."""
    return bool(torch.backends.mkldnn.is_available()) and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def one_dnn(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """As `torch.nn.functional.linear`, float32 on a CPU: (..., in), (out, in), (out,) -> (..., out)."""
    bias = None if bias is None else bias.contiguous()  # it reads another as if it were
    output: Tensor = torch.ops.mkldnn._linear_pointwise.default(x, weight, bias, "none", [], "")
    return output


class _OneDnn(TorchFunctionMode):
    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is functional.linear and not kwargs and _fits(*args):
            return one_dnn(*args)
        return func(*args, **(kwargs or {}))


def _fits(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> bool:
    given = (x, weight) if bias is None else (x, weight, bias)
    usual = weight.dim() == 2 and weight.shape[1] > 0 and (bias is None or bias.shape == weight.shape[:1])
    return usual and all(arg.dtype == torch.float32 and arg.device.type == "cpu" for arg in given)


def _seconds(multiply: Any, x: Tensor, weight: Tensor) -> float:
    began = time.perf_counter()
    multiply(x, weight)
    return time.perf_counter() - began
