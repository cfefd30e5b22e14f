"""Comprehensiveness and sufficiency against plain loops over the loaded model."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, softmax

from core.engine.encoding import Encoded
from core.engine.engine import Engine
from core.explain.attributions.faithfulness import by_value, measure, random_orders
from core.explain.explainer import Explainer
from core.explain.probe import make_probe
from core.results import (
    FRACTIONS,
    METHODS,
    Attribution,
    AttributionOptions,
    Attributions,
    Faithfulness,
    Selection,
    Unit,
)
from core.settings import Settings
from core.tasks.runner import TaskRunner
from tests.engine.conftest import let_go
from tests.explain.conftest import TYPES
from tests.tiny import save_tiny_classifier

TEXT = "My card has not arrived yet, my card 🙂 has not come and nobody can say where it is."


def naive(model: Any, ids: list[int], units: tuple[Unit, ...], order: list[int], target: int, kind: str) -> Any:
    """The definition, one row at a time: (whole, comprehensiveness, sufficiency)."""

    def score(row: list[int]) -> float:
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([row])).logits[0].double().numpy()
        if kind == "regression":
            return float(logits[target])
        return float((expit(logits) if kind.startswith("multi") else softmax(logits))[target])

    whole = score(ids)
    words = [unit for unit in units if not unit.special]
    falls, lacks = [], []
    for fraction in (0.1, 0.2, 0.3, 0.5):
        count = math.ceil(fraction * len(words) - 1e-9)
        chosen = [t for place in order[:count] for t in units[place].tokens]
        other = [t for place in order[count:] for t in units[place].tokens]
        falls.append(whole - score([n for i, n in enumerate(ids) if i not in chosen]))
        lacks.append(whole - score([n for i, n in enumerate(ids) if i not in other]))
    return whole, sum(falls) / 4, sum(lacks) / 4


@pytest.mark.parametrize("by", ["words", "tokens"])
@pytest.mark.parametrize("family", TYPES)
def test_every_order_equals_the_plain_loops(explainer: Explainer, family: str, by: str) -> None:
    selection = Selection(family, "attention")
    reading = explainer.reading(selection, TEXT)
    units = reading.words if by == "words" else reading.pieces
    probe = make_probe(explainer.engine.pair(selection))
    model = explainer.engine.pair(selection).predictor.model
    encoded = probe.encode(TEXT)
    orders = random_orders(units, 3)
    found = measure(probe, encoded, units, [(str(i), order) for i, order in enumerate(orders)], 1)
    for one, order in zip(found, orders, strict=True):
        whole, falls, lacks = naive(model, encoded.ids, units, order, 1, "single")
        assert one.whole == pytest.approx(whole, abs=1e-5)
        assert one.comprehensiveness == pytest.approx(falls, abs=1e-5)
        assert one.sufficiency == pytest.approx(lacks, abs=1e-5)
        assert one.removed.shape == one.kept.shape == (len(FRACTIONS),)


@pytest.mark.parametrize("problem", ["multi_label_classification", "regression"])
def test_of_several_labels_the_sigmoid_of_a_regression_the_output(problem: Any, tmp_path: Path) -> None:
    labels = ("a", "b", "c") if problem.startswith("multi") else ("value",)
    folder = save_tiny_classifier(tmp_path / "model", "llama", labels, problem)
    engine = Engine(Settings(user_catalogue=tmp_path / "own", device="cpu"))
    selection = engine.resolve(str(folder))
    units = Explainer(engine, TaskRunner(1)).reading(selection, TEXT).words
    probe = make_probe(engine.pair(selection))
    encoded, order = probe.encode(TEXT), random_orders(units, 1)[0]
    (found,) = measure(probe, encoded, units, [("one", order)], 0)
    whole, falls, lacks = naive(engine.pair(selection).predictor.model, encoded.ids, units, order, 0, problem)
    assert (found.whole, found.comprehensiveness, found.sufficiency) == pytest.approx((whole, falls, lacks), abs=1e-5)
    let_go(engine)


def test_equal_rows_go_through_the_model_once(explainer: Explainer) -> None:
    selection = Selection("llama", "mean")
    units = explainer.reading(selection, "card").words
    probe = make_probe(explainer.engine.pair(selection))
    told: list[tuple[int, int]] = []
    order = by_value(units, np.arange(len(units), dtype=float))
    measure(probe, probe.encode("card"), units, [("a", order), ("b", order)], 0, lambda *n: told.append(n))
    assert told[-1] == (2, 2), "the whole text and the special token alone"


def test_a_text_without_special_tokens_never_becomes_empty(explainer: Explainer) -> None:
    probe = make_probe(explainer.engine.pair(Selection("llama", "mean")))
    text = Encoded("a", [70], [(0, 1)], 1)
    (found,) = measure(probe, text, (Unit("a", 0, 1, (0,)),), [("only", [0])], 0)
    with torch.no_grad():
        padding = probe.model(input_ids=torch.tensor([[0]])).logits[0].softmax(dim=0)[0]
    np.testing.assert_allclose(found.removed, float(padding), atol=1e-6)
    np.testing.assert_allclose(found.kept, found.whole, atol=1e-6)


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=1, max_size=30))
def test_orders_are_by_falling_value_and_leave_special_tokens_out(drawn: list[tuple[int, bool]]) -> None:
    units = tuple(Unit("x", i, i + 1, (i,), "special" if special else "text") for i, (_, special) in enumerate(drawn))
    values = np.array([value for value, _ in drawn], dtype=float)
    order = by_value(units, values)
    assert order == sorted((i for i, u in enumerate(units) if not u.special), key=lambda i: (-values[i], i))
    assert all(sorted(shuffled) == sorted(order) for shuffled in random_orders(units))
    assert random_orders(units) == random_orders(units)


def found(falls: list[float], lacks: list[float], chance: list[float], score: str = "probability") -> Attributions:
    def one(name: str, fall: float, lack: float) -> Faithfulness:
        return Faithfulness(name, 1.0, np.full(4, 1.0 - fall), np.full(4, 1.0 - lack))

    return Attributions(
        options=AttributionOptions("a"),
        units=(),
        score=score,
        exact=True,
        dtype="float32",
        widened=False,
        logit=0.0,
        methods=tuple(Attribution(m, np.zeros(0), None, 0.0) for m in METHODS),
        faithfulness=tuple(map(one, METHODS, falls, lacks)),
        shuffles=tuple(one("random", c, c) for c in chance),
    )


def test_the_best_beats_chance_by_more_than_its_spread() -> None:
    result = found([0.2, 0.2, 0.5, 0.499, 0.1], [0.2, 0.2, 0.3, 0.1, 0.29], [0.1, 0.3])
    assert result.chance("comprehensiveness") == pytest.approx((0.2, 0.1))
    assert result.best("comprehensiveness") == ("gradient x input", "integrated gradients")
    assert result.best("sufficiency") == (), "0.1 is just the mean less the spread"
    assert found([0.0] * 5, [0.2, 0.2, 0.3, 0.05, 0.29], [0.1, 0.3]).best("sufficiency") == ("integrated gradients",)
    assert found([0.001, 0.002, 0, 0, 0], [0.0] * 5, [0.0, 0.0]).best("comprehensiveness") == (), "all alike"
    assert found([0.2] * 5, [0.2] * 5, [0.1], score="output").best("comprehensiveness") == METHODS
