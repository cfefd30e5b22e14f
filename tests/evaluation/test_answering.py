"""Texts answered in pieces: every row once, also after the process was killed, and a text that cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.engine.engine import Engine
from core.errors import InputError
from core.evaluation.answering import answer
from core.evaluation.stored_logits import StoredLogits
from core.explain.explainer import Explainer
from core.results import Prediction, Selection
from core.tasks.progress import CancelledError, ignore_progress

SELECTION = Selection("llama", "mean")
TEXTS = [f"Where is my card number {i}?" for i in range(70)]


class Counting:
    """The engine, and what it was asked; texts with a hole in them cannot be read."""

    def __init__(self, engine: Engine) -> None:
        self.asked: list[str] = []
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def classify(self, selection: Selection, texts: Sequence[str]) -> list[Prediction]:
        if any("hole" in text for text in texts):
            raise InputError("No token is left.", fix="write more.")
        self.asked += texts
        return self._engine.classify(selection, texts)


@pytest.fixture
def engine(explainer: Explainer) -> Any:
    return Counting(explainer.engine)


def test_logits_are_those_of_the_engine_in_the_order_of_the_texts(engine: Any, tmp_path: Path) -> None:
    expected = np.array([p.logits for p in engine.classify(SELECTION, TEXTS)], np.float32)
    stored, said = StoredLogits(tmp_path / "a.logits", expected.shape[1]), []
    answer(engine, SELECTION, TEXTS, stored, lambda share, stage: said.append((share, stage)))
    assert stored.rows() == pytest.approx(expected, abs=1e-5)
    assert said[0][1].startswith("16 of 70 texts, ")
    assert " left" in said[0][1]
    assert said[-1][0] == 1.0
    assert said[-1][1].startswith("70 of 70 texts, ")
    assert "left" not in said[-1][1]


def test_what_was_cut_off_goes_on_where_it_was(engine: Any, tmp_path: Path) -> None:
    stored = StoredLogits(tmp_path / "a.logits", len(engine.load(SELECTION).labels))

    def stop(share: float, stage: str) -> None:
        raise CancelledError

    for _ in range(2):
        with pytest.raises(CancelledError):
            answer(engine, SELECTION, TEXTS, stored, stop)
    assert stored.count() == 32
    answer(engine, SELECTION, TEXTS, stored, ignore_progress)
    assert engine.asked == TEXTS  # each once
    whole = StoredLogits(tmp_path / "b.logits", stored.classes)
    answer(engine, SELECTION, TEXTS, whole, ignore_progress)
    assert stored.rows() == pytest.approx(whole.rows(), abs=1e-5)


def test_a_text_that_cannot_be_read_costs_its_own_row_alone(engine: Any, tmp_path: Path) -> None:
    texts = [*TEXTS[:9], "a hole", *TEXTS[9:20], "another hole"]
    stored = StoredLogits(tmp_path / "a.logits", len(engine.load(SELECTION).labels))
    answer(engine, SELECTION, texts, stored, ignore_progress)
    assert np.flatnonzero(np.isnan(stored.rows()).any(axis=1)).tolist() == [9, 21]
    assert sorted(engine.asked) == sorted(text for text in texts if "hole" not in text)
