"""Texts answered in pieces: every row once, also after the process was killed, and a text that cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.engine.engine import Engine
from core.engine.predictor import Predictor
from core.errors import InputError
from core.evaluation.answering import answer, logits, represent
from core.evaluation.stored_rows import StoredRows
from core.explain.explainer import Explainer
from core.explain.probe import make_probe
from core.results import Selection
from core.tasks.progress import CancelledError, ignore_progress

SELECTION = Selection("llama", "mean")
TEXTS = [f"Where is my card number {i}?" for i in range(70)]


class Counting:
    """The predictor's `represent`, and what it was asked; texts with a hole in them cannot be read."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._represent = Predictor.represent

    def represent(self, predictor: Predictor, texts: Sequence[str]) -> Any:
        if any("hole" in text for text in texts):
            raise InputError("No token is left.", fix="write more.")
        self.asked += texts
        return self._represent(predictor, texts)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the model was asked."""
    counting = Counting()
    monkeypatch.setattr(Predictor, "represent", lambda predictor, texts: counting.represent(predictor, texts))
    return counting.asked


@pytest.fixture
def engine(explainer: Explainer) -> Engine:
    return explainer.engine


def test_logits_are_those_of_the_engine_in_the_order_of_the_texts(
    engine: Engine, asked: list[str], tmp_path: Path
) -> None:
    expected = np.array([p.logits for p in engine.classify(SELECTION, TEXTS)], np.float32)
    stored, said = StoredRows(tmp_path / "a.logits", expected.shape[1]), []
    answer(engine, SELECTION, TEXTS, stored, None, lambda share, stage: said.append((share, stage)))
    assert stored.rows() == pytest.approx(expected, abs=1e-5)
    assert said[0][1].startswith("16 of 70 texts, ")
    assert " left" in said[0][1]
    assert said[-1][0] == 1.0
    assert said[-1][1].startswith("70 of 70 texts, ")
    assert "left" not in said[-1][1]


def test_logits_of_which_nothing_is_stored(engine: Engine, asked: list[str]) -> None:
    """In the order of the texts; one that cannot be read has none, and whoever watches can stop it."""
    expected = np.array([p.logits for p in engine.classify(SELECTION, TEXTS)], np.float32)
    said: list[str] = []
    found = logits(engine, SELECTION, [*TEXTS, "a hole"], lambda _, stage: said.append(stage))
    assert found[:-1] == pytest.approx(expected, abs=1e-5)
    assert np.isnan(found[-1]).all()
    assert said[0].startswith("16 of 71 texts, ")
    assert said[-1].startswith("71 of 71 texts, ")
    assert logits(engine, SELECTION, [], ignore_progress).shape == (0, expected.shape[1])

    def stop(share: float, stage: str) -> None:
        raise CancelledError

    asked.clear()
    with pytest.raises(CancelledError):
        logits(engine, SELECTION, TEXTS, stop)
    assert len(asked) == 16


def test_what_was_cut_off_goes_on_where_it_was(engine: Engine, asked: list[str], tmp_path: Path) -> None:
    stored = StoredRows(tmp_path / "a.logits", len(engine.load(SELECTION).labels))

    def stop(share: float, stage: str) -> None:
        raise CancelledError

    for _ in range(2):
        with pytest.raises(CancelledError):
            answer(engine, SELECTION, TEXTS, stored, None, stop)
    assert stored.count() == 32
    answer(engine, SELECTION, TEXTS, stored, None, ignore_progress)
    assert asked == TEXTS  # each once
    whole = StoredRows(tmp_path / "b.logits", stored.width)
    answer(engine, SELECTION, TEXTS, whole, None, ignore_progress)
    assert stored.rows() == pytest.approx(whole.rows(), abs=1e-5)


def test_a_text_that_cannot_be_read_costs_its_own_row_alone(engine: Engine, asked: list[str], tmp_path: Path) -> None:
    texts = [*TEXTS[:9], "a hole", *TEXTS[9:20], "another hole"]
    stored = StoredRows(tmp_path / "a.logits", len(engine.load(SELECTION).labels))
    answer(engine, SELECTION, texts, stored, None, ignore_progress)
    assert np.flatnonzero(np.isnan(stored.rows()).any(axis=1)).tolist() == [9, 21]
    assert sorted(asked) == sorted(text for text in texts if "hole" not in text)


def test_vectors_are_what_the_pooler_gives_the_head(engine: Engine, tmp_path: Path) -> None:
    pair = engine.pair(SELECTION)
    stored = StoredRows(tmp_path / "a.logits", len(pair.info.labels))
    vectors = StoredRows(tmp_path / "a.vectors", pair.predictor.pooled_width)
    answer(engine, SELECTION, TEXTS, stored, vectors, ignore_progress)
    head = make_probe(pair).head
    with torch.inference_mode():
        again = head(torch.tensor(np.array(vectors.rows())))
    assert again.numpy() == pytest.approx(np.array(stored.rows()), abs=1e-4)


def test_vectors_keep_in_step_with_the_logits(engine: Engine, asked: list[str], tmp_path: Path) -> None:
    pair = engine.pair(SELECTION)
    stored = StoredRows(tmp_path / "a.logits", len(pair.info.labels))
    vectors = StoredRows(tmp_path / "a.vectors", pair.predictor.pooled_width)
    answer(engine, SELECTION, TEXTS[:20], stored, vectors, ignore_progress)
    with vectors.writing() as writer:  # killed between the two files
        writer.append(np.full((3, vectors.width), 7.0))
    answer(engine, SELECTION, TEXTS, stored, vectors, ignore_progress)
    assert (stored.count(), vectors.count()) == (70, 70)
    assert asked == TEXTS
    other = StoredRows(tmp_path / "b.vectors", vectors.width)
    represent(engine, SELECTION, TEXTS, other, ignore_progress)
    assert vectors.rows() == pytest.approx(other.rows(), abs=1e-5)
    late = StoredRows(tmp_path / "c.vectors", vectors.width)
    answer(engine, SELECTION, [*TEXTS, "one more"], stored, late, ignore_progress)
    assert late.count() == 0, "logits were there before: their vectors come when they are wanted"
