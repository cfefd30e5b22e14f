"""Labels of a file among the classes of a model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.label_names import SUGGESTED_FOR, match_classes, match_labels
from core.results.dataset import LabelRule

CLASSES = ("card_arrival", "lost_card", "top_up", "exchange rate")


def found(*labels: str, **given: str) -> dict[str, tuple[str | None, LabelRule]]:
    return {m.written: (m.class_name, m.by) for m in match_labels(dict.fromkeys(labels, 1), CLASSES, given)}


def test_by_name_by_spelling_and_not_by_likeness() -> None:
    assert found(" lost_card", "Card Arrival", "ExchangeRate", "lost_cards") == {
        " lost_card": ("lost_card", LabelRule.NAME),
        "Card Arrival": ("card_arrival", LabelRule.SPELLING),
        "ExchangeRate": ("exchange rate", LabelRule.SPELLING),
        "lost_cards": (None, LabelRule.NONE),
    }


def test_a_spelling_that_two_classes_share_is_nobodys() -> None:
    (match,) = match_labels({"TOP UP": 1}, ("top_up", "top-up"))
    assert match.class_name is None
    assert set(match.suggestions) == {"top_up", "top-up"}


def test_numbers_are_classes_only_where_all_labels_are_some() -> None:
    assert found("0", "3") == {
        "0": ("card_arrival", LabelRule.INDEX),
        "3": ("exchange rate", LabelRule.INDEX),
    }
    for labels in (("0", "4"), ("0", "lost_card"), ("-1", "0"), ("1.0",), ("²",)):
        assert not any(by is LabelRule.INDEX for _, by in found(*labels).values())
    assert match_labels({"1": 1}, ("1", "0"))[0].class_name == "1"  # a name goes before a number


def test_what_a_person_gives_goes_first_and_must_be_a_class() -> None:
    assert found("lost_card", "gone", gone="lost_card", lost_card="nothing") == {
        "gone": ("lost_card", LabelRule.GIVEN),
        "lost_card": ("lost_card", LabelRule.NAME),
    }


def test_the_most_frequent_first_without_blank_ones_and_with_suggestions() -> None:
    matches = match_labels({"a": 1, "card arival": 5, "": 9, "  ": 2}, CLASSES)
    assert [(m.written, m.count) for m in matches] == [("card arival", 5), ("a", 1)]
    assert matches[0].suggestions[0] == "card_arrival"


@given(st.dictionaries(st.text(min_size=1), st.integers(1, 5)), st.lists(st.text(min_size=1), min_size=1, unique=True))
def test_every_label_comes_once_and_means_a_class_or_nothing(counts: dict[str, int], classes: list[str]) -> None:
    matches = match_labels(counts, classes)
    assert {m.written: m.count for m in matches} == {k: n for k, n in counts.items() if k.strip()}
    assert all(m.class_name is None or m.class_name in classes for m in matches)
    for m in matches:
        if m.written in classes and m.written == m.written.strip():
            assert m.class_name == m.written


@pytest.mark.parametrize("label", CLASSES)
def test_every_class_is_itself(label: str) -> None:
    assert found(label) == {label: (label, LabelRule.NAME)}


def test_of_a_wrong_column_only_the_most_frequent_get_suggestions() -> None:
    matches = match_labels({f"card arrival {i}": 100 - i for i in range(40)}, CLASSES)
    assert [bool(m.suggestions) for m in matches] == [True] * SUGGESTED_FOR + [False] * (40 - SUGGESTED_FOR)


def test_numbers_beside_odd_spaces_and_numbers_that_are_none() -> None:
    matches = {m.written: m.by for m in match_labels({"0\x1f": 3, " 1\t": 2}, ["a", "b"])}
    assert matches == {"0\x1f": LabelRule.INDEX, " 1\t": LabelRule.INDEX}
    assert match_labels({"9" * 5000: 1}, ["a", "b"])[0].class_name is None


def test_classes_of_two_models_are_matched_by_name_and_by_spelling_alone() -> None:
    assert match_classes(("b", "a", "c"), ("a", "b")) == (1, 0, None)
    assert match_classes(("Card Arrival", "pin"), ("card_arrival", "PIN", "x")) == (0, 1)
    assert match_classes(("0", "1"), ("a", "b")) == (None, None)  # numbers are no names


def test_no_class_is_two() -> None:
    assert match_classes(("card_arrival", "Card Arrival"), ("card_arrival",)) == (0, None)
    assert match_classes(("Card Arrival", "card-arrival"), ("card_arrival",)) == (None, None)
    assert match_classes(("Card Arrival",), ("card_arrival", "card-arrival")) == (None,)


@given(st.lists(st.text(min_size=1, max_size=4), unique=True), st.lists(st.text(min_size=1, max_size=4), unique=True))
def test_matched_classes_are_one_to_one(classes: list[str], others: list[str]) -> None:
    found = [i for i in match_classes(classes, others) if i is not None]
    assert len(set(found)) == len(found)
    assert {others[i] for i in found} >= {*classes} & {*others}
