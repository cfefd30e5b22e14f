"""What a large model takes seconds for: said on the page, free to be left, raised as it was raised."""

from __future__ import annotations

import inspect
import threading
from typing import Any

import pytest

from core.errors import InputError
from core.services import Explainer
from pages.ui import waiting

LARGE = waiting.SMALL + 1


def test_a_small_model_is_asked_in_the_thread_of_the_page() -> None:
    assert waiting.answer(threading.current_thread, nbytes=waiting.SMALL) is threading.current_thread()


def test_a_large_model_is_asked_beside_the_page() -> None:
    assert waiting.answer(threading.current_thread, nbytes=LARGE) is not threading.current_thread()
    assert waiting.answer(lambda a, b: a + b, 1, 2, nbytes=LARGE) == 3


def test_what_is_raised_is_raised_on_the_page() -> None:
    def refuse() -> None:
        raise InputError("The text is empty.", fix="type one.")

    for nbytes in (0, LARGE):
        with pytest.raises(InputError, match="empty"):
            waiting.answer(refuse, nbytes=nbytes)


def test_a_long_wait_is_said_and_its_words_go(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    class Place:
        def html(self, body: str) -> None:
            said.append(body)
            over.set()

        def empty(self) -> None:
            said.append("")

    over = threading.Event()
    monkeypatch.setattr("streamlit.empty", Place)
    assert waiting.answer(over.wait, 60.0, nbytes=LARGE) is True  # ends because it was said
    assert "Asking the model: " in said[0]
    assert 'role="status"' in said[0]
    assert said[-1] == ""


def test_a_visitor_who_leaves_ends_the_script_and_not_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Left(BaseException):
        """As a script that shall end is told."""

    class Place:
        def html(self, _body: str) -> None:
            raise Left

    go_on, answered = threading.Event(), threading.Event()

    def slow() -> None:
        go_on.wait(60)
        answered.set()

    monkeypatch.setattr("streamlit.empty", Place)
    with pytest.raises(Left):
        waiting.answer(slow, nbytes=LARGE)
    go_on.set()
    assert answered.wait(60)


def test_a_service_is_asked_by_the_size_of_what_is_loaded() -> None:
    class Service:
        def reading(self, selection: str, text: str, *, loud: bool = False) -> tuple[Any, ...]:
            return selection, text, loud, threading.current_thread()

    service: Any = waiting.Waiting(Service(), {"small": 0, "large": LARGE}.__getitem__)
    assert service.reading("small", "a") == ("small", "a", False, threading.current_thread())
    *given, thread = service.reading("large", "b", loud=True)
    assert given == ["large", "b", True]
    assert thread is not threading.current_thread()


def test_every_question_takes_the_selection_first() -> None:
    methods = [method for name, method in vars(Explainer).items() if callable(method) and not name.startswith("_")]
    first = [list(inspect.signature(m).parameters)[1] for m in methods if m.__name__ != "_overload_dummy"]
    assert len(first) > 20
    assert set(first) == {"selection"}
