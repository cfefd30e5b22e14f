"""Two candidates of one title can be told apart."""

from __future__ import annotations

from dataclasses import replace

from pages.ui.candidate_titles import titles
from tests.fakes.engine import FakeEngine


def test_a_title_that_several_have_is_followed_by_the_id() -> None:
    first, other, *_ = FakeEngine().candidates()
    same = [replace(first, id="stars", title="Stars"), replace(first, id="stars-2", title="Stars"), other]
    assert titles(same) == {"stars": "Stars (stars)", "stars-2": "Stars (stars-2)", other.id: other.title or other.id}
