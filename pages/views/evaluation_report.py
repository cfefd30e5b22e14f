"""An evaluation for others: a report, the figures in the model card, a file in the Hub's form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

import streamlit as st

from core.errors import AppError
from core.figures.evaluation_findings import Findings
from core.results.calibration_report import CalibrationOptions
from core.results.dataset_evaluation import DatasetEvaluation
from core.words.next_steps import steps
from pages.ui import candidate_picker, markup
from pages.ui.server_paths import hidden
from pages.ui.services import cards, datasets
from pages.views import calibration, row_cells, slices

_HELD_OUT, _ID, _WRITTEN, _FAILED = "card.held_out", "card.dataset_id", "card.written", "card.failed"


def draw(result: DatasetEvaluation) -> None:
    """The three ways."""
    left, right = st.columns(2, gap="large")
    with left:
        _report(result)
    with right:
        _card(result)
        _eval_results(result)


def _report(result: DatasetEvaluation) -> None:
    st.html(markup.section("A report"))
    st.html(
        markup.note(
            "How good, what is taken for what, what to do next: on one page of PDF, or as one HTML file that loads "
            "nothing and goes on with classes, slices and rows. Both hold texts of your file."
        )
    )
    stem, name = result.dataset.name.rsplit(".", 1)[0], candidate_picker.name_of(result.selection)
    with st.container(horizontal=True, gap="small"):
        for kind, (mime, write) in _WRITERS.items():
            st.download_button(
                f"Download the report ({kind.upper()})",
                partial(_written, result, name, write),
                f"{stem}-report.{kind}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
            )


def _html(findings: Findings, texts: Mapping[int, str]) -> str:
    from core.figures.evaluation_report import document

    return document(findings, texts)


def _pdf(findings: Findings, texts: Mapping[int, str]) -> bytes:
    from core.figures.evaluation_pdf import pdf

    return pdf(findings, texts)


_Write = Callable[[Findings, Mapping[int, str]], str | bytes]
#: The ways to write a report, by the end of the file's name.
_WRITERS: dict[str, tuple[str, _Write]] = {
    "html": ("text/html", _html),
    "pdf": ("application/pdf", _pdf),
}


def _written(result: DatasetEvaluation, name: str, write: _Write) -> str | bytes:
    return write(*_findings(result, name))


def _findings(result: DatasetEvaluation, name: str) -> tuple[Findings, dict[int, str]]:
    """For a download, which is made while no page is drawn: nothing of the session is there."""
    errors = datasets().label_errors(result, refit=False).result()
    found = datasets().slices(result, slices.DEFAULT).result()
    checks, robust = datasets().data_checks(result).result(), datasets().robustness(result).state()
    probabilities = calibration.report(result, CalibrationOptions())
    findings = Findings(
        result,
        name,
        date.today().isoformat(),
        datasets().classes(result).result(),
        errors,
        found,
        steps(result, errors, checks, found, probabilities, robust.result if robust else None),
    )
    places = findings.shown
    texts = row_cells.texts(result, places)
    return findings, dict(zip(places, texts, strict=True))


def _card(result: DatasetEvaluation) -> None:
    st.html(markup.section("The model card"))
    st.html(
        markup.note(
            "Writes accuracy, macro-F1 and calibration error, with data set, rows and date, into the README.md beside "
            "the adapter. From then on they stand beside the model's name, for everybody on this server."
        )
    )
    held_out = st.toggle(
        "The model did not learn from these rows",
        key=_HELD_OUT,
        help="Then they are stated as test results, which come before others.",
    )
    st.button("Write them into the card", key="card.write", on_click=_write, args=(result, held_out))
    if written := st.session_state.pop(_WRITTEN, None):
        st.html(markup.note(f"Written into {hidden(written)}."))
    error: AppError | None = st.session_state.pop(_FAILED, None)
    if error is not None:
        st.html(markup.problem(error))


def _write(result: DatasetEvaluation, held_out: bool) -> None:
    try:
        st.session_state[_WRITTEN] = cards().state(result, held_out=held_out)
    except AppError as error:
        st.session_state[_FAILED] = error


def _eval_results(result: DatasetEvaluation) -> None:
    st.html(markup.section("For the Hub"))
    stem = result.dataset.name.rsplit(".", 1)[0]
    st.session_state.setdefault(_ID, stem)
    typed = st.text_input(
        "Id of the data set on the Hub",
        key=_ID,
        persist_state="session",
        help="A file for the folder .eval_results of the model's repository. The Hub shows it where the id is that of "
        "a benchmark there.",
    )
    st.download_button(
        "Download for .eval_results",
        lambda: cards().eval_results(result, typed),
        f"{stem}.yaml",
        mime="application/yaml",
        icon=":material/download:",
        on_click="ignore",
        disabled=not typed.strip(),
    )
