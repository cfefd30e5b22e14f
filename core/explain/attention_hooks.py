"""Hooks on a probe that see the attention maps of its layers while a text runs; each puts everything back.

A map is what a module inside a layer hands out beside its states, once eager attention runs: fused kernels never make
one. Families call these modules differently, so a map is known by what it is (see `_maps_in`), not by a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from torch import Tensor, nn

from core.explain.probe import Probe
from core.tasks.progress import Progress

#: Called with the layer's number, from 1, and its maps (H, T, T).
OnLayer = Callable[[int, Tensor], None]


@contextmanager
def eager(probe: Probe) -> Iterator[None]:
    """Eager attention, which has maps at all; then again what the probe ran before."""
    before = probe.backbone.config._attn_implementation
    try:
        probe.backbone.set_attn_implementation("eager")
        yield
    finally:
        probe.backbone.set_attn_implementation(before)


@contextmanager
def watching_maps(probe: Probe, requested: set[int], count: int, see: OnLayer) -> Iterator[None]:
    """Hooks inside the wanted layers, on every module that may hand out maps; families call theirs differently."""

    def hook_of(number: int) -> Callable[..., None]:
        def hook(_module: nn.Module, _args: Any, output: Any) -> None:
            result = _maps_in(output, count)
            if result is not None:
                see(number, result)

        return hook

    with ExitStack() as stack:
        for number, layer in enumerate(probe.layers, 1):
            if number in requested:
                for module in layer.modules():
                    if module is not layer and any(True for _ in module.children()):
                        stack.callback(module.register_forward_hook(hook_of(number)).remove)
        yield


@contextmanager
def reporting_layers(probe: Probe, on_progress: Progress) -> Iterator[None]:
    """Progress before each layer, which is also where a stop is heard."""
    depth = len(probe.layers)
    with ExitStack() as stack:
        for number, layer in enumerate(probe.layers):
            message = f"layer {number + 1} of {depth}"
            stack.callback(
                layer.register_forward_pre_hook(lambda *_, n=number, t=message: on_progress(n / depth, t)).remove
            )
        yield


def _maps_in(output: Any, count: int) -> Tensor | None:
    """(H, T, T) out of a module's output, when rows of non-negative numbers that sum to 1 are in it."""
    for part in output[1:] if isinstance(output, tuple) else ():
        if isinstance(part, Tensor) and part.dim() == 4 and part.shape[0] == 1 and part.shape[2:] == (count, count):
            rows = part[0, 0]
            if bool((rows >= 0).all()) and bool((rows.float().sum(dim=-1) - 1).abs().max() < 0.02):
                return part[0]
    return None
