"""Which rows of a dataset are shown, and in what order: a search in the texts, a tag, a column to sort by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import AppError
from core.results.answered_rows import AnsweredRows
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.row_tags import RowTag, row_tags
from core.results.slices import TextMatch
from core.words.row_tags import TAGS
from pages.ui import kept_search, markup
from pages.ui.services import corrections, datasets
from pages.views import training_file

FIND, TAG, SORT = "evaluation.find", "evaluation.tag", "evaluation.sort"
#: What of this stands in the URL.
KEYS = {"find": FIND, "tag": TAG, "sort": SORT}
#: Orders of rows, by their words in the URL.
SORTS = {
    "sure": "Surest first",
    "unsure": "Least sure first",
    "loss": "Largest loss first",
    "margin": "Smallest margin first",
    "file": "As in the file",
}
_FOUND = "evaluation.rows_found"


def tags(result: DatasetEvaluation) -> dict[RowTag, NDArray[np.bool_]]:
    """(N,) which of the answered rows each tag holds of; what was not looked for on another page yet is left out."""
    errors = datasets().label_errors(result, refit=False).state()
    checks = datasets().data_checks(result).state()
    robust = datasets().robustness(result).state()
    return row_tags(
        result,
        errors.result if errors else None,
        checks.result if checks else None,
        robust.result if robust else None,
        training_file.compared(result),
        marked={c.row for c in corrections().of(result.dataset.id)},
    )


def narrowed(
    result: DatasetEvaluation, places: NDArray[np.int64], known: Mapping[RowTag, NDArray[np.bool_]]
) -> NDArray[np.int64]:
    """Of these rows, in their order, those that a person asks for; in another order where one is chosen."""
    find, tag, sort = st.columns([2, 1, 1])
    places = searched(result, places, find)
    chosen = _tag(tag, places, known)
    order = _sort(sort)
    if chosen is not None:
        places = places[known[chosen][places]]
    return _ordered(result, places, order)


def searched(
    result: AnsweredRows, places: NDArray[np.int64], box: st.delta_generator.DeltaGenerator
) -> NDArray[np.int64]:
    """Of these rows, in their order, those whose text has what is typed into the box."""
    typed = box.text_input("Find in the texts", key=FIND, persist_state="session", placeholder="a word, a part of one")
    if not typed.strip():
        return places
    return places[np.isin(places, _containing(result, typed.strip()))]


def _tag(
    box: st.delta_generator.DeltaGenerator, places: NDArray[np.int64], known: Mapping[RowTag, NDArray[np.bool_]]
) -> RowTag | None:
    names = {"": "Any"} | {tag.value: f"{TAGS[tag]} ({int(mask[places].sum()):,})" for tag, mask in known.items()}
    if st.session_state.get(TAG) not in names:
        st.session_state[TAG] = ""
    chosen = box.selectbox("Tag", list(names), format_func=names.__getitem__, key=TAG, persist_state="session")
    return RowTag(chosen) if chosen else None


def _sort(box: st.delta_generator.DeltaGenerator) -> str:
    if st.session_state.get(SORT) not in SORTS:
        st.session_state[SORT] = ""
    names = {"": "As it matters"} | SORTS
    chosen = box.selectbox("Order", list(names), format_func=names.__getitem__, key=SORT, persist_state="session")
    return chosen or ""


def _ordered(result: DatasetEvaluation, places: NDArray[np.int64], order: str) -> NDArray[np.int64]:
    if not order:
        return places
    places = np.sort(places)
    by: dict[str, NDArray[Any]] = {
        "sure": -result.probability,
        "unsure": result.probability,
        "loss": -result.loss,
        "margin": result.margin,
        "file": result.rows,
    }
    return places[np.argsort(by[order][places], kind="stable")]  # NaN is last


def _containing(result: AnsweredRows, typed: str) -> NDArray[np.int64]:
    """Places whose text has it; none, after drawing what is wrong with it."""
    asked = (result.selection, result.request, typed)
    found = kept_search.found(_FOUND, asked, lambda: datasets().search(result, TextMatch(typed)))
    if isinstance(found, AppError):
        st.html(markup.problem(found))
        return np.zeros(0, np.int64)
    return np.array(found, np.int64)
