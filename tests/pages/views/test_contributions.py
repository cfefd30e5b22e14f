"""Contributions of one class, and of its lead over another: the sum, the logit, what is between them."""

from __future__ import annotations

from pages.views import contributions as view
from tests.words.made import contributions


def test_the_sum_beside_the_logit_of_a_class() -> None:
    facts = view.facts(contributions(), "card", "")
    assert [name for name, _, _ in facts] == ["Sum of the parts", "Logit, by the model", "Difference", "Parts"]
    assert float(facts[0][1]) == float(facts[1][1]) == 3.0
    assert facts[3] == ("Parts", "2", "tokens")


def test_the_lead_over_a_rival() -> None:
    facts = view.facts(contributions(), "card", "home")
    assert facts[1][0] == "Lead in logits, by the model"
    assert float(facts[0][1]) == float(facts[1][1]) == 2.0
