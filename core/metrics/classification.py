"""Classes against classes: accuracy, macro-F1, and what goes with one or with several labels a text."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.calibration import calibration_error
from core.metrics.probabilities import Floats, Indicators
from core.results.dataset_evaluation import NO_CLASS

#: A class applies, where several may, from this probability on.
THRESHOLD = 0.5

#: Class numbers (N,), or indicators (N, K) where several labels may apply.
Classes = NDArray[Any]


def single_label(logits: Floats, probabilities: Floats, targets: Classes) -> dict[str, float | None]:
    """Accuracy, macro-F1 and calibration error: logits (N, K), probabilities (N, K), class numbers (N,).

    The verdict is the class with the largest logit (the first of equal ones), its confidence that class's
    probability. A text whose probabilities hold a NaN (of logits with a NaN or plus infinity) has no verdict.
    """
    predicted = np.where(np.isfinite(probabilities).all(axis=1), logits.argmax(axis=1), NO_CLASS)
    confidence = probabilities[np.arange(len(predicted)), predicted]
    return {
        "accuracy": float((predicted == targets).mean()),
        "macro_f1": macro_f1(predicted, targets),
        "calibration_error": calibration_error(confidence, predicted == targets),
    }


def multi_label(probabilities: Floats, targets: Classes) -> dict[str, float | None]:
    """The same where each class is a decision of its own: probabilities (N, K), targets (N, K) as 0 and 1.

    A class applies at p >= 0.5. Accuracy is over whole sets of classes; calibration is over every decision,
    with the probability of what was decided. A probability that is no number decides nothing, and is wrong.
    """
    predicted, actual = probabilities >= THRESHOLD, np.asarray(targets) > 0.5
    correct = (predicted == actual) & np.isfinite(probabilities)
    return {
        "accuracy": float(correct.all(axis=1).mean()),
        "macro_f1": macro_f1(predicted, actual),
        "calibration_error": calibration_error(np.maximum(probabilities, 1 - probabilities).ravel(), correct.ravel()),
    }


def macro_f1(predicted: Classes, actual: Classes) -> float:
    """Unweighted mean of F1 over the classes that have or get a text: class numbers (N,) or indicators (N, K).

    A class that nothing has and nothing gets says nothing of the model and is left out, whatever the number
    of classes that the model knows. A class that is only predicted, or never, counts with F1 = 0. Where no
    class has or gets a text at all (several labels, all sets empty) it is 0, as in scikit-learn.
    """
    from sklearn.metrics import f1_score

    if actual.ndim == 2:
        return _macro_f1_of_sets(predicted, actual)
    seen = np.union1d(predicted[predicted != NO_CLASS], actual)
    return float(f1_score(actual, predicted, labels=seen, average="macro", zero_division=0))


def _macro_f1_of_sets(predicted: Indicators, actual: Indicators) -> float:
    from sklearn.metrics import f1_score

    seen = (predicted | actual).any(axis=0)
    predicted, actual = predicted[:, seen], actual[:, seen]
    if not seen.any():
        return 0.0
    if actual.shape[1] == 1:  # scikit-learn takes one column for a binary problem
        return float(f1_score(actual[:, 0], predicted[:, 0], pos_label=True, zero_division=0))
    return float(f1_score(actual, predicted, average="macro", zero_division=0))
