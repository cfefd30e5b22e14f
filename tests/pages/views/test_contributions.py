"""The numbers beside contributions: the sum, the model's own value, what is between them, what no token has."""

from __future__ import annotations

from core.results import ContributionOptions
from pages.views import contributions as view
from tests.words.made import contributions


def test_the_sum_beside_the_logit_of_a_class() -> None:
    facts = view.facts(contributions())
    assert [name for name, _, _ in facts] == ["Sum of the shares", "Logit, by the model", "Difference"]
    assert float(facts[0][1]) == float(facts[1][1]) == 3.0


def test_log_odds_have_constants_and_other_classes() -> None:
    options = ContributionOptions("card")
    facts = view.facts(contributions(options=options, quantity="log-odds", bias=0.5, others=-1.5, value=2.0))
    assert facts[1][0] == "Log-odds, by the model"
    assert float(facts[0][1]) == 2.0
    assert facts[3:] == [("The model's constants", "+0.500", ""), ("The other classes together", "-1.50", "")]


def test_falls_have_no_sum() -> None:
    assert view.facts(contributions(exact=False)) == [("Logit, by the model", "3.00000", "")]
