"""Bringing a dataset: a file, its columns, and what its labels mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st

from core.errors import AppError
from core.results import Selection
from core.results.dataset import DatasetRequest, DatasetSummary, LabelMatch, LabelRule
from core.words import dataset as words
from core.words.class_names import readable
from pages.ui import markup, server_paths, tables
from pages.ui.services import datasets

#: So many labels without a class are asked about, the most frequent first.
MOST_ASKED = 12
TEXTS, LABELS = "evaluation.texts", "evaluation.labels"
NO_LABELS = "No labels"
#: Classes that a person gave to labels: by dataset, then by label as written.
_GIVEN = "dataset.given"
_FAILED = "dataset.failed"
_NONE = ""


def opened(chosen: str | None, use: Callable[[str | None], None], selection: Selection) -> DatasetSummary | None:
    """The dataset that is chosen; None after drawing the ways to bring one. `use` is called with the id of another."""
    if chosen:
        try:
            return datasets().summary(chosen)
        except AppError as error:
            st.html(markup.problem(error))
    bring(use, selection)
    return None


def bring(use: Callable[[str], None], selection: Selection) -> None:
    """The three ways in; `use` gets the id of what was brought, before the page is drawn anew."""
    ways_in("A file of yours", "test", "dataset", use, lambda: _sample(use, selection))


def ways_in(heading: str, example: str, owner: str, use: Callable[[str], None], beside: Callable[[], object]) -> None:
    """A file by upload or by its path, and `beside` what else is offered; its widgets have the names of `owner`."""
    upload, other = st.columns([3, 2], gap="large")
    with upload:
        st.html(markup.section(heading))
        file, path = f"{owner}.file", f"{owner}.path"
        st.file_uploader(
            "CSV, TSV, JSON lines or Parquet",
            type=["csv", "tsv", "jsonl", "ndjson", "parquet"],
            key=file,
            on_change=_received,
            args=(use, file),
        )
        with st.form(owner, border=False):
            st.text_input("Or the path of a file on the server", key=path, placeholder=f"/data/{example}.csv")
            st.form_submit_button("Open", on_click=_added, args=(use, path))
    with other:
        beside()
    error: AppError | None = st.session_state.pop(_FAILED, None)
    if error is not None:
        st.html(markup.problem(error))


def _sample(use: Callable[[str], None], selection: Selection) -> None:
    """The file that comes with the app, and whether its labels are classes of the loaded pair."""
    st.html(markup.section("No file at hand?"))
    st.html(markup.note(words.SAMPLE))
    matches = datasets().labels(selection, request(datasets().sample()))
    unfit = words.unfit_sample(matches)
    if unfit:
        st.html(markup.warning(unfit))
    kind: Literal["primary", "secondary"] = "secondary" if unfit else "primary"
    st.button("Use the sample file", type=kind, on_click=_sampled, args=(use,))


def _received(use: Callable[[str], None], key: str) -> None:
    file = st.session_state.get(key)
    if file is not None:
        _tried(use, lambda: datasets().receive(file.name, file.getvalue()))


def _added(use: Callable[[str], None], key: str) -> None:
    server_paths.typed(st.session_state[key])
    open_path(use, st.session_state[key])


def open_path(use: Callable[[str], None], path: str) -> None:
    """A file of the server, from a callback; what is wrong with it is said when the page is drawn."""
    _tried(use, lambda: datasets().add(path))


def _sampled(use: Callable[[str], None]) -> None:
    _tried(use, lambda: datasets().sample())


def _tried(use: Callable[[str], None], read: Callable[[], DatasetSummary]) -> None:
    try:
        use(read().id)
    except AppError as error:
        st.session_state[_FAILED] = error


def choose_columns(
    summary: DatasetSummary,
    use: Callable[[None], None],
    keys: tuple[str, str] = (TEXTS, LABELS),
    another: str = "Another file",
    *,
    stacked: bool = False,
    values: bool = False,
) -> DatasetRequest:
    """Which columns hold texts and labels, or with `values` numbers, kept under two keys; the way to another file.

    `stacked`: in one column.
    """
    columns, offered = list(summary.columns), [NO_LABELS, *summary.columns]
    if st.session_state.get(keys[0]) not in columns:
        st.session_state[keys[0]] = summary.text_column or columns[0]
    if st.session_state.get(keys[1]) not in offered:
        st.session_state[keys[1]] = (summary.value_column if values else summary.label_column) or NO_LABELS
    places = [st.container() for _ in range(3)] if stacked else st.columns([2, 2, 1], vertical_alignment="bottom")
    text, label, other = places
    texts = text.selectbox("Column of the texts", columns, key=keys[0], persist_state="session")
    named = f"Column of the {'values' if values else 'labels'}"
    labels = label.selectbox(named, offered, key=keys[1], persist_state="session")
    other.button(another, icon=":material/upload_file:", on_click=use, args=(None,), width="stretch")
    return _request(summary, texts or columns[0], labels or NO_LABELS)


def request(summary: DatasetSummary) -> DatasetRequest:
    """The columns that were chosen last, on whatever page; those that were guessed where none was."""
    texts, labels = st.session_state.get(TEXTS), st.session_state.get(LABELS)
    if texts not in summary.columns:
        texts = summary.text_column or summary.columns[0]
    if labels not in (NO_LABELS, *summary.columns):
        labels = summary.label_column or NO_LABELS
    return _request(summary, str(texts), str(labels))


def _request(summary: DatasetSummary, texts: str, labels: str) -> DatasetRequest:
    given: dict[str, str] = st.session_state.get(_GIVEN, {}).get(summary.id, {})
    return DatasetRequest(summary.id, texts, None if labels == NO_LABELS else labels, tuple(sorted(given.items())))


def brought(summary: DatasetSummary) -> None:
    """What was brought."""
    st.html(markup.note(words.brought(summary)))


def described(
    summary: DatasetSummary, request: DatasetRequest, selection: Selection, *, sets: bool = False
) -> list[LabelMatch]:
    """What was brought, and how its labels match the classes of the loaded pair; `sets`: a row may have several.

    Gives the labels that match no class, and those that a person gave theirs.
    """
    brought(summary)
    if request.label_column is None:
        return []
    matches = datasets().labels(selection, request)
    box = markup.warning if any(m.class_name is None for m in matches) else markup.note
    st.html(box(words.matched(matches, sets=sets)))
    return [m for m in matches if m.class_name is None or m.by is LabelRule.GIVEN]


def preview(summary: DatasetSummary) -> None:
    """The first rows."""
    rows = [dict(zip(summary.columns, row, strict=True)) for row in summary.head]
    tables.table(rows, f"The first {len(rows)} rows", "dataset.preview")


def labels(dataset: str, asked: Sequence[LabelMatch], classes: Sequence[str]) -> None:
    """Labels without a class, the most frequent first, may be given one; names like theirs are offered first."""
    for match in asked[:MOST_ASKED]:
        options = [_NONE, *match.suggestions, *(c for c in classes if c not in match.suggestions)]
        key = f"dataset.means.{dataset}.{match.written}"
        st.session_state[key] = match.class_name or _NONE
        st.selectbox(
            f"'{markup.plain(match.written, 60)}' ({words.count(match.count, 'row')}) means",
            options,
            format_func=lambda name: readable(name, classes) if name else "No class of this model",
            key=key,
            on_change=_give,
            args=(dataset, match.written, key),
        )
    if len(asked) > MOST_ASKED:
        st.html(markup.note(f"{len(asked) - MOST_ASKED:,} more labels have no class; they have fewer rows each."))


def _give(dataset: str, written: str, key: str) -> None:
    given: dict[str, str] = st.session_state.setdefault(_GIVEN, {}).setdefault(dataset, {})
    given.pop(written, None)
    if chosen := st.session_state[key]:
        given[written] = chosen
