"""Two checkpoints as a map: how much of each module changed, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.figures.clickable_cells import Place
from core.figures.layer_map import layer_map
from core.figures.style import PALETTES, Theme, scale, whole
from core.figures.ticks import step_of
from core.results import UNCHANGED, CheckpointDiff, TensorDiff, TensorStatus
from core.results.weights import row_name

#: The first row of the map: a layer's tensors together.
WHOLE = "the whole layer"
#: What stands in the cells that no colour can tell apart, and what it means; in maps of at most so many layers.
SIGNS = {
    TensorStatus.EQUAL: "=",
    TensorStatus.SAME_VALUES: "=",
    TensorStatus.ROUNDED: "≈",
    TensorStatus.OTHER_SHAPE: "×",
    TensorStatus.NOT_COMPARED: "×",
    TensorStatus.ONLY_FIRST: "–",
    TensorStatus.ONLY_SECOND: "–",
}
MEANING = {
    "=": "equal",
    "≈": "equal once rounded",
    "≠": "changed by no finite amount",
    "×": "another shape or type",
    "–": "only in one",
}
SIGNED_LAYERS = 40


def sign(t: TensorDiff) -> str:
    """What stands in a tensor's cell; nothing where the colour says it."""
    unmeasured = t.status is TensorStatus.CHANGED and not t.relative > 0
    return "≠" if unmeasured else SIGNS.get(t.status, "")


def legend(result: CheckpointDiff) -> str:
    """The signs that occur, in words."""
    used = {sign(t) for t in result.tensors if t.layer is not None} if result.depth <= SIGNED_LAYERS else set()
    return ", ".join(f"{mark} {words}" for mark, words in MEANING.items() if mark in used)


def rows(result: CheckpointDiff) -> tuple[str, ...]:
    """The rows of the map, from above: whole layers of each stack, then modules."""
    return (*whole_rows(result), *result.modules)


def whole_rows(result: CheckpointDiff) -> dict[str, str]:
    """The rows of whole layers, each with its stack."""
    return {row_name(stack, WHOLE): stack for stack in result.stacks} or {WHOLE: ""}


def changes(result: CheckpointDiff, chosen: TensorDiff, theme: Theme, *, logarithmic: bool) -> go.Figure:
    """Relative change of every module in every layer; the chosen tensor framed. Markers hear the clicks: x, y."""
    names = rows(result)
    row_of = {module: i for i, module in enumerate(names)}
    inside = [(t, (t.layer, row_of[t.row])) for t in result.tensors if t.layer is not None]
    values, signs = _cells(result, inside, len(names))
    layers = [(layer, row) for row, stack in enumerate(whole_rows(result).values()) for layer in _depth(result, stack)]
    details = [(f"layer {x}, all that could be compared", _change(values[y, x]), "") for x, y in layers]
    details += [(whole(t.short_name), _change(t.relative), t.status.value) for t, _ in inside]
    font = {"size": 13, "color": PALETTES[theme].ink}
    signed = {"text": signs, "texttemplate": "%{text}", "textfont": font} if result.depth <= SIGNED_LAYERS else {}
    return layer_map(
        _shown(values, logarithmic),
        names,
        marks=[*layers, *(at for _, at in inside)],
        details=details,
        hover="%{customdata[0]}<br>%{customdata[1]}<br>%{customdata[2]}<extra></extra>",
        chosen=None if chosen.layer is None else (chosen.layer, row_of[chosen.row]),
        theme=theme,
        height=max(260, min(900, 90 + 34 * len(names))),
        colorscale=scale(PALETTES[theme].rising),
        **_range(values, logarithmic),
        **signed,
    )


def _cells(
    result: CheckpointDiff, inside: Sequence[tuple[TensorDiff, Place]], count: int
) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Relative changes and signs (rows, layers): whole layers in the first rows, then the tensors at their places."""
    values = np.full((count, result.depth), np.nan)
    signs = np.full(values.shape, "", dtype=object)
    for t, (layer, row) in inside:
        values[row, layer] = t.relative
        signs[row, layer] = sign(t)
    for row, stack in enumerate(whole_rows(result).values()):
        for layer in _depth(result, stack):
            values[row, layer] = result.change_of_layer(layer, stack)
            if not values[row, layer] > 0:
                statuses = {t.status for t, (x, _) in inside if (x, t.stack) == (layer, stack)}
                same = "=" if statuses <= set(UNCHANGED) else ""
                signs[row, layer] = "≠" if TensorStatus.CHANGED in statuses else same
    return values, signs


def _depth(result: CheckpointDiff, stack: str) -> range:
    """The layers of a stack."""
    return range(result.stacks.get(stack, 0))


def _shown(values: np.ndarray[Any, Any], logarithmic: bool) -> np.ndarray[Any, Any]:
    """What the colours show: the change, one without measure as the largest there is; or its decimal logarithm."""
    finite = np.where(np.isinf(values), _largest(values), values)
    if not logarithmic:
        return finite
    return np.log10(finite, out=np.full_like(finite, np.nan), where=finite > 0)


def _range(values: np.ndarray[Any, Any], logarithmic: bool) -> dict[str, Any]:
    largest = _largest(values)
    if not logarithmic:
        step = step_of(largest)
        ticks = [i * step for i in range(math.floor(largest / step + 1e-9) + 1)]
        return {"zmin": 0, "zmax": largest, "colorbar": _percents(ticks)}
    known = values[np.isfinite(values) & (values > 0)]
    high = math.log10(largest)
    low = min(math.log10(known.min()) if known.size else high, high - 1)
    decades = [10.0**d for d in range(math.ceil(low), math.floor(high) + 1)]
    bar = _percents(decades)
    return {"zmin": low, "zmax": high, "colorbar": {**bar, "tickvals": [math.log10(d) for d in decades]}}


def _percents(values: list[float]) -> dict[str, Any]:
    return {"tickvals": values, "ticktext": [f"{100 * value:.6g} %" for value in values]}


def _largest(values: np.ndarray[Any, Any]) -> float:
    known = values[np.isfinite(values)]
    return float(known.max(initial=0.0)) or 1.0


def _change(value: float) -> str:
    if math.isnan(value):
        return "no change can be told"
    return "from zero" if math.isinf(value) else f"{value:.3%} of its norm"
