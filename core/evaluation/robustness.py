"""Harmless changes of the texts of a dataset, and what becomes of the answers.

Invariance tests of CheckList (Ribeiro, Wu, Guestrin and Singh 2020, "Beyond Accuracy: Behavioral Testing of NLP Models
with CheckList"): a change that keeps what a text says should keep the verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.evaluation.drawn_rows import some_of
from core.evaluation.measuring import outcome
from core.evaluation.perturbations import EVERY, perturbed, replaced
from core.metrics.intervals import wilson
from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation
from core.results.robustness import MOST_ROWS, Perturbation, Replacement, RobustnessReport, RobustnessTest

#: Signs of what is replaced, and of what stands in its place.
MOST_SIGNS = 200

#: Texts (U,) -> logits (U, K); NaN in the row of a text that cannot be read.
Answers = Callable[[Sequence[str]], NDArray[np.float32]]


def tried(result: DatasetEvaluation, most: int = MOST_ROWS) -> NDArray[np.int64]:
    """Places of the rows that are tried, ascending: those with a verdict, or `most` of them, the same each time."""
    return some_of(np.flatnonzero(result.predicted != NO_CLASS), most)


def check(replacement: Replacement) -> None:
    """Whether it replaces something by something else.

    Raises:
        InputError: it does not, or has more than 200 signs.
    """
    old, new = replacement.old, replacement.new
    if not old.strip() or not new.strip():
        raise InputError("One of the two fields is empty.", fix="type what is replaced, and by what.")
    if old == new:
        raise InputError(f"'{old}' would be replaced by itself.", fix="type another word for it.")
    if len(old) > MOST_SIGNS or len(new) > MOST_SIGNS:
        raise InputError(f"That has more than {MOST_SIGNS} signs.", fix="replace a shorter part.")


def robustness_report(
    result: DatasetEvaluation,
    places: NDArray[np.int64],
    texts: Sequence[str],
    longest: int,
    answers: Answers,
    replacement: Replacement | None = None,
) -> RobustnessReport:
    """Every change of `Perturbation` on these rows, or with a replacement that one alone.

    A text is asked once, however many changes lead to it; one that a change leaves as it is, not at all.

    Args:
        result: N answered rows.
        places: (n,) which of them are tried, see `tried`.
        texts: (n,) their texts.
        longest: characters that a text may have; a change that makes it longer does not apply.
        answers: asks the pair that gave the result.
        replacement: a person's own, see `check`.
    """
    changed = _changed(result, places, texts, longest, replacement)
    asked = list(dict.fromkeys(text for found in changed.values() for text in found.values()))
    logits = answers(asked) if asked else np.zeros((0, len(result.classes)), np.float32)
    number = {text: i for i, text in enumerate(asked)}
    tests = []
    for perturbation, found in changed.items():
        at = places[np.fromiter(found, np.int64, len(found))]
        new = logits[np.array([number[text] for text in found.values()], np.int64)]
        tests.append(_test(perturbation, replacement, result, at, tuple(found.values()), new))
    few = RobustnessReport.few
    tests.sort(key=lambda test: (test.count < few, -np.nan_to_num(test.rate), -test.low))
    with_verdict = int((result.predicted != NO_CLASS).sum())
    return RobustnessReport(tuple(tests), with_verdict, len(places), len(asked))


def _changed(
    result: DatasetEvaluation,
    places: NDArray[np.int64],
    texts: Sequence[str],
    longest: int,
    replacement: Replacement | None,
) -> dict[Perturbation, dict[int, str]]:
    """The changed texts of each test, by their number among the tried rows; a row's number in the file is its seed."""
    perturbations = EVERY if replacement is None else (Perturbation.REPLACEMENT,)
    made: dict[Perturbation, dict[int, str]] = {perturbation: {} for perturbation in perturbations}
    for i, (row, text) in enumerate(zip(result.rows[places].tolist(), texts, strict=True)):
        for perturbation, found in made.items():
            new = perturbed(text, perturbation, row) if replacement is None else replaced(text, replacement)
            if new is not None and len(new) <= longest:
                found[i] = new
    return made


def _test(
    perturbation: Perturbation,
    replacement: Replacement | None,
    result: DatasetEvaluation,
    places: NDArray[np.int64],
    texts: tuple[str, ...],
    logits: NDArray[np.float32],
) -> RobustnessTest:
    """What became of the answers to n changed texts: logits (n, K)."""
    before, actual = result.predicted[places], result.actual[places]
    found = outcome(logits, before, result.temperature)  # its loss is that of the first verdict
    kept, after = np.exp(-found.loss), found.predicted
    changed, labelled = before != after, actual != NO_CLASS
    right, right_now = labelled & (actual == before), labelled & (actual == after)
    shift = np.abs(kept - result.probability[places])
    known = shift[np.isfinite(shift)].astype(np.float64)
    interval = wilson(int(changed.sum()), len(places))
    return RobustnessTest(
        perturbation,
        replacement,
        interval.low,
        interval.high,
        right_to_wrong=int((changed & right).sum()),
        wrong_to_right=int((changed & right_now).sum()),
        wrong_to_wrong=int((changed & labelled & ~right & ~right_now).sum()),
        without_label=int((changed & ~labelled).sum()),
        shift=float(known.mean()) if len(known) else float("nan"),
        places=places,
        texts=texts,
        predicted=after,
        probability=found.probability,
        kept=kept,
        changed=changed,
    )
