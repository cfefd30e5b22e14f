"""What passes from layer to layer of a backbone, and what becomes of the last layer's states before the pooler."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import torch
from torch import Tensor, nn

from core.errors import CheckpointError


@contextmanager
def watching_layers(layers: Sequence[nn.Module], see: Callable[[int, Tensor], None]) -> Iterator[None]:
    """Calls `see` with 0 and what enters the first layer, then with i and what leaves layer i of L."""

    def entering(_module: nn.Module, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        see(0, args[0] if args else options["hidden_states"])

    def leaving(depth: int) -> Callable[..., None]:
        def hook(_module: nn.Module, _args: Any, output: Any) -> None:
            see(depth, first(output))

        return hook

    handles = [layers[0].register_forward_pre_hook(entering, with_kwargs=True)]
    handles += [layer.register_forward_hook(leaving(i)) for i, layer in enumerate(layers, 1)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def first(output: Any) -> Tensor:
    """Layers return a tensor, or a tuple or list that begins with it."""
    return cast(Tensor, output[0] if isinstance(output, tuple | list) else output)


def in_rows(states: Tensor, count: int) -> Tensor:
    """States of one text of so many tokens as (1, T, D), however its layers hold them.

    Some keep tokens on the first axis (T, 1, D), some no text axis (T, D), and some pad to whole windows on the right.
    """
    if states.dim() == 2:
        states = states.unsqueeze(0)
    elif states.dim() == 3 and states.shape[0] != 1 and states.shape[1] == 1:
        states = states.transpose(0, 1)
    return states[:, :count]


def final_norm(
    backbone: nn.Module, layers: Sequence[nn.Module], count: int, run: Callable[[], Tensor]
) -> Callable[[Tensor], Tensor] | None:
    """What makes of the last layer's states those that the pooler sees, (1, T, D) to (1, T, D); None: nothing does.

    `run` passes a text of so many tokens through the backbone, and gives what the pooler sees.

    Raises:
        CheckpointError: no single stack of layers, or something else behind it than norms and projections.
    """
    name, fix = type(backbone).__name__, "the class lens cannot be drawn for this architecture; the other views can."
    if not layers:
        raise CheckpointError(f"{name} has no single stack of layers.", fix=fix)
    steps = _final_steps(backbone, layers, count, run)
    if steps is None:
        raise CheckpointError(f"{name} does more than a norm between its last layer and the pooler.", fix=fix)

    def norm(states: Tensor) -> Tensor:
        for step in steps:
            states = first(step(states))
        return states

    return norm if steps else None


def _final_steps(
    backbone: nn.Module, layers: Sequence[nn.Module], count: int, run: Callable[[], Tensor]
) -> list[nn.Module] | None:
    """The modules that are passed after the last layer; None where something lies there that is no chain of them."""
    left: list[tuple[int, Tensor]] = []
    calls: list[tuple[nn.Module, Tensor, Tensor]] = []

    def called(module: nn.Module, given: tuple[Any, ...], output: Any) -> None:
        if given and isinstance(given[0], Tensor) and output is not None and isinstance(first(output), Tensor):
            calls.append((module, given[0], first(output)))

    inside = {module for layer in layers for module in layer.modules()}
    around = {module for module in backbone.modules() if any(layer in set(module.modules()) for layer in layers[:1])}
    handles = [m.register_forward_hook(called) for m in backbone.modules() if m not in inside | around]
    try:
        with watching_layers(layers, lambda depth, states: left.append((depth, in_rows(states, count)))):
            final = run()
    finally:
        for handle in handles:
            handle.remove()
    if [depth for depth, _ in left] != list(range(len(layers) + 1)):  # layers that are called otherwise than in order
        return None
    return _chain(left[-1][1], final, [(m, in_rows(a, count), in_rows(b, count)) for m, a, b in calls])


def _chain(state: Tensor, final: Tensor, calls: Sequence[tuple[nn.Module, Tensor, Tensor]]) -> list[nn.Module] | None:
    """Modules that lead from one to the other, in the order in which they ran."""
    chain: list[nn.Module] = []
    for module, given, output in calls:
        if torch.equal(state, final):
            break
        if torch.equal(given, state) and not torch.equal(output, state):
            with torch.inference_mode():
                if not torch.equal(first(module(state)), output):
                    return None
            chain.append(module)
            state = output
    return chain if torch.equal(state, final) else None
