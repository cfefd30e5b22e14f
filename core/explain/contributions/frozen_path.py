"""The path that one text takes through a model, held: along it every output is linear in the input embeddings.

After the frozen path of arXiv 2505.24293, for any architecture: it is told what to hold by what a torch function does,
not by the names of modules. Held at this text's values are

- what weighs: softmax, and with it queries and keys;
- what measures: the root and the deviation by which a norm divides;
- what opens or shuts: the activated factor of a product, a sigmoid;
- of an activation that stands alone the ratio f(x) / x.

All else (matrix products, sums, products with weights) is linear as it is. What is added and does not come from the
text (biases, embeddings of positions) is recorded: its share is its own gradient times it, and no remainder. A family
that does something else is not linear here, which shows in the sum of the shares.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from core.explain.contributions.path_rules import BIASES, RULES, Call, as_it_is, carries, marked_as
from core.explain.probe import at_least_float32

_ADDS = ("add", "add_", "__add__", "__iadd__", "__radd__", "sub", "sub_", "rsub", "__sub__", "__isub__", "__rsub__")


class FrozenPath(TorchFunctionMode):
    """While it is entered, in this thread alone, what comes from a tensor that requires gradients goes along the path.

    Attributes:
        constants: what was added that does not come from the text, as leaves that take a gradient.
    """

    def __init__(self) -> None:
        super().__init__()
        self.constants: list[Tensor] = []
        own = dict.fromkeys(_ADDS, self._added) | dict.fromkeys(BIASES, self._biased)
        self._rules = {**RULES, **own, "layer_norm": self._layer_norm}

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """One function on its way."""
        call = Call(func, list(args), dict(kwargs or {}))
        if not torch.is_grad_enabled() or not call.carried:
            return call.run()
        name = getattr(func, "__name__", "")
        return self._rules[name](call) if name in self._rules else as_it_is(call)

    def _constant(self, value: Tensor) -> Tensor:
        leaf = value.detach().clone().requires_grad_(True)
        self.constants.append(leaf)
        return leaf

    def _added(self, call: Call) -> Any:
        """Sums and differences: a summand that does not come from the text is a constant."""
        pair, carried = call.arguments[:2], call.carried
        for place, other in enumerate(reversed(pair)):
            value = pair[place]
            if not carries(other) or carries(value) or (place == 0 and call.in_place):
                continue
            if isinstance(value, int | float):
                value = torch.tensor(float(value), dtype=other.dtype, device=other.device)
            if isinstance(value, Tensor) and value.is_floating_point():
                call.arguments[place] = self._constant(value)
        return marked_as(carried, call)

    def _biased(self, call: Call) -> Any:
        place = BIASES[call.function.__name__]
        if len(call.arguments) > place:
            bias = call.arguments[place]
            call.arguments[place] = self._constant(bias) if isinstance(bias, Tensor) and not carries(bias) else bias
        elif isinstance(call.options.get("bias"), Tensor):
            call.options["bias"] = self._constant(call.options["bias"])
        return call.run()

    def _layer_norm(self, call: Call) -> Tensor:
        """(x - mean) / held deviation x weight + bias, for `layer_norm(x, shape, weight, bias, eps)`."""
        names = ("input", "normalized_shape", "weight", "bias", "eps")
        given = {"weight": None, "bias": None, "eps": 1e-5, **dict(zip(names, call.arguments, strict=False))}
        given |= call.options
        x, axes = given["input"], tuple(range(-len(tuple(given["normalized_shape"])), 0))
        centred = x - x.mean(axes, keepdim=True)
        wide = at_least_float32(centred.detach())
        scale = (wide.pow(2).mean(axes, keepdim=True) + given["eps"]).rsqrt()
        result: Tensor = centred * scale.to(x.dtype)
        result = result if given["weight"] is None else result * given["weight"]
        return result if given["bias"] is None else result + self._constant(given["bias"])
