"""Class names as people read them; no two classes of a model are called the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.words.class_names import class_names, readable


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("card_arrival", "Card arrival"),
        ("Refund_not_showing_up", "Refund not showing up"),
        ("reverted_card_payment?", "Reverted card payment?"),
        ("home", "Home"),
        ("größe_ändern", "Größe ändern"),
        ("w2", "W2"),
        ("iPhone_case", "iPhone case"),
        ("5_stars", "5 stars"),
        *(
            (same, same)
            for same in ("LABEL_1", "ENFJ", "B-PER", "I/O error", "n/a", "0", "__", "_a", "a__b", "a_", "", " ", "?")
        ),
        *(
            (same, same)
            for same in ("заказ_карты", "カード_到着", "بطاقة", "not finite", "Card arrival", "A & b", "<b>_x")
        ),
    ],
)
def test_a_name_reads_as_a_person_writes(label: str, name: str) -> None:
    assert readable(label, (label, "another one")) == name


def test_two_that_would_read_the_same_keep_their_ids() -> None:
    labels = ("card_arrival", "Card arrival", "Card_arrival", "home")
    assert [readable(label, labels) for label in labels] == ["card_arrival", "Card arrival", "Card_arrival", "Home"]


def test_several_labels_are_named_each() -> None:
    labels = ("card_arrival", "home", "a, b")
    assert readable("card_arrival, home", labels) == "Card arrival, Home"
    assert readable("a, b", labels) == "a, b"
    assert readable("none", labels) == "none of the labels"
    assert readable("none", ("none", "some")) == "None", "a class of that name"
    assert readable("not finite", labels) == "not finite", "what is no class stays"
    assert readable("card_arrival, work", labels) == "card_arrival, work"
    assert readable("card_arrival", ()) == "card_arrival", "an id where the classes are not known"


WORDS = st.text(alphabet="aAbBéßŉ_ 1?!.,-", max_size=6) | st.text(max_size=6)


@given(st.sets(WORDS, max_size=12))
def test_names_of_different_classes_differ(labels: set[str]) -> None:
    names = class_names(tuple(labels))
    assert set(names) == labels
    assert len(set(names.values())) == len(labels)
