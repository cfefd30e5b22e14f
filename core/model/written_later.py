"""Weights that are made when they are written, one after the other: what is saved changed is never there twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_map_only

#: What is written in the place of a parameter or buffer that is held.
AsWritten = Callable[[Tensor], Tensor]

#: What may be asked of a tensor that is not made yet: how it will be, and where it is held.
_LOOKS = frozenset(
    {
        *(Tensor.size, Tensor.stride, Tensor.dim, Tensor.numel, Tensor.nelement, Tensor.element_size),
        *(Tensor.data_ptr, Tensor.untyped_storage, Tensor.storage_offset, Tensor.is_contiguous),
        *(getattr(Tensor, name).__get__ for name in ("shape", "dtype", "device", "layout", "nbytes", "is_sparse")),
    }
)


class WrittenLater(Tensor):
    """A tensor that is held, and how that is made which is written for it.

    transformers splits a state by shapes into files, and asks each tensor of a file for `contiguous()` right before it
    writes that file: there it is made. Whatever else computes with one gets it made as well.
    """

    make: Callable[[], Tensor]

    @classmethod
    def __torch_function__(
        cls, func: Any, types: Iterable[type], args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if func in _LOOKS:
            with torch._C.DisableTorchFunctionSubclass():
                return func(*args, **(kwargs or {}))
        args, kwargs = tree_map_only(WrittenLater, lambda tensor: tensor.make(), (args, dict(kwargs or {})))
        return func(*args, **kwargs)


def state_as_written(model: nn.Module, as_written: AsWritten) -> dict[str, Tensor]:
    """A model's state, of which each tensor becomes what is written when its file is."""
    held: dict[str, Any] = model.state_dict(keep_vars=True)  # some libraries keep words among the tensors
    return {name: _later(value, as_written) if isinstance(value, Tensor) else value for name, value in held.items()}


def _later(tensor: Tensor, as_written: AsWritten) -> Tensor:
    made = torch.Tensor._make_subclass(WrittenLater, tensor.detach())
    made.make = partial(as_written, tensor)
    return made
