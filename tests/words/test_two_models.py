"""Two models in words: no winner where chance may have made the difference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.results.figure import Figure
from core.results.two_models import ClassDifference, CommonClasses, ConfusionDifference, MeasureDifference, TwoModels
from core.words import two_models as words

NAMES = ("Llama", "Mistral")
NONE, NO_SHARES = np.zeros(360, np.int64), np.zeros(360, np.float32)
ACCURACY = MeasureDifference("accuracy", 0.916, 0.899, Figure(0.017, -0.006, 0.041), 0.15, 0.45)


def made(*measures: MeasureDifference, **changes: object) -> TwoModels:
    report = TwoModels(
        classes=("card_arrival", "pin_blocked"),
        common=CommonClasses(77, 77, 77),
        measures=measures or (ACCURACY,),
        both=290,
        first_only=27,
        second_only=21,
        neither=8,
        alike=300,
        answered=360,
        kappa=0.81,
        divergence=0.4,
        back=None,
        distance=0.1,
        per_class=(),
        confusions=(),
        actual=NONE,
        first=NONE,
        second=NONE,
        first_probability=NO_SHARES,
        second_probability=NO_SHARES,
        distances=NO_SHARES,
    )
    return replace(report, **changes)  # type: ignore[arg-type]


def test_a_difference_that_may_be_chance() -> None:
    assert words.lead(made(), NAMES) == (
        "Llama (A) is right on 91.6\u00a0%, Mistral (B) on 89.9\u00a0% of 346 rows: +1.7 points (95 % interval -0.6 to "
        "+4.1). A difference like this may be chance (McNemar's p 0.150)."
    )


def test_one_that_is_small_only_as_the_first_of_several() -> None:
    said = words.lead(made(replace(ACCURACY, p=0.03, adjusted=0.12)), NAMES)
    assert said.endswith("It may be chance: McNemar's p 0.030, 0.120 as one of four measures that were tested.")
    assert "better" not in said


@pytest.mark.parametrize(("value", "better"), [(0.1, "A"), (-0.1, "B")])
def test_a_clear_one(value: float, better: str) -> None:
    found = replace(ACCURACY, difference=Figure(value, value - 0.05, value + 0.05), p=1e-5, adjusted=4e-5)
    said = words.lead(made(found), NAMES)
    assert said.endswith(f"{better} is better by more than chance (McNemar's p < 0.001).")


def test_right_on_the_same_rows() -> None:
    found = replace(ACCURACY, difference=Figure(0.0, 0.0, 0.0), p=1.0, adjusted=1.0)
    assert words.lead(made(found, first_only=0, second_only=0), NAMES).endswith("they are right on the same rows.")


@pytest.mark.parametrize(
    ("name", "difference", "adjusted", "better"),
    [
        ("log_loss", -0.2, 0.01, "A"),
        ("brier", 0.2, 0.01, "B"),
        ("macro_f1", 0.2, 0.01, "A"),
        ("macro_f1", 0.2, 0.06, "may be chance"),
        ("log_loss", float("nan"), float("nan"), "may be chance"),
    ],
)
def test_of_losses_less_is_better(name: str, difference: float, adjusted: float, better: str) -> None:
    found = MeasureDifference(name, 1.0, 1.0 - difference, Figure(difference, -1.0, 1.0), adjusted, adjusted)
    row = words.measure(found)
    assert row["Better"] == better
    assert "nan" not in str(row)


def test_which_classes_are_compared_and_which_rows_are_not() -> None:
    assert words.matched(CommonClasses(77, 77, 77)) == "Both have the same 77 classes, by name."
    assert "1 class in common: A has 77, B 10" in words.matched(CommonClasses(1, 77, 10))
    assert words.left_out(made()) == "14 rows without a label that is a class of both: in no measure."
    assert "1 row on which one gives no verdict" in words.left_out(made(answered=359))


def test_tables() -> None:
    assert [of.split()[0] for *_, of in words.outcomes(made())] == ["290", "27", "21", "8"]
    assert [name for name, *_ in words.agreement(made())] == [
        *("Same verdict", "Cohen's kappa", "KL(A ‖ B)", "Jensen-Shannon")
    ]
    found = ClassDifference("card_arrival", 5, 5, 1, 0.11, 1.0, 0.97)
    row = words.of_class(found, ("card_arrival", "b"))
    assert (row["Class"], row["A less B, points"], row["95 % interval"]) == ("Card arrival", 0.8, "+11.0 to +100.0")
    pair = ConfusionDifference("card_arrival", "pin_blocked", 5, 0, 2)
    assert words.of_pair(pair, made().classes)["A less B"] == -2
    assert "0 are A's, 1 B's" in words.confusions(made(confusions=(pair,)))
    assert words.confusions(made()).startswith("No pair of classes")
    assert "bring the dataset without these 14 rows" in words.soft_labels(360, 77, 0, 14)
    assert "2 rows of the dataset had no answer" in words.soft_labels(358, 77, 2, 0)
