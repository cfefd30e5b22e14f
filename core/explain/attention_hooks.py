"""Hooks on a probe that see the attention maps of its layers while a text runs; each puts everything back.

A map is what a module hands out beside its states, once eager attention runs: fused kernels never make one. Families
call these modules differently, so a map is known by what it is (see `maps_in`), not by a name. Older families hand it
out when asked for by `output_attentions`, and would then keep those of all layers: a hook leaves nothing in its place.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from core.explain.probe import Probe
from core.model.backbone import forward_parameters
from core.tasks.progress import Progress
from core.words.layers import layer_name

#: Called with the layer's number, from 0, and its maps (H, T, T).
OnLayer = Callable[[int, Tensor], None]


@contextmanager
def eager(probe: Probe) -> Iterator[dict[str, Any]]:
    """Eager attention, which has maps at all; then again what the probe ran before. Gives the options of the pass."""
    before = probe.backbone.config._attn_implementation
    try:
        probe.backbone.set_attn_implementation("eager")
        yield {"output_attentions": True} if _asked_for(probe) else {}
    finally:
        probe.backbone.set_attn_implementation(before)


@contextmanager
def watching_maps(probe: Probe, requested: set[int], count: int, see: OnLayer) -> Iterator[None]:
    """Hooks on every module that may hand out maps; `see` gets the first of each wanted layer.

    Where there is no stack of layers (one layer run again and again) maps are counted as they come.
    """
    came = _Came(requested, see)
    drops = _asked_for(probe)

    def hook_of(number: int | None) -> Callable[..., Any]:
        reach = _reach(probe, number)

        def hook(_module: nn.Module, _args: Any, output: Any) -> Any:
            for place in range(1, len(output) if isinstance(output, tuple | list) else 0):
                maps = maps_in(output[place], count, reach, output[place + 1 :])
                if maps is not None:
                    came.maps(number, maps, output[place])
                    parts = [*output[:place], maps.new_empty(0, 0, 0, 0), *output[place + 1 :]]
                    return None if not drops else parts if isinstance(output, list) else tuple(parts)
            return None

        return hook

    layers: list[tuple[int | None, nn.Module]] = [*enumerate(probe.stack)] or [(None, probe.backbone)]
    with ExitStack() as stack:
        for number, layer in layers:
            for module in layer.modules():
                if any(True for _ in module.children()):
                    stack.callback(module.register_forward_hook(hook_of(number)).remove)
        yield


class _Came:
    """Which maps came so far; a wrapper around an attention hands out the same ones once more."""

    def __init__(self, requested: set[int], see: OnLayer) -> None:
        self._requested, self._see = requested, see
        self._layers: list[int] = []
        self._last: weakref.ref[torch.UntypedStorage] | None = None

    def maps(self, number: int | None, maps: Tensor, part: Tensor) -> None:
        """Maps of a layer, or of the next one where `number` is None."""
        storage = part.untyped_storage()
        again = self._last is not None and self._last() is storage
        layer = number if number is not None else len(self._layers)
        if again or layer in self._layers:
            return
        self._last = weakref.ref(storage)
        self._layers.append(layer)
        if layer in self._requested:
            self._see(layer, maps)


@contextmanager
def reporting_layers(probe: Probe, on_progress: Progress) -> Iterator[None]:
    """Progress before each layer, which is also where a stop is heard."""
    depth = len(probe.stack)
    with ExitStack() as stack:
        for number, layer in enumerate(probe.stack):
            message = f"{layer_name(number)}, up to {depth - 1}"
            stack.callback(
                layer.register_forward_pre_hook(lambda *_, n=number, t=message: on_progress(n / depth, t)).remove
            )
        yield


def maps_in(part: Any, count: int, reach: int | None = None, more: Sequence[Any] = ()) -> Tensor | None:
    """(H, T, T) out of what a module hands out, where that holds maps of a text of so many tokens; else None.

    Maps are numbers from 0 on, and a row sums to 1, or to less with an attention sink. They come as (1, H, T, T), as
    (T, T, 1, H) from XLNet, and from Longformer as (1, T, H, G + 2 w + 1): the first G tokens, which all read, and the
    w keys on either side of each. `reach` is that w; what the first G read themselves is handed out behind, in `more`.
    """
    if not (isinstance(part, Tensor) and part.dim() == 4 and part.is_floating_point()):
        return None
    shape, maps = tuple(part.shape), None
    if shape[0] == 1 and shape[2:] == (count, count):
        maps = part[0]
    elif shape[2] == 1 and shape[:2] == (count, count):
        maps = part[:, :, 0].permute(2, 0, 1)
    elif reach is not None and shape[0] == 1 and shape[1] >= count and shape[3] > 2 * reach:
        maps = _placed(part[0, :count].permute(1, 0, 2), reach, more)
    if maps is None:
        return None
    rows, sums = maps[0], maps[0].float().sum(dim=-1)
    return maps if bool((rows >= 0).all()) and bool((sums > 0).all()) and bool((sums < 1.02).all()) else None


def _placed(windows: Tensor, reach: int, more: Sequence[Any]) -> Tensor:
    """(H, T, G + 2 w + 1), the last by distance from w keys before to w behind -> (H, T, T) by place."""
    heads, count, width = windows.shape
    everywhere = width - 2 * reach - 1
    wide = windows.new_zeros(heads, count, count + 2 * reach)  # row i begins w places before the text
    stride = wide.stride()
    wide.as_strided((heads, count, 2 * reach + 1), (stride[0], stride[1] + 1, 1)).copy_(windows[..., everywhere:])
    maps = wide[:, :, reach : reach + count]
    if everywhere and more and isinstance(more[0], Tensor):
        maps[:, :, :everywhere] += windows[..., :everywhere]
        maps[:, :everywhere] = more[0][0, :, :everywhere, :count]
    return maps


def _reach(probe: Probe, number: int | None) -> int | None:
    """How many keys a token of a layer reads on either side, where a config says so (Longformer); else None."""
    windows = getattr(probe.backbone.config, "attention_window", None)
    if isinstance(windows, list | tuple):
        windows = windows[number or 0] if len(windows) > (number or 0) else None
    return windows // 2 if isinstance(windows, int) else None


def _asked_for(probe: Probe) -> bool:
    """Whether the architecture hands out maps on request only."""
    return "output_attentions" in forward_parameters(type(probe.backbone))
