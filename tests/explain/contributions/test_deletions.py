"""Deletions are what the model says of the shorter texts, asked one by one."""

from __future__ import annotations

import numpy as np
import pytest

from core.explain.contributions.deletions import TRIED
from core.explain.explainer import Explainer
from core.explain.probe import make_probe
from core.results import ContributionOptions, Selection, by_unit

TEXT = "My card has not arrived yet, my card 🙂 has not."


@pytest.mark.parametrize("by", ["words", "tokens"])
@pytest.mark.parametrize("family", ["llama", "bert"])
def test_each_equals_the_text_without_it(explainer: Explainer, family: str, by: str) -> None:
    selection = Selection(family, "mean")
    reading = explainer.reading(selection, TEXT)
    units = reading.words if by == "words" else reading.pieces
    options = ContributionOptions(reading.prediction.label, by=by)  # type: ignore[arg-type]
    result = explainer.deletions(selection, TEXT, options)
    values = by_unit(explainer.contributions(selection, TEXT, options).values, units)
    own = [i for i, unit in enumerate(units) if not unit.special]
    expected = sorted(own, key=lambda i: -values[i])[:TRIED]
    assert [one.place for one in result.deletions] == [i for i in expected if values[i] > 0]
    probe = make_probe(explainer.engine.pair(selection))
    ids = probe.encode(TEXT).ids
    k = reading.prediction.labels.index(options.label)
    for one in result.deletions:
        left = [n for i, n in enumerate(ids) if i not in units[one.place].tokens]
        logits = probe.logits([left])[0]
        assert one.score == pytest.approx(float(logits.softmax(0)[k]), abs=1e-5)
        again = sum(unit.text == units[one.place].text for unit in units) > 1
        assert one.number == (own.index(one.place) + 1 if again else None), "counted without special tokens"
        assert one.label == reading.prediction.labels[int(logits.argmax())]
    lowest = min(result.deletions, key=lambda one: one.score)
    assert result.strongest == (lowest if lowest.score < result.score else None)
    assert result.score == pytest.approx(reading.prediction.probabilities[k], abs=1e-5)


def test_a_text_of_one_word_is_not_emptied(explainer: Explainer) -> None:
    selection = Selection("llama", "mean")
    label = explainer.reading(selection, "card").prediction.label
    result = explainer.deletions(selection, "card", ContributionOptions(label))
    assert len(result.deletions) <= 1
    assert np.isfinite(result.score)
