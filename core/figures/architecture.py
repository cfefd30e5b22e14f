"""An architecture as figures: where the parameters are, what is trained, and what length costs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal, assert_never

import numpy as np
import plotly.graph_objects as go

from core.figures.layer_map import layer_map
from core.figures.style import PALETTES, Theme, finish, name, whole
from core.results import Architecture, Costs, FreezeCell, ModuleNode, Status
from core.words.sizes import size, tick

Colours = Literal["kind", "training"]
COLOURS: tuple[Colours, ...] = ("kind", "training")
Kind = Literal["embeddings", "attention", "feed-forward", "norms", "pooler and head", "other"]
KINDS: tuple[Kind, ...] = ("embeddings", "attention", "feed-forward", "norms", "pooler and head", "other")
STATUSES: tuple[Status, ...] = ("frozen", "adapted", "partly trained", "trained")
#: Stands for the whole model among the treemap's places.
_ROOT = "/"


def kind_of(node: ModuleNode) -> Kind:
    """What a module is for, by the names that the library's families give."""
    parts, last = node.path.lower().split("."), node.name.lower()
    if "norm" in node.kind.lower() or "norm" in last:
        return "norms"
    if {"score", "pooler", "lm_head", "classifier"} & set(parts):
        return "pooler and head"
    if any("embed" in part or part in ("wte", "wpe") for part in parts):
        return "embeddings"
    if any("attn" in part or "attention" in part for part in parts):
        return "attention"
    inside = any(part.isdigit() for part in parts)
    return "feed-forward" if inside and node.unit else "other"


def treemap(result: Architecture, colours: Colours, theme: Theme) -> go.Figure:
    """Layers, and every module that holds parameters, as areas in proportion to them; a click goes into a layer.

    What an adapter replaced whole, and PEFT keeps beside it, has no area.
    """
    nodes, replaced = _shown(result.nodes), result.replaced
    places, used = {n.path for n in nodes}, {n.path: n.total - replaced[n.path] for n in nodes}
    tints, palette = _tints(theme), PALETTES[theme]
    figure = go.Figure(
        go.Treemap(
            ids=[n.path or _ROOT for n in nodes],
            parents=["" if not n.path else next(p for p in _around(n.path) if p in places) or _ROOT for n in nodes],
            labels=[_label(n, result) for n in nodes],
            values=[used[n.path] for n in nodes],
            branchvalues="total",
            customdata=[(whole(n.path or n.kind), n.kind, n.status, n.trained / used[n.path]) for n in nodes],
            texttemplate=[("%{label}<br>" if n.unit else "%{label}, ") + "%{percentRoot:.1%}" for n in nodes],
            hovertemplate="%{customdata[0]}<br>%{customdata[1]}, %{customdata[2]}<br>%{value:,} parameters, "
            "%{percentRoot:.2%} of the model<br>%{customdata[3]:.1%} of them trained<extra></extra>",
            marker={
                "colors": [_tint(n, colours, tints, palette.ground) for n in nodes],
                "pad": {"t": 26, "l": 2, "r": 2, "b": 2},
                "line": {"width": 1, "color": palette.ground},
            },
            textfont={"size": 12},
            pathbar={"thickness": 24, "textfont": {"size": 12, "color": palette.ink}},
            tiling={"pad": 1},
            root={"color": palette.ground},
            sort=False,
        )
    )
    return finish(figure, theme, 480, uniformtext={"minsize": 11, "mode": "hide"})


def legend(colours: Colours, result: Architecture, theme: Theme) -> list[tuple[str, str]]:
    """Words and colours of what the treemap or the freeze map holds, in a fixed order."""
    tints = _tints(theme)
    nodes = [n for n in _shown(result.nodes) if n.unit]
    match colours:
        case "kind":
            held: set[str] = {kind_of(n) for n in nodes}
            return [(word, tints[word]) for word in KINDS if word in held]
        case "training":
            held = {n.status for n in nodes}
            return [(word, tints[word]) for word in STATUSES if word in held]
        case _:
            assert_never(colours)


def freeze_map(result: Architecture, chosen: FreezeCell | None, theme: Theme) -> go.Figure:
    """Layer by module: frozen, adapted, trained. Markers hear the clicks: x, y."""
    rows = result.modules
    inside = [c for c in result.cells if c.layer is not None]
    depth = 1 + max(c.layer or 0 for c in inside)
    values = np.full((len(rows), depth), np.nan)
    for c in inside:
        values[rows.index(c.module), c.layer or 0] = STATUSES.index(c.status)
    tints = _tints(theme)
    steps = [[edge / len(STATUSES), tints[word]] for i, word in enumerate(STATUSES) for edge in (i, i + 1)]
    place = None
    if chosen is not None and chosen.layer is not None:
        place = (chosen.layer, rows.index(chosen.module))
    return layer_map(
        values,
        rows,
        marks=[(c.layer or 0, rows.index(c.module)) for c in inside],
        details=[(whole(c.path), c.status, c.parameters, c.trained) for c in inside],
        hover="%{customdata[0]}<br>%{customdata[1]}<br>%{customdata[2]:,} parameters, %{customdata[3]:,} trained"
        "<extra></extra>",
        chosen=place,
        theme=theme,
        height=max(200, min(700, 80 + 26 * len(rows))),
        colorscale=steps,
        zmin=-0.5,
        zmax=len(STATUSES) - 0.5,
        showscale=False,
    )


def by_length(spent: Sequence[Costs], chosen: int, theme: Theme) -> go.Figure:
    """Memory of the KV cache and of attention maps over the length of a text, both axes logarithmic."""
    figure = go.Figure()
    lines = (("attention maps, all layers", [c.attention for c in spent]), ("KV cache", [c.kv_cache for c in spent]))
    for words, values in lines:
        if any(values):
            figure.add_scatter(
                x=[c.tokens for c in spent],
                y=values,
                mode="lines+markers",
                name=words,
                line={"width": 2.5},
                customdata=[size(v or 0) for v in values],
                hovertemplate=words + "<br>%{x:,} tokens: %{customdata}<extra></extra>",
            )
    figure.add_vline(x=chosen, line={"color": PALETTES[theme].muted, "width": 1, "dash": "dot"})
    finish(figure, theme, 320, xaxis_title="tokens in the text")
    lengths = [c.tokens for c in spent]
    ticks = _powers_of_two([value for _, values in lines for value in values if value])
    figure.update_xaxes(
        type="log",
        tickmode="array",
        tickvals=lengths[::2],
        ticktext=[f"{n:,}" for n in lengths[::2]],
        showgrid=False,
        zeroline=False,
    )
    figure.update_yaxes(type="log", tickmode="array", tickvals=ticks, ticktext=[tick(n) for n in ticks], zeroline=False)
    return figure


def _powers_of_two(values: Sequence[int]) -> list[int]:
    """About six, from the smallest value to the largest."""
    low, high = (round(math.log2(edge(values))) for edge in (min, max))
    return [2**power for power in range(low, high + 1, max(1, -(-(high - low) // 5)))]


def _shown(nodes: tuple[ModuleNode, ...]) -> list[ModuleNode]:
    """The model, its layers, and the units in them: an adapter's factors count with the module that they adapt."""
    shown: dict[str, ModuleNode] = {}
    for n in nodes:
        around = [shown[path] for path in _around(n.path) if path in shown]
        is_layer = n.name.isdigit() and not any(other.path for other in around)
        if n.total and not any(other.unit for other in around) and (not n.path or n.unit or is_layer):
            shown[n.path] = n
    return list(shown.values())


def _around(path: str) -> Iterator[str]:
    """The paths around one, from the inside; last the model's own, ""."""
    while path:
        path = path.rpartition(".")[0]
        yield path


def _label(node: ModuleNode, result: Architecture) -> str:
    if not node.path:
        return name(result.name, 40)
    return f"layer {node.name}" if node.name.isdigit() else name(node.name)


def _tint(node: ModuleNode, colours: Colours, tints: dict[str, str], ground: str) -> str:
    """Modules around others have no colour of their own."""
    if not node.unit:
        return ground
    return tints[kind_of(node) if colours == "kind" else node.status]


def _tints(theme: Theme) -> dict[str, str]:
    """Quiet enough for the page's ink to be read on each."""
    if theme == "light":
        kinds = ("#cfdafa", "#a9dcd9", "#f3d3a5", "#dfe3ea", "#dcc7fb", "#dfe3ea")
        states = ("#e3e7ee", "#a8bdf5", "#f0d9b8", "#f2b083")
    else:
        kinds = ("#2f4480", "#1f5d5b", "#6b4a1d", "#3a414d", "#533a80", "#3a414d")
        states = ("#2a303a", "#3f5cb5", "#5d4a2a", "#96562a")
    return dict(zip(KINDS, kinds, strict=True)) | dict(zip(STATUSES, states, strict=True))
