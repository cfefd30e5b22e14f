"""The numbers of one head, and the end of the colours of its matrix."""

from __future__ import annotations

import numpy as np

from core.results import HEAD_MEASURES, AttentionOverview
from pages.views import attention as view


def test_shares_are_in_percent_and_the_rest_in_tokens() -> None:
    values = {measure: np.full((2, 3), 0.5) for measure in HEAD_MEASURES}
    values["effective tokens"][1, 2] = 4.25
    facts = view.facts(AttentionOverview(values), layer=1, head=2)
    assert [(value, unit) for _, value, unit in facts] == [
        ("4.25", "tokens"),
        ("50.0", "%"),
        ("50.0", "%"),
        ("50.0", "%"),
        ("0.500", "tokens"),
    ]


def test_the_colours_end_at_the_largest_share_that_is_shown() -> None:
    values = np.array([[0.9, np.nan], [0.6, 0.4]])
    assert view.largest(values, None) == 0.9
    assert view.largest(values, 0) == 0.4
    assert view.largest(np.array([[1.0]]), 0) == 0.0, "nothing is left to show"
