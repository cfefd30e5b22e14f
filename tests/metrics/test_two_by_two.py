"""P-values of many tables at once against SciPy's, one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, fisher_exact

from core.metrics.two_by_two import SMALL, p_values


def one(right: int, count: int, other: int, rest: int) -> float:
    return float(p_values(*(np.array([x]) for x in (right, count, other, rest)))[0])


def expected(right: int, count: int, other: int, rest: int) -> float:
    table = np.array([[right, count - right], [other, rest - other]])
    if 0 in table.sum(axis=0) or 0 in table.sum(axis=1):
        return 1.0
    if (np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()).min() < SMALL:
        return float(fisher_exact(table).pvalue)
    return float(chi2_contingency(table, correction=False).pvalue)


@given(st.data(), st.integers(0, 60), st.integers(0, 3000))
def test_they_are_those_of_scipy(data: st.DataObject, count: int, rest: int) -> None:
    right, other = data.draw(st.integers(0, count)), data.draw(st.integers(0, rest))
    assert one(right, count, other, rest) == pytest.approx(expected(right, count, other, rest), rel=1e-6, abs=1e-12)


def test_many_tables_are_tested_as_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.metrics.two_by_two._BLOCK", 64)
    chance = np.random.default_rng(0)
    count, rest = chance.integers(0, 40, 500), chance.integers(0, 400, 500)
    right, other = chance.binomial(count, 0.8), chance.binomial(rest, 0.9)
    found = p_values(right, count, other, rest)
    each = [one(*map(int, table)) for table in zip(right, count, other, rest, strict=True)]
    np.testing.assert_allclose(found, each, rtol=1e-12)


def test_of_no_table_there_is_nothing() -> None:
    none = np.zeros(0, np.int64)
    assert p_values(none, none, none, none).shape == (0,)
