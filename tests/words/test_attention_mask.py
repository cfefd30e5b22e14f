"""What reading ahead changes, in words."""

from __future__ import annotations

import numpy as np

from core.results import MaskEffect, MaskSide
from core.words import attention_mask
from tests.words.made import position_parts


def side(mask: str, label: str, probability: float) -> MaskSide:
    logits = np.array([probability, 0.0])
    return MaskSide(mask, label, logits, np.array([probability, 1 - probability]), position_parts())


def effect(before: MaskSide, after: MaskSide) -> MaskEffect:
    return MaskEffect(before, after, "causal", None, np.zeros(2))


def test_the_same_verdict_and_another() -> None:
    same = effect(side("causal", "card", 0.6), side("bidirectional", "card", 0.9))
    assert attention_mask.reading_ahead(same, "card") == (
        "Read either way 'Card' leads: 'Card' has 60.0\u00a0% read causally, 90.0\u00a0% read in both directions."
    )
    other = effect(side("causal", "home", 0.4), side("bidirectional", "card", 0.9))
    assert attention_mask.reading_ahead(other, "card").startswith(
        "Reading ahead turns 'Home' into 'Card': 'Card' has 40.0"
    )
    values = effect(side("causal", "card", np.nan), side("bidirectional", "card", np.nan))
    assert attention_mask.reading_ahead(values, "home") == ("Read causally 'Home' is 0, read in both directions 0.")
