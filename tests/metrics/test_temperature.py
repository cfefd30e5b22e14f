"""The temperature against scikit-learn's calibrator, a search of the likelihood, and a model of known temperature."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

from core.errors import InputError
from core.metrics import temperature
from core.metrics.loss import mean_loss
from core.metrics.probabilities import Floats, softmax
from core.metrics.temperature import COLDEST, HOTTEST, fit_temperature


class Given(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier whose inputs are its logits."""

    def fit(self, x: Floats, y: np.ndarray) -> Given:
        self.classes_ = np.unique(y)
        return self

    def predict(self, x: Floats) -> np.ndarray:
        return np.asarray(self.classes_[x.argmax(axis=1)])

    def decision_function(self, x: Floats) -> Floats:
        return x


def example(count: int, classes: int, hot: float, seed: int) -> tuple[Floats, np.ndarray]:
    """Logits, and targets drawn from softmax(logits / hot)."""
    chance = np.random.default_rng(seed)
    logits = chance.normal(size=(count, classes)) * 4
    return logits, np.array([chance.choice(classes, p=p) for p in softmax(logits / hot)])


def loss(logits: Floats, targets: np.ndarray, t: float) -> float:
    return float(-log_softmax(logits / t, axis=1)[np.arange(len(targets)), targets].mean())


@pytest.mark.parametrize(("classes", "hot"), [(3, 0.5), (3, 1.0), (4, 2.5), (9, 6.0)])
def test_it_is_scikit_learns(classes: int, hot: float) -> None:
    logits, targets = example(400, classes, hot, 0)
    frozen = FrozenEstimator(Given().fit(logits, targets))
    theirs = CalibratedClassifierCV(frozen, method="temperature", ensemble=False).fit(logits, targets)
    assert theirs.predict_proba(logits) == pytest.approx(softmax(logits / fit_temperature(logits, targets)), abs=1e-5)


@pytest.mark.parametrize("hot", [0.3, 1.0, 3.0])
def test_it_finds_the_temperature_that_made_the_targets(hot: float) -> None:
    logits, targets = example(20_000, 4, hot, 1)
    assert fit_temperature(logits, targets) == pytest.approx(hot, rel=0.05)


@hypothesis_settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 5), st.floats(0.05, 20), st.integers(0, 2**32 - 1))
def test_no_other_temperature_is_likelier(count: int, classes: int, hot: float, seed: int) -> None:
    logits, targets = example(count, classes, hot, seed)
    t = fit_temperature(logits, targets)
    assert COLDEST <= t <= HOTTEST
    best = loss(logits, targets, t)
    others = minimize_scalar(lambda u: loss(logits, targets, float(np.exp(u))), bounds=np.log((COLDEST, HOTTEST)))
    assert best <= others.fun + 1e-9
    assert best <= (mean_loss("single_label_classification", logits, targets) or 0) + 1e-12, "T = 1 is one of them"


@given(st.floats(0.2, 5), st.integers(0, 2**32 - 1))
@hypothesis_settings(deadline=None, max_examples=25)
def test_hotter_logits_need_as_much_more(factor: float, seed: int) -> None:
    logits, targets = example(50, 3, 1.5, seed)
    t = fit_temperature(logits, targets)
    if COLDEST < t < HOTTEST and COLDEST < t * factor < HOTTEST:
        assert fit_temperature(logits * factor, targets) == pytest.approx(t * factor, rel=1e-6)
        assert fit_temperature(logits + 100, targets) == pytest.approx(t, rel=1e-6)


def test_blocks_of_rows_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    logits, targets = example(100, 3, 2.0, 2)
    whole = fit_temperature(logits, targets)
    monkeypatch.setattr(temperature, "ROWS", 7)
    assert fit_temperature(logits, targets) == pytest.approx(whole, rel=1e-9)


# Where there is no inner minimum


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6, 1e300])
def test_nothing_but_right_or_wrong_ends_at_a_bound(scale: float) -> None:
    logits = np.array([[1.0, 0.0], [0.0, 1.0]]) * scale
    assert fit_temperature(logits, np.array([0, 1])) == COLDEST
    assert fit_temperature(logits, np.array([1, 0])) == HOTTEST
    assert fit_temperature(logits[:1], np.array([0])) == COLDEST


def test_where_nothing_changes_it_is_1() -> None:
    assert fit_temperature(np.full((3, 4), 7.0), np.array([0, 1, 2])) == 1.0
    assert fit_temperature(np.array([[3.0], [-3.0]]), np.array([0, 0])) == 1.0


def test_float32_is_fitted_in_float64() -> None:
    logits, targets = example(200, 3, 2.0, 3)
    short = logits.astype(np.float32)
    assert fit_temperature(short, targets) == fit_temperature(short.astype(np.float64), targets)


# Logits that are not finite


def test_texts_without_a_likelihood_are_left_out() -> None:
    logits, targets = example(60, 3, 2.0, 4)
    broken = np.array([[np.nan, 0, 0], [np.inf, 0, 0], [-np.inf] * 3, [-np.inf, 0, 1]])
    more = np.concatenate([logits, broken])
    assert fit_temperature(more, np.append(targets, [1, 0, 0, 0])) == fit_temperature(logits, targets)


def test_a_class_that_is_ruled_out_has_no_part() -> None:
    logits, targets = example(60, 3, 2.0, 5)
    wider = np.column_stack([logits, np.full(60, -np.inf)])
    assert fit_temperature(wider, targets) == pytest.approx(fit_temperature(logits, targets), rel=1e-12)


@pytest.mark.parametrize("logits", [np.empty((0, 2)), np.full((3, 2), np.nan)])
def test_without_a_text_there_is_no_temperature(logits: Floats) -> None:
    with pytest.raises(InputError, match=f"None of {len(logits)} texts"):
        fit_temperature(logits, np.zeros(len(logits), dtype=int))
