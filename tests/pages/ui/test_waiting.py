"""What a large model takes seconds for: said on the page, free to be stopped and left, raised as it was raised."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.errors import InputError
from core.results import LoadedModel, Selection
from core.services import Explainer
from core.tasks.progress import CancelledError
from core.tasks.stopping import asked_to_stop
from pages.ui import waiting
from tests.fakes.catalogue import in_memory
from tests.pages.conftest import words

A, B = Selection("a"), Selection("b")
SMALL, LARGE = (replace(in_memory(A), bytes=waiting.SMALL + more) for more in (0, 1))
OTHER = replace(LARGE, selection=B)


@dataclass
class Slow:
    """A model that answers once it is let go, and ends when it is asked to."""

    go: threading.Event = field(default_factory=threading.Event)
    loaded: dict[Selection, LoadedModel] = field(default_factory=lambda: {A: LARGE, B: OTHER})
    asked: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)
    over: threading.Condition = field(default_factory=threading.Condition)

    def reading(self, selection: Selection, text: str) -> str:
        self.asked.append(f"{selection.candidate}: {text}")
        stop = asked_to_stop()
        try:
            while not self.go.wait(0.01):
                if stop():
                    raise CancelledError
            if text == "bad":
                raise InputError("The text is bad.", fix="type another.")
            return f"answer to {text}"
        finally:
            with self.over:
                self.ended.append(text)
                self.threads.append(threading.current_thread())
                self.over.notify_all()

    def ends(self, *texts: str) -> bool:
        with self.over:
            ended = self.over.wait_for(lambda: self.ended == list(texts), 60)
        for thread in self.threads:
            thread.join(60)
        return ended


SLOW = Slow()


def page() -> None:
    import streamlit as st

    from core.results import Selection
    from pages.ui.waiting import Waiting
    from tests.pages.ui import test_waiting

    service = Waiting(test_waiting.SLOW, test_waiting.SLOW.loaded.get)
    st.text("Before")
    for question in st.session_state.questions:
        candidate, text = question.split(": ")
        st.text(service.reading(Selection(candidate), text))


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    made = Slow()
    monkeypatch.setattr("tests.pages.ui.test_waiting.SLOW", made)
    monkeypatch.setattr(waiting, "_PATIENCE", 0.01)
    yield made
    made.go.set()


@pytest.fixture
def opened() -> Callable[..., AppTest]:
    def run(*questions: str) -> AppTest:
        app = AppTest.from_function(page, default_timeout=60)
        return asked(app, *questions)

    return run


def asked(app: AppTest, *questions: str) -> AppTest:
    app.session_state.questions = questions
    return app.run()


def texts(app: AppTest) -> list[str]:
    return [element.value for element in app.text]


def click(app: AppTest, label: str) -> AppTest:
    (button,) = [button for button in app.button if button.label == label]
    return button.click().run()


def test_a_small_model_is_asked_in_the_thread_of_the_page() -> None:
    for model in (SMALL, None):
        outcome = waiting.asked(("reading", A), threading.current_thread, model)
        assert outcome is not None
        assert outcome[0] is threading.current_thread()


def test_a_large_model_that_answers_soon_is_asked_beside_the_page_and_nothing_is_kept() -> None:
    outcome = waiting.asked(("reading", A), threading.current_thread, LARGE)
    assert outcome is not None
    assert outcome[0] is not threading.current_thread()
    assert 0 < outcome[1] < 60
    assert not st.session_state[waiting._WAITED]


def test_what_is_raised_is_raised_on_the_page() -> None:
    def refuse() -> None:
        raise InputError("The text is empty.", fix="type one.")

    for model in (SMALL, LARGE):
        with pytest.raises(InputError, match="empty"):
            waiting.asked(("reading", A), refuse, model)


def test_a_long_wait_is_said_and_the_page_goes_on_when_it_is_over(slow: Slow, opened: Callable[..., AppTest]) -> None:
    app = opened("a: one", "a: two")
    assert "Asking the model: 0 s so far" in words(app)
    assert texts(app) == ["Before"]
    slow.go.set()
    assert slow.ends("one")
    assert texts(app.run()) == ["Before", "answer to one", "answer to two"]
    assert "Asking" not in words(app)
    assert slow.asked == ["a: one", "a: two"]
    asked(app, "a: two", "a: one")
    assert slow.asked.count("a: one") == 1  # it was waited for, and kept


def test_who_comes_back_finds_the_question_under_way(slow: Slow, opened: Callable[..., AppTest]) -> None:
    app = opened("a: one")
    assert "Asking" not in words(asked(app))
    assert "Asking" in words(asked(app, "a: one"))
    assert slow.asked == ["a: one"]


def test_a_cancelled_question_ends_and_is_asked_again_on_request(slow: Slow, opened: Callable[..., AppTest]) -> None:
    app = click(opened("a: one"), "Cancel")
    assert slow.ends("one")
    assert "Stopped after 0 s" in words(app.run())
    assert (texts(app), slow.asked) == (["Before"], ["a: one"])
    slow.go.set()
    click(app, "Ask again")
    assert texts(app.run()) == ["Before", "answer to one"]


def test_another_text_stops_the_one_before_and_another_model_does_not(
    slow: Slow, opened: Callable[..., AppTest]
) -> None:
    app = opened("a: one")
    asked(app, "b: one")
    assert slow.ended == []
    asked(app, "a: two")
    assert slow.ends("one")
    slow.go.set()
    assert texts(asked(app, "a: two", "b: one").run()) == ["Before", "answer to two", "answer to one"]
    assert slow.asked == ["a: one", "b: one", "a: two"]


def test_a_failure_is_raised_once_and_asked_anew(slow: Slow, opened: Callable[..., AppTest]) -> None:
    app = opened("a: bad")
    slow.go.set()
    assert slow.ends("bad")
    assert "The text is bad." in app.run().exception[0].message
    assert slow.asked == ["a: bad"]
    app.run()
    assert slow.asked == ["a: bad", "a: bad"]


def test_a_model_that_was_loaded_anew_is_asked_anew(slow: Slow, opened: Callable[..., AppTest]) -> None:
    app = opened("a: one")
    slow.go.set()
    assert slow.ends("one")
    slow.loaded[A] = replace(LARGE)
    assert texts(app.run()) == ["Before", "answer to one"]
    assert slow.asked == ["a: one", "a: one"]


def test_few_answers_are_kept(slow: Slow, opened: Callable[..., AppTest]) -> None:
    app = opened()
    for number in range(9):
        slow.loaded[Selection(str(number))] = replace(LARGE, selection=Selection(str(number)))
        asked(app, f"{number}: one")
    assert len(app.session_state[waiting._WAITED]) == waiting._KEPT
    assert slow.ends(*["one"] * (9 - waiting._KEPT))


def test_every_question_takes_the_selection_first() -> None:
    methods = [method for name, method in vars(Explainer).items() if callable(method) and not name.startswith("_")]
    first = [list(inspect.signature(m).parameters)[1] for m in methods if m.__name__ != "_overload_dummy"]
    assert len(first) > 20
    assert set(first) == {"selection"}


def test_options_are_part_of_the_question(slow: Slow) -> None:
    class Service:
        def reading(self, selection: Selection, text: str, *, loud: bool = False) -> tuple[Any, ...]:
            return selection, text, loud

    service: Any = waiting.Waiting(Service(), slow.loaded.get)
    assert service.reading(A, "a", loud=True) == (A, "a", True)
    assert service.reading(A, "a") == (A, "a", False)
