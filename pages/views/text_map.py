"""A map of the texts of a dataset: what is coloured, the picture, and the rows of what is selected in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core.figures.evaluation import OUTCOME_COLOURS
from core.figures.style import PALETTES
from core.figures.style import name as escaped
from core.figures.text_map import PointGroup, points
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.row_tags import RowTag
from core.results.text_map import Projection, TextMap
from core.words import text_map as words
from core.words.class_names import readable
from core.words.dataset import count
from core.words.row_tags import TAGS
from pages.ui import charts, markup
from pages.views import dataset_rows, row_cells, row_choice

PROJECTION, COLOUR, CLASSES = "evaluation.projection", "evaluation.colour", "evaluation.map_classes"
#: What of this page stands in the URL.
KEYS = {"projection": PROJECTION, "colour": COLOUR}
MOST: dict[str, int] = {}
_OUTCOME, _LABEL, _VERDICT = "outcome", "label", "verdict"
#: Classes that have a colour of their own, and signs of a text that hovering shows.
_COLOURED, _HOVERED = 5, 120
_OUTCOMES = {
    "unlabelled": "Without a class",
    "right_kept": "Right and sure",
    "right_rejected": "Right and unsure",
    "wrong_rejected": "Wrong and unsure",
    "wrong_kept": "Wrong and sure",
}


def projection() -> Projection:
    """Which way of drawing the person asks for."""
    if st.session_state.get(PROJECTION) not in set(Projection):
        st.session_state[PROJECTION] = Projection.PCA.value
    chosen = st.segmented_control(
        "Drawn by",
        [p.value for p in Projection],
        format_func=lambda p: words.PROJECTIONS[Projection(p)],
        key=PROJECTION,
        required=True,
        persist_state="session",
    )
    return Projection(chosen or Projection.PCA)


def draw(result: DatasetEvaluation, found: TextMap) -> None:
    """The sentence, the choice of colours, the picture, the rows of what is selected in it."""
    st.html(markup.lead(words.lead(found)))
    groups = _groups(result, found)
    figure = points(found, groups, _hovered(result, found), charts.theme())
    key = f"text_map.{found.projection}"
    event: Any = st.plotly_chart(
        figure,
        theme=None,
        key=key,
        on_select="rerun",
        selection_mode=("points", "box", "lasso"),
        config={"displayModeBar": False, "scrollZoom": False},
        alt=f"{len(found.places)} texts as points, those alike to the model close together",
    )
    chosen = sorted({int(np.ravel(point["customdata"])[0]) for point in event.selection.points})
    if not chosen:
        st.html(markup.note("Draw a box around points, or click one: their rows come here. A double click lets go."))
        return
    st.html(markup.section(f"{count(len(chosen), 'row')} selected"))
    dataset_rows.these(result, found.places[chosen])


def _groups(result: DatasetEvaluation, found: TextMap) -> list[PointGroup]:
    """The points by what a person wants to see of them; on top what is rarest."""
    tags = row_choice.tags(result)
    names = {_OUTCOME: "Outcome", _LABEL: "Label", _VERDICT: "Verdict"} | {t.value: f"Tag: {TAGS[t]}" for t in tags}
    if not result.figures:
        names = {key: name for key, name in names.items() if key not in (_OUTCOME, _LABEL)}
    if st.session_state.get(COLOUR) not in names:
        st.session_state[COLOUR] = next(iter(names))
    left, right = st.columns([1, 2])
    by = left.selectbox("Colour by", list(names), format_func=names.__getitem__, key=COLOUR, persist_state="session")
    if by == _OUTCOME:
        return _by_outcome(result, found)
    if by in (_LABEL, _VERDICT):
        with right:
            return _by_class(result, found, result.actual if by == _LABEL else result.predicted)
    held, palette = tags[RowTag(by)][found.places], PALETTES[charts.theme()]
    named = TAGS[RowTag(by)].capitalize()
    return [
        PointGroup("Others", palette.lines[-1], np.flatnonzero(~held)),
        PointGroup(named, palette.minus, np.flatnonzero(held)),
    ]


def _by_outcome(result: DatasetEvaluation, found: TextMap) -> list[PointGroup]:
    kept, colours = result.kept(result.sure), OUTCOME_COLOURS[charts.theme()]
    masks = {
        "unlabelled": ~result.labelled,
        "right_kept": result.right & kept,
        "right_rejected": result.right & ~kept,
        "wrong_rejected": result.wrong & ~kept,
        "wrong_kept": result.wrong & kept,
    }
    return [PointGroup(_OUTCOMES[key], colours[key], np.flatnonzero(masks[key][found.places])) for key in masks]


def _by_class(result: DatasetEvaluation, found: TextMap, classes: np.ndarray[Any, Any]) -> list[PointGroup]:
    wrong = np.bincount(result.actual[result.wrong], minlength=len(result.classes))
    first = [result.classes[k] for k in np.argsort(-wrong, kind="stable")[:_COLOURED]]
    chosen = st.multiselect(
        "Classes in colour",
        result.classes,
        default=None if CLASSES in st.session_state else first,
        format_func=lambda name: readable(name, result.classes),
        key=CLASSES,
        max_selections=_COLOURED,
        help="At first those whose rows are most often wrong.",
    )
    colours, here = PALETTES[charts.theme()].lines, classes[found.places]
    numbers = [result.classes.index(name) for name in chosen]
    others = PointGroup("Other classes", colours[-1], np.flatnonzero(~np.isin(here, numbers)))
    return [
        others,
        *(
            PointGroup(readable(result.classes[k], result.classes), colours[i], np.flatnonzero(here == k))
            for i, k in enumerate(numbers)
        ),
    ]


def _hovered(result: DatasetEvaluation, found: TextMap) -> list[str]:
    """What each point says: its text, its label, its verdict."""
    named = row_cells.named(result.classes)
    texts = row_cells.texts(result, found.places)
    return [
        f"{escaped(text, _HOVERED)}<br>Label: {escaped(named[result.actual[i]])}<br>"
        f"Verdict: {escaped(named[result.predicted[i]])}"
        for i, text in zip(found.places, texts, strict=True)
    ]
