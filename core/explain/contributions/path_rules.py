"""What becomes of a torch function along a frozen path: by what it does, whatever module calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.explain.probe import at_least_float32

#: Inputs below this have no ratio; what they add is of that size.
TINY = 1e-6
WEIGHS = ("softmax",)
MEASURES = ("rsqrt", "sqrt", "std", "var", "norm", "vector_norm", "reciprocal")
OPENS = ("sigmoid", "sigmoid_", "hardsigmoid", "softplus")
ACTIVATES = (
    *("gelu", "relu", "relu_", "relu6", "silu", "silu_", "leaky_relu", "elu", "selu", "celu", "mish"),
    *("hardswish", "hardtanh", "tanh", "tanh_", "erf", "square", "pow", "__pow__"),
)
NORMALISES = ("rms_norm", "normalize")
MULTIPLIES = ("mul", "mul_", "multiply", "__mul__", "__imul__", "__rmul__")
#: Where a bias stands among the arguments.
BIASES = {"linear": 2, "conv1d": 2, "conv2d": 2, "addmm": 0, "baddbmm": 0}
#: What makes new states: an activation behind it is another one.
MIXES = ("matmul", "__matmul__", "bmm", "einsum", "layer_norm", *BIASES)


@dataclass
class Call:
    """A torch function with what it was given; both may be replaced."""

    function: Callable[..., Any]
    arguments: list[Any]
    options: dict[str, Any]

    def run(self) -> Any:
        """What the function gives for what is held here."""
        return self.function(*self.arguments, **self.options)

    @property
    def carried(self) -> list[Tensor]:
        """What comes from the text, of all that was given."""
        return [given for given in (*self.arguments, *self.options.values()) if carries(given)]

    @property
    def in_place(self) -> bool:
        """Whether it writes into its first argument."""
        name = self.function.__name__
        return name.startswith("__i") or (name.endswith("_") and not name.endswith("__"))

    def held(self, place: int, name: str) -> None:
        """An argument, by place or name, taken as given."""
        if len(self.arguments) > place:
            self.arguments[place] = self.arguments[place].detach()
        elif name in self.options:
            self.options[name] = self.options[name].detach()


def as_it_is(call: Call) -> Any:
    """As it is; what is made of activated values alone, element by element, is activated."""
    return marked_as(call.carried, call)


def marked_as(given: list[Tensor], call: Call) -> Any:
    """What a call gives, activated where all that was given is."""
    result = call.run()
    if call.function.__name__ not in MIXES and all(map(is_activated, given)):
        for tensor in tensors(result):
            mark(tensor)
    return result


def as_given(call: Call) -> Any:
    """Taken as given."""
    result = call.run()
    return tuple(t.detach() for t in result) if isinstance(result, tuple) else result.detach()


def opened(call: Call) -> Tensor:
    """A gate: taken as given, and what it is multiplied with is activated by it."""
    return mark(call.run().detach())


def attended(call: Call) -> Tensor:
    """Queries and keys as given; the values carry."""
    call.held(0, "query")
    call.held(1, "key")
    result: Tensor = call.run()
    return result


def activated(call: Call) -> Any:
    """f(x) by its ratio to x; of a power that divides the value as given."""
    if call.function.__name__ in ("pow", "__pow__"):
        exponent = call.arguments[1] if len(call.arguments) > 1 else call.options.get("exponent")
        if not carries(call.arguments[0]) or not isinstance(exponent, int | float) or exponent == 1:
            return call.run()
        if exponent < 0:
            return as_given(call)
    return mark(by_ratio(call))


def by_ratio(call: Call) -> Tensor:
    """x times f(x) / x, the ratio taken as given."""
    x: Tensor = call.arguments[0]
    call.arguments[0] = x.detach().clone()  # some functions write into what they are given
    with torch.no_grad():
        given, result = at_least_float32(x), at_least_float32(call.run())
        tiny = given.abs() <= TINY
        ratio = torch.where(tiny, 0.5, result / torch.where(tiny, 1.0, given))
    return x * ratio.to(x.dtype)


def multiplied(call: Call) -> Any:
    """Of two factors that both come from the text the activated one is taken as given."""
    first, second = call.arguments[:2]
    activated = is_activated(first) or is_activated(second)
    if carries(first) and carries(second) and activated:
        place = 1 if is_activated(second) else 0
        call.arguments[place] = call.arguments[place].detach()
    result = call.run()
    return mark(result) if activated else result


def carries(given: object) -> bool:
    """Whether it comes from the text."""
    return isinstance(given, Tensor) and given.requires_grad


def is_activated(given: object) -> bool:
    """Whether an activation made it, and nothing has mixed it since."""
    return bool(getattr(given, "_is_activated", False))


def mark(tensor: Tensor) -> Tensor:
    """The same, as activated."""
    tensor._is_activated = True  # type: ignore[attr-defined]
    return tensor


def tensors(result: object) -> Iterator[Tensor]:
    """The tensors that a function gave."""
    for given in result if isinstance(result, tuple | list) else (result,):
        if isinstance(given, Tensor):
            yield given


#: The rule of each function that does more than pass; sums and biases are the path's own.
RULES: dict[str, Callable[[Call], Any]] = {
    **dict.fromkeys((*WEIGHS, *MEASURES), as_given),
    **dict.fromkeys(OPENS, opened),
    **dict.fromkeys(ACTIVATES, activated),
    **dict.fromkeys(NORMALISES, by_ratio),
    **dict.fromkeys(MULTIPLIES, multiplied),
    "scaled_dot_product_attention": attended,
}
