"""One look for all Plotly figures: the app's colours, light and dark, on a transparent ground."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas  # noqa: F401  # Plotly looks at it as soon as another thread has begun to import it, ready or not
import plotly.graph_objects as go

from core.words.class_names import readable

Theme = Literal["light", "dark"]
Figure = go.Figure
#: Longest tick label in a figure; hovering tells all of it.
LONGEST_NAME = 24
#: And of one in a legend, which has the width of its figure.
LONGEST_IN_LEGEND = 42


@dataclass(frozen=True)
class Palette:
    """Colours of one theme. `lines` are for classes in the order of their rank, `minus` is against, `plus` for."""

    ink: str
    muted: str
    grid: str
    ground: str
    plus: str
    minus: str
    soft: str
    lines: tuple[str, ...]
    rising: tuple[str, ...]
    diverging: tuple[str, ...]


PALETTES: dict[Theme, Palette] = {
    "light": Palette(
        ink="#14171c",
        muted="#59626f",
        grid="#e6eaf0",
        ground="#ffffff",
        plus="#2f55d4",
        minus="#b4561f",
        soft="#b9c7f2",
        lines=("#2f55d4", "#0f8a8a", "#b4690e", "#8a3ffc", "#c0376b", "#8792a2"),
        rising=("#f4f6fd", "#bccbf5", "#7996e8", "#2f55d4", "#1b3280"),
        diverging=("#8f3b12", "#d17c45", "#f5d9c4", "#f6f7f9", "#bccbf5", "#587ce0", "#1b3280"),
    ),
    "dark": Palette(
        ink="#e8ebf0",
        muted="#a3adba",
        grid="#262c36",
        ground="#101318",
        plus="#8aa6ff",
        minus="#e8a06a",
        soft="#3b4d88",
        lines=("#8aa6ff", "#4fc3bf", "#e8a44a", "#b794f6", "#f08bb0", "#77828f"),
        rising=("#161b29", "#283a74", "#4c6dd0", "#8aa6ff", "#dce5ff"),
        diverging=("#f0b48c", "#b86c38", "#4a2f20", "#1a1e26", "#283a74", "#4c6dd0", "#dce5ff"),
    ),
}


def scale(colours: tuple[str, ...]) -> list[list[float | str]]:
    """Colours as a Plotly colour scale, evenly spaced."""
    return [[i / (len(colours) - 1), colour] for i, colour in enumerate(colours)]


def finish(figure: go.Figure, theme: Theme, height: int, **layout: Any) -> go.Figure:
    """Fonts, grid and margins; `layout` adds to them. Without a mode bar: drag zooms, double click goes back."""
    colours = PALETTES[theme]
    axis = {
        "gridcolor": colours.grid,
        "zerolinecolor": colours.grid,
        "linecolor": colours.grid,
        "automargin": True,
        "title_font": {"size": 13, "color": colours.muted},
        "tickfont": {"size": 12, "color": colours.muted},
    }
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        colorway=colours.lines,
        hovermode="closest",
        font={"family": "Source Sans, Source Sans Pro, system-ui, sans-serif", "size": 13, "color": colours.ink},
        hoverlabel={"bgcolor": colours.ground, "bordercolor": colours.grid, "font": {"color": colours.ink, "size": 13}},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "font": {"size": 13, "color": colours.ink}},
    )
    figure.update_layout(**layout)
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    return figure


def name(words: str, longest: int = LONGEST_NAME) -> str:
    """A token, word or class for a tick or legend: escaped (Plotly reads some HTML), one line, shortened."""
    line = " ".join(words.split()) or "␣"
    return html.escape(line if len(line) <= longest else line[: longest - 1] + "…")


def path(words: str, longest: int) -> str:
    """The path of a module, in which what tells two apart is at its end: shortened in front of its last parts."""
    line = " ".join(words.split())
    if len(line) <= longest:
        return html.escape(line)
    begin, kept = line.partition(": ")[:2] if ": " in line[: longest // 2] else ("", "")
    return html.escape(f"{begin}{kept}…{line[-(longest - len(begin) - len(kept) - 1) :]}")


def whole(words: str) -> str:
    """The same for a hover label: at most 200 characters."""
    return name(words, 200)


def class_name(label: str, labels: Sequence[str], longest: int = LONGEST_NAME) -> str:
    """A class of a model with these labels, for a tick or legend; its id is what hovering adds."""
    return name(readable(label, labels), longest)


def class_in_legend(label: str, labels: Sequence[str]) -> str:
    """A class in a legend."""
    return class_name(label, labels, LONGEST_IN_LEGEND)


def class_tick(label: str, labels: Sequence[str]) -> str:
    """A class beside its row, on two lines where it is long."""
    first, *rest = textwrap.wrap(" ".join(readable(label, labels).split()), LONGEST_NAME) or ["␣"]
    return "<br>".join([html.escape(first), *([name(" ".join(rest))] if rest else [])])


def hover_name(label: str, labels: Sequence[str]) -> str:
    """A class for a hover label: `Card arrival (card_arrival)`; its id alone where it is not called otherwise."""
    named = readable(label, labels)
    return whole(label) if named == label else f"{whole(named)} ({whole(label)})"
