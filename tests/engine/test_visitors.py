"""Who uses which pair: the latest of each session, of a bounded number of sessions."""

from __future__ import annotations

from core.engine.visitors import Visitors
from core.results import Selection

A, B = Selection("a", "one"), Selection("a", "two")


def test_a_session_uses_what_it_chose_last() -> None:
    visitors = Visitors()
    visitors.here("x", A)
    visitors.here("y", A)
    visitors.here("x", B)
    assert visitors.using("a", "one") == ("y",)
    assert visitors.using("a", "two") == ("x",)
    assert set(visitors.using("a", any_adapter=True)) == {"x", "y"}
    assert visitors.using("a") == visitors.using("b", any_adapter=True) == ()


def test_those_that_have_gone_do_not_count() -> None:
    visitors = Visitors()
    visitors.here("x", A)
    visitors.gone(["x", "never here"])
    assert visitors.using("a", any_adapter=True) == ()


def test_no_more_than_a_number_are_remembered() -> None:
    visitors = Visitors(remembered=2)
    for session in ("x", "y", "x", "z"):
        visitors.here(session, A)
    assert visitors.using("a", "one") == ("x", "z")
