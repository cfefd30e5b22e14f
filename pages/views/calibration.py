"""How far probabilities hold: stated beside observed, the switch, and promises."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.errors import AppError
from core.figures import calibration as figures
from core.results import LoadedModel, Selection
from core.results.calibration_report import CalibrationOptions, CalibrationReport
from core.results.dataset import DatasetRequest
from core.results.dataset_evaluation import DatasetEvaluation
from core.words import calibration as words
from core.words import prediction_sets as sets_words
from core.words.calibrated import in_use
from pages.ui import charts, markup, tables
from pages.ui.services import calibrations

_COVERAGE, _RIGHT, _FAILED = "evaluation.coverage", "evaluation.sure_right", "calibration.failed"
#: What of this page stands in the URL; whole numbers up to these.
KEYS = {"coverage": _COVERAGE, "right": _RIGHT}
MOST = {"coverage": 99, "right": 99}
_LEAST = {_COVERAGE: 50, _RIGHT: 50}


def options() -> CalibrationOptions:
    """What a person wants to be promised."""
    default = CalibrationOptions()
    for key, share in ((_COVERAGE, default.coverage), (_RIGHT, default.right)):
        asked = st.session_state.get(key) or round(100 * share)
        st.session_state[key] = max(_LEAST[key], int(asked))
    return CalibrationOptions(st.session_state[_COVERAGE] / 100, st.session_state[_RIGHT] / 100)


def report(result: DatasetEvaluation, asked: CalibrationOptions) -> CalibrationReport | None:
    """What this page says of an evaluation, for others; None of rows too few."""
    try:
        return calibrations().report(result.selection, result.request, asked).result()
    except AppError:
        return None


def summary(report: CalibrationReport) -> None:
    """The sentence, and which rows it is of."""
    st.html(markup.lead(words.lead(report)))
    st.html(markup.note(words.basis(report)))


def pictures(selection: Selection, model: LoadedModel, request: DatasetRequest, report: CalibrationReport) -> None:
    """The diagram, beside it the switch; below every figure of every way."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.html(markup.section("What it states, and how often it is right"))
        charts.chart(
            figures.reliability(report, charts.theme()),
            "calibration.reliability",
            "Share of right verdicts over their stated probability, for each way to state it",
        )
    with right:
        switch(selection, model, request, report)
    st.html(markup.note("On the dashed line a probability is what it says; below it the model is too sure."))
    rows = [{"Way": words.WAYS[way], **words.figures(found)} for way, found in report.ways.items()]
    tables.table(rows, "Errors of each way to state probabilities", "calibration.figures")


def switch(selection: Selection, model: LoadedModel, request: DatasetRequest, report: CalibrationReport) -> None:
    """Whether calibrated probabilities are in use, and the way to change that."""
    st.html(markup.section("Use it"))
    error: AppError | None = st.session_state.pop(_FAILED, None)
    if error is not None:
        st.html(markup.problem(error))
    if model.calibration is not None:
        st.html(markup.note(in_use(model.calibration)))
        _button("Stop using it", "calibration.stop", lambda: calibrations().stop(selection))
    else:
        st.html(markup.note(words.TO_USE))
        st.html(markup.facts(words.to_use(report), stacked=True))
        if not words.helps(report):
            st.html(markup.warning(words.NO_HELP))
    again = model.calibration is not None
    label = "Use this one instead" if again else "Use calibrated probabilities"
    advised = words.helps(report) and not again
    _button(label, "calibration.use", lambda: calibrations().use(selection, request, report), primary=advised)


def _button(label: str, key: str, act: Callable[[], None], *, primary: bool = False) -> None:
    """A button whose failure is shown where it stands."""

    def clicked() -> None:
        try:
            act()
        except AppError as error:
            st.session_state[_FAILED] = error

    st.button(label, key=key, type="primary" if primary else "secondary", on_click=clicked)


def sets(report: CalibrationReport) -> None:
    """Sets of classes in place of one: what is promised, by three methods, and what came of it."""
    _percent("The right class is to be in the set of this share of texts (%)", _COVERAGE)
    st.html(markup.note(sets_words.sets_lead(report)))
    rows = [
        {"Promise": sets_words.SETS[name], **sets_words.sets(found, report.classes)}
        for name, found in report.sets.items()
    ]
    tables.table(rows, "Sets of classes by each method", "calibration.sets")
    if said := sets_words.unbounded(report):
        st.html(markup.note(said))


def sureness(report: CalibrationReport) -> None:
    """Thresholds for the words sure and between two."""
    _percent("This share of sure verdicts is to be right (%)", _RIGHT)
    st.html(markup.note(words.sureness(report.sureness, report.options.right, report.held)))


def declining(report: CalibrationReport) -> None:
    """Errors among the verdicts that are kept."""
    st.html(markup.note(words.declining(report)))
    charts.chart(
        figures.risk_coverage(report, charts.theme()),
        "calibration.declining",
        "Share of errors among the verdicts kept, over the share kept, the surest first",
    )


def outside(report: CalibrationReport) -> None:
    """By which score rows of no class are told from the others."""
    st.html(markup.note(words.outside(report)))
    ranked = sorted(report.detection.items(), key=lambda item: -item[1])
    rows = [{"Score": words.SCORES[name], "AUROC": value} for name, value in ranked]
    tables.table(rows, "How well each score tells rows of no class", "calibration.outside")


def _percent(label: str, key: str) -> None:
    """A whole percentage, kept under this key of the session."""
    st.slider(label, _LEAST[key], 99, step=1, key=key, format="%d %%", persist_state="session")
