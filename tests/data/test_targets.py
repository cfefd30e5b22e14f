"""Labels that fit, and labels that do not."""

from __future__ import annotations

import pytest

from core.data.targets import cell_parts, read_targets
from core.errors import InputError

CLASSES = ("alpha", "beta", "gamma")


def test_targets_of_each_problem() -> None:
    assert read_targets(["beta", " alpha "], CLASSES, "single_label_classification").tolist() == [1, 0]
    several = read_targets(["alpha|gamma", '["beta"]', "", "[]"], CLASSES, "multi_label_classification")
    assert several.astype(int).tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert read_targets(["1.5", "-2"], ["score"], "regression").tolist() == [[1.5], [-2.0]]
    assert read_targets(["1|2", "[3, 4]"], ["a", "b"], "regression").tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("label", "problem", "message"),
    [
        ("betta", "single_label_classification", "Row 2: the model has no class 'betta'. Fix: did you mean 'beta'"),
        ("", "single_label_classification", "Row 2: the model has no class ''"),
        ("alpha|delta", "multi_label_classification", "Row 2: the model has no class 'delta'"),
        ("[alpha", "multi_label_classification", r"Row 2: the model has no class '\[alpha'"),
        ("much", "regression", "Row 2: 'much' is not 3 numbers joined by '|'. Fix: name the column"),
        ("1|2|nan", "regression", "Row 2: '1|2|nan' is not 3 numbers"),
    ],
)
def test_labels_that_do_not_fit(label: str, problem: str, message: str) -> None:
    good = "1|2|3" if problem == "regression" else "alpha"
    with pytest.raises(InputError, match=message):
        read_targets([good, label], CLASSES, problem)


def test_many_classes_are_not_all_listed() -> None:
    with pytest.raises(InputError, match="c7 and 142 more. Choose the adapter"):
        read_targets(["zzz"], [f"c{i}" for i in range(150)], "single_label_classification")


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("a|b", ["a", "b"]),
        (" a | ", ["a"]),
        ('["a|b", 2]', ["a|b", "2"]),
        ("[]", []),
        ("", []),
        ("[a", ["[a"]),
        ("[" * 100_000, ["[" * 100_000]),
    ],
)
def test_what_a_cell_holds(cell: str, parts: list[str]) -> None:
    assert cell_parts(cell) == parts
