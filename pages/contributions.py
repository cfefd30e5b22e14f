"""Contributions: what each input token adds to a class through the whole network; one class against another."""

from __future__ import annotations

from typing import cast

import streamlit as st

from core.results import TARGETS, By, ContributionOptions, Target
from core.words import contributions as words
from core.words.class_names import class_names
from pages.ui import details, markup, question, url_state
from pages.ui.question import Question
from pages.ui.services import explainer
from pages.views import contributions as view

_TARGET, _AGAINST = "contributions.target", "contributions.against"


def choose_options(request: Question) -> ContributionOptions:
    """What is split, and over which class its lead; by URL too."""
    prediction = request.reading.prediction
    others = [row.label for row in prediction.ranked if row.label != request.label]
    targets = [target for target in TARGETS if others or target != "lead"]
    targets = targets if prediction.problem_type != "regression" else ["logit"]
    _requested(targets, others)
    target, against = targets[0], ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(targets) > 1:
            target = _target(request.named, targets, prediction.problem_type)
        if target == "lead":
            against = _rival(others, request.labels)
    url_state.write("contributions", {"of": target, "against": against or None})
    return ContributionOptions(request.label, target, against, cast(By, request.by), apart=True)


def _requested(targets: list[Target], others: list[str]) -> None:
    """What the URL asks for, where this text and class have it."""
    requested = url_state.requested("contributions", ("of", "against"))
    if requested.get("of") in targets:
        st.session_state[_TARGET] = requested["of"]
    if requested.get("against") in others:
        st.session_state[_AGAINST] = requested["against"]
    if st.session_state.get(_TARGET) not in targets:
        st.session_state[_TARGET] = targets[0]


def _target(label: str, targets: list[Target], problem_type: str) -> Target:
    """The log-odds to begin with, the logit, or the lead over another class."""
    chosen = st.segmented_control(
        f"Of '{markup.plain(label)}'",
        targets,
        format_func=lambda target: words.target_name(target, problem_type),
        key=_TARGET,
        required=True,
        persist_state="session",
    )
    return chosen or targets[0]


def _rival(others: list[str], labels: tuple[str, ...]) -> str:
    """The class to compare with: the first of the others to begin with."""
    if st.session_state.get(_AGAINST) not in others:
        st.session_state[_AGAINST] = others[0]
    names = class_names(labels)
    chosen = st.selectbox("over", others, format_func=names.__getitem__, key=_AGAINST, persist_state="session")
    return str(chosen or others[0])


def draw(request: Question) -> None:
    """The largest shares, the tinted text, the numbers; on request the bars by position, and the method."""
    result = explainer().contributions(request.selection, request.text, choose_options(request))
    view.shares(request, result)
    apart = ", through the base and through the adapter" if result.base is not None else ""
    details.part(
        f"Every {request.unit} in the order of the text{apart}", "positions", lambda: view.by_position(request, result)
    )
    details.how(*words.how(result))


request = question.ask("Contributions", "What each word or token adds to an answer, through the whole network.")
if request is not None:
    draw(request)
