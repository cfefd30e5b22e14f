"""Running a model that has no weights, whose code now and then asks a tensor for a value."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode


class Valueless(TorchDispatchMode):
    """A value that code asks of a tensor without values is nothing, within the block and in its own thread.

    So no token is padding or of a special kind, and no length is beyond a bound: what code asks such questions about.
    """

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is torch.ops.aten._local_scalar_dense.default and args[0].is_meta:
            dtype = args[0].dtype
            return 0.0 if dtype.is_floating_point else False if dtype == torch.bool else 0
        return func(*args, **(kwargs or {}))
