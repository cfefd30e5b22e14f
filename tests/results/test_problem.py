"""Failures as words: nothing is kept alive, and every raise is a new exception."""

from __future__ import annotations

import gc
import pickle
import weakref

import pytest

from core.errors import AppError, ConfigError, NotFoundError, UnexpectedError
from core.results import Problem


class Weights:
    """Stands for something large."""


class LocalError(NotFoundError):
    """A kind that `core.errors` does not know."""


def caught(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as raised:
        return raised


@pytest.mark.parametrize("kind", [AppError, NotFoundError, ConfigError])
def test_an_error_for_the_user_stays_of_its_kind(kind: type[AppError]) -> None:
    problem = Problem.of(caught(kind("There is no 'x'.", fix="choose another.")))
    assert (problem.problem, problem.fix, problem.traceback) == ("There is no 'x'.", "choose another.", "")
    assert not problem.is_bug
    with pytest.raises(kind, match=r"There is no 'x'\. Fix: choose another\.") as again:
        problem.raise_()
    assert type(again.value) is kind


def test_a_kind_of_another_module_becomes_the_nearest_known_one() -> None:
    assert type(Problem.of(LocalError("p", fix="f")).to_error()) is NotFoundError


def test_a_problem_without_a_kind_is_an_app_error() -> None:
    assert type(Problem("p", "f").to_error()) is AppError


def test_a_bug_keeps_its_traceback_as_text() -> None:
    problem = Problem.of(caught(ZeroDivisionError("division by zero")))
    assert problem.is_bug
    assert problem.problem == "ZeroDivisionError: division by zero"
    error = problem.to_error()
    assert isinstance(error, UnexpectedError)
    assert "in caught" in str(error)
    assert "test_problem.py" in str(error)


def test_a_bug_reported_twice_says_the_same() -> None:
    problem = Problem.of(caught(KeyError("x")))
    assert Problem.of(caught(problem.to_error())) == problem


def test_every_raise_is_a_new_exception() -> None:
    problem = Problem.of(caught(NotFoundError("p", fix="f")))
    one, two = caught(problem.to_error()), caught(problem.to_error())
    assert one is not two
    assert one.__traceback__ is not None
    assert one.__traceback__.tb_next is None
    assert one.__context__ is None


def test_nothing_that_the_traceback_names_is_kept_alive() -> None:
    def load() -> tuple[Problem, weakref.ref[Weights]]:
        weights = Weights()
        try:
            raise NotFoundError("p", fix="f")
        except NotFoundError as error:
            return Problem.of(error), weakref.ref(weights)

    problem, weights = load()
    gc.collect()
    assert weights() is None
    assert problem.problem == "p"


def test_problems_and_their_errors_cross_processes() -> None:
    problem = Problem.of(caught(ValueError("v")))
    assert pickle.loads(pickle.dumps(problem)) == problem
    assert str(pickle.loads(pickle.dumps(problem.to_error()))) == str(problem.to_error())
