"""The headline of every demo pair is more faithful than chance, gradient x input and the position-level parts."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.faithfulness import HEADLINE, PAIRS, QUICK, RANDOM, TEXTS, Measure, interval, measured, points
from core.engine.engine import Engine
from core.results import Faithfulness, Selection
from core.settings import Settings

OTHERS = (RANDOM, "gradient x input", "position parts")


@pytest.fixture(scope="module")
def results() -> dict[Selection, dict[str, list[Faithfulness]]]:
    engine = Engine(Settings(device="cpu"))
    return {pair: measured(engine, pair, QUICK) for pair in PAIRS}


@pytest.mark.parametrize(("which", "sign"), [("comprehensiveness", 1), ("sufficiency", -1)])
@pytest.mark.parametrize("other", OTHERS)
def test_the_headline_is_more_faithful(
    results: dict[Selection, dict[str, list[Faithfulness]]], other: str, which: Measure, sign: int
) -> None:
    """On the mean of each pair, and over all texts with the whole interval of the paired difference."""
    gains = []
    for pair, by_method in results.items():
        count = len(TEXTS[pair.adapter or ""])
        own, theirs = (points(by_method[name], which, count) for name in (HEADLINE, other))
        gains.append(sign * (own - theirs))
        print(f"{pair} {which}: {own.mean():.1f} against {theirs.mean():.1f} of {other}")
        assert gains[-1].mean() > 0, f"{pair}: no better than {other}"
    mean, low, high = interval(np.concatenate(gains))
    print(f"{which}, gain over {other}: {mean:.1f} [{low:.1f}, {high:.1f}] points")
    assert low > 0
