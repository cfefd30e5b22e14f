"""The geometry of a head: the cosines of its classes, the neighbours of one, the closest pairs."""

from __future__ import annotations

import math

import streamlit as st

from core.figures import head_geometry as figures
from core.results import HeadGeometry
from core.words.class_names import readable
from core.words.numbers import three_digits
from pages.ui import charts, markup, tables

#: Pairs in the table, and neighbours of a class.
LISTED, NEAREST = 20, 8


def cosines(result: HeadGeometry, *, shared: bool) -> None:
    """The map: every class against every other."""
    alt = f"Cosines between the vectors of {len(result.labels)} classes"
    charts.square(figures.cosines(result, charts.theme(), shared=shared), "head-cosines", alt)
    if len(result.labels) > figures.NAMED:
        st.html(markup.note("Like classes stand side by side. Point at a cell, or tap it, for its two classes."))


def neighbours(result: HeadGeometry, k: int, *, shared: bool) -> None:
    """Class `k`: its norm and who is nearest."""
    rank = int((result.norms > result.norms[k]).sum()) + 1
    values = result.cosines if shared else result.apart
    st.html(markup.facts([("Norm", three_digits(float(result.norms[k])), f"rank {rank} of {len(result.labels)}")]))
    rows = [
        {"Nearest to it": result.labels[i], "Cosine": float(values[k, i]), "Norm": float(result.norms[i])}
        for i in result.nearest(k, shared=shared)[:NEAREST]
    ]
    named = readable(result.labels[k], result.labels)
    columns = {"Nearest to it": tables.classes(result.labels)}
    tables.table(rows, f"Classes nearest to {named}", key="head-nearest", columns=columns)


def closest_pairs(result: HeadGeometry, *, shared: bool) -> None:
    """The pairs in a table."""
    values = result.cosines if shared else result.apart
    rows = [
        {
            "Class": result.labels[a],
            "and": result.labels[b],
            "Cosine": float(values[a, b]),
            "Angle in degrees": math.degrees(math.acos(values[a, b])),
            "Distance": float(result.distances[a, b]),
        }
        for a, b in result.pairs(shared=shared)[:LISTED]
    ]
    classes = tables.classes(result.labels)
    columns = {"Class": classes, "and": classes}
    tables.table(rows, "Pairs of classes, the closest first", key="head-pairs", columns=columns)
