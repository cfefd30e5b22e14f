"""Answers that a large model takes seconds for: the page says so meanwhile, and they can be stopped or left."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

import streamlit as st

from core.results import LoadedModel, Selection
from core.tasks.stopping import stoppable
from core.words import waiting as words
from pages.ui import markup

Result = TypeVar("Result")
#: The name of what is asked, the pair that is asked, and the rest.
Question = tuple[str, Selection, *tuple[Hashable, ...]]

#: Weights of a model that answers at once, in bytes; one of up to so many is loaded without asking, too.
SMALL = 256 * 2**20
#: Seconds until a page says that it waits, and between two looks.
_PATIENCE, _LOOK = 0.7, 0.25
#: Answers that were waited for, of the loaded models that gave them, in the session of their visitor.
_WAITED = "waiting.answers"
#: How many are kept: a page that asks several questions begins anew after each.
_KEPT = 4


@dataclass(eq=False)
class Pending(Generic[Result]):
    """An answer that is under way in a thread of its own, there, or stopped before it was."""

    model: LoadedModel
    future: Future[Result] = field(default_factory=Future)
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    stopped: bool = False

    def begin(self, call: Callable[[], Result]) -> None:
        """Ask. What the call raises is for who waits."""

        def run() -> None:
            try:
                with stoppable(lambda: self.stopped):
                    outcome = call()
            except BaseException as error:
                self._end()
                self.future.set_exception(error)
            else:
                self._end()
                self.future.set_result(outcome)

        threading.Thread(target=run, name="answer", daemon=True).start()

    def stop(self) -> None:
        """End it at the next layer of its model."""
        self.stopped = True
        self._end()

    def _end(self) -> None:
        self.seconds = self.seconds or time.monotonic() - self.began


def asked(question: Question, call: Callable[[], Result], model: LoadedModel | None) -> tuple[Result, float] | None:
    """What the call gives, and the seconds that it took; None after drawing how long it has been, or that it stopped.

    A script that waits inside a pass cannot be ended, and its visitor neither turn to another page nor stop it. So a
    large model is asked in a thread of its own, while a fragment looks in, and begins the page anew at the end. A
    visitor who leaves finds the answer, or the question under way, when they come back.

    Raises:
        Exception: what the call raises.
    """
    if model is None or model.bytes <= SMALL:
        start = time.perf_counter()
        return call(), time.perf_counter() - start
    answers = _answers(model)
    answer = cast(Pending[Result] | None, answers.get(question))
    if answer is None:
        _give_up(answers, question)
        answer = answers[question] = Pending(model)
        answer.begin(call)
    answers.move_to_end(question)
    if answer.stopped:
        _stopped(answer, question)
        return None
    if not wait([answer.future], _PATIENCE).done:
        _progress(answer)
        return None
    if answer.seconds <= _PATIENCE or answer.future.exception() is not None:  # a traceback would hold the model
        del answers[question]
    return answer.future.result(), answer.seconds


def _answers(model: LoadedModel) -> OrderedDict[Question, Pending[Any]]:
    """Those of the models that are still the ones in memory: one that was loaded anew may answer otherwise."""
    answers: OrderedDict[Question, Pending[Any]] = st.session_state.setdefault(_WAITED, OrderedDict())
    for question, answer in list(answers.items()):
        if answer.model.selection == model.selection and answer.model is not model:
            del answers[question]
    return answers


def _give_up(answers: OrderedDict[Question, Pending[Any]], question: Question) -> None:
    """Stop what asks the same pair the same of something else, and forget what was not looked at for long."""
    same = [other for other in answers if other[:2] == question[:2] and not answers[other].future.done()]
    oldest = [other for other in answers if other not in same][: max(0, len(answers) - len(same) - _KEPT + 1)]
    for other in (*same, *oldest):
        answers.pop(other).stop()


def _stopped(answer: Pending[Any], question: Question) -> None:
    def again() -> None:
        st.session_state[_WAITED].pop(question, None)

    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(markup.note(words.stopped(answer.seconds)))
        st.button("Ask again", key="waiting.again", on_click=again)


@st.fragment(run_every=_LOOK)
def _progress(answer: Pending[Any]) -> None:
    if not (answer.future.done() or answer.stopped):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(markup.waiting(words.waiting(time.monotonic() - answer.began)))
            st.button("Cancel", key="waiting.cancel", on_click=answer.stop)
        wait([answer.future], _LOOK / 2)
    if answer.future.done() or answer.stopped:
        st.rerun()


class Waiting:
    """A service whose methods take a selection first: the page ends where one of their answers is not there yet.

    `loaded` gives the model of a selection that is in memory, or None.
    """

    def __init__(self, service: Any, loaded: Callable[[Any], LoadedModel | None]) -> None:
        self._service, self._loaded = service, loaded

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._service, name)

        def ask(selection: Any, *given: Any, **options: Any) -> Any:
            question = (name, selection, given, tuple(sorted(options.items())))
            answer = asked(question, lambda: method(selection, *given, **options), self._loaded(selection))
            if answer is None:
                st.stop()
            return answer[0]

        return ask
