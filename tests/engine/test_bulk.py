"""Many texts block by block: the same predictions, and how far it is."""

from __future__ import annotations

import pytest

from core.engine import bulk
from core.engine.bulk import classify_in_chunks
from core.engine.engine import Engine
from core.errors import InputError
from core.results import Selection

ONE = Selection("tiny", "one")
TEXTS = [f"card number {i}" for i in range(7)]


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 3)


def test_it_is_what_one_call_gives_in_the_order_of_the_texts(engine: Engine) -> None:
    together = classify_in_chunks(engine, ONE, TEXTS)
    assert [p.text for p in together] == TEXTS
    for prediction, alone in zip(together, engine.classify(ONE, TEXTS), strict=True):
        assert prediction.logits == pytest.approx(alone.logits, abs=1e-5 * max(map(abs, alone.logits)))


@pytest.mark.parametrize(("count", "expected"), [(7, [3, 6, 7]), (6, [3, 6]), (2, [2]), (0, [])])
def test_each_block_is_told(engine: Engine, count: int, expected: list[int]) -> None:
    seen: list[tuple[int, int]] = []
    classify_in_chunks(engine, ONE, TEXTS[:count], lambda done, total: seen.append((done, total)))
    assert seen == [(done, count) for done in expected]


def test_a_bad_text_at_the_end_is_refused_before_anything_is_loaded(engine: Engine) -> None:
    with pytest.raises(InputError, match="Text 8 of 8 is empty"):
        classify_in_chunks(engine, ONE, [*TEXTS, " "])
    assert engine.loaded() == []


def test_nothing_loads_nothing(engine: Engine) -> None:
    assert classify_in_chunks(engine, ONE, []) == []
    assert engine.loaded() == []


def test_the_pair_stays_between_two_blocks(engine: Engine) -> None:
    pair = engine.pair(ONE)

    def unload(_done: int, _total: int) -> None:
        engine.unload(ONE)
        engine.load(Selection("tiny", "two"))

    classify_in_chunks(engine, ONE, TEXTS[:3], lambda *_: None)
    assert engine.pair(ONE) is pair
    residency = engine._pairs.residency
    pins: list[int] = []
    classify_in_chunks(engine, ONE, TEXTS, lambda *_: pins.extend(r.pins for r in residency.residents()))
    assert pins == [1, 1, 1], "in use from the first block to the last"
    assert [p.text for p in classify_in_chunks(engine, ONE, TEXTS, unload)] == TEXTS
