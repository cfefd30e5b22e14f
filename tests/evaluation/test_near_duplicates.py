"""Near-duplicates against every pair of sets of shingles."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evaluation import near_duplicates as near
from core.evaluation.near_duplicates import ALIKE, near_duplicates, normalised


def shingles(text: str) -> set[str]:
    text = text.ljust(near.SHINGLE)
    return {text[i : i + near.SHINGLE] for i in range(len(text) - near.SHINGLE + 1)}


def brute(texts: list[str]) -> dict[tuple[int, int], float]:
    sets = [shingles(text) for text in texts]
    every = {(i, j): len(sets[i] & sets[j]) / len(sets[i] | sets[j]) for i, j in combinations(range(len(texts)), 2)}
    return {pair: s for pair, s in every.items() if s >= ALIKE}


def edited(count: int, seed: int) -> list[str]:
    """Texts of random words, and copies with some letters changed."""
    chance = np.random.default_rng(seed)
    letters = np.array(list("abcdefghij klmnop qrst uvé漢😀"))
    texts = ["".join(chance.choice(letters, n)) for n in chance.integers(1, 80, count // 2)]
    for text in list(texts):
        signs = np.array(list(text))
        signs[chance.integers(0, len(signs), chance.integers(1, 4))] = "z"
        texts.append("".join(signs))
    return list(dict.fromkeys(map(normalised, texts)))


def found(texts: list[str]) -> dict[tuple[int, int], float]:
    result = near_duplicates(texts)
    return {(int(i), int(j)): float(s) for (i, j), s in zip(result.pairs, result.jaccard, strict=True)}


@pytest.mark.parametrize("seed", range(3))
def test_all_pairs_are_found_and_no_others(seed: int) -> None:
    texts = edited(400, seed)
    expected = brute(texts)
    assert len(expected) > 50
    assert found(texts) == pytest.approx(expected)
    assert found(texts) == found(texts)


@settings(max_examples=50)
@given(st.lists(st.text(max_size=30).map(normalised), unique=True, max_size=12))
def test_whatever_is_found_is_alike(texts: list[str]) -> None:
    assert found(texts).items() <= brute(texts).items()


def test_parts_of_many_texts_are_as_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = edited(200, 0)
    whole = found(texts)
    monkeypatch.setattr(near, "_BLOCK", 500)
    assert found(texts) == whole


def test_where_too_many_are_alike_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"please send the new card to my address in the old town, number {i}" for i in range(60)]
    assert near_duplicates(texts).complete
    monkeypatch.setattr(near, "MOST_KEPT", 50)
    assert not near_duplicates(texts).complete
    monkeypatch.setattr(near, "MOST_TEXTS", 20)
    assert near_duplicates(texts).compared == 20


def test_case_width_and_white_space_are_one() -> None:
    assert normalised("  My\tCARD ﬁts\n１２ ") == "my card fits 12"


@pytest.mark.parametrize("texts", [[], ["a"], ["", "a"]])
def test_few_texts(texts: list[str]) -> None:
    assert found(texts) == {}
