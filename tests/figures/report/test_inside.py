"""The head of a report: a verdict that is not sure is not told like one that is."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from core.figures.report.inside import verdict
from core.results import Prediction, Report, Selection
from tests.fakes.catalogue import in_memory
from tests.words.made import prediction


def heading(answer: Prediction) -> str:
    """That of a report on this answer."""
    origin = SimpleNamespace(model=in_memory(Selection("demo", "intents")), made="2026-01-01T00:00:00+00:00")
    made = SimpleNamespace(origin=origin, reading=SimpleNamespace(prediction=answer))
    return next(str(piece) for piece in verdict(cast(Report, made)) if str(piece).startswith("<h1"))


@pytest.mark.parametrize(
    ("shares", "kind", "told"),
    [
        ((0.9, 0.05, 0.05), "", "Card 90.0 %"),
        ((0.5, 0.45, 0.05), "hl-unsure", "Card or Home"),
        ((0.4, 0.3, 0.3), "hl-unsure", "Closest class: Card 40.0 %"),
    ],
)
def test_how_sure_it_is_stands_in_the_heading(shares: tuple[float, ...], kind: str, told: str) -> None:
    head = heading(prediction(probabilities=shares))
    assert (f'class="{kind}"' in head) == bool(kind)
    assert words_of(head) == told


def words_of(html: str) -> str:
    return " ".join("".join(part.split(">", 1)[-1] for part in html.split("<")).split())


def test_an_untrained_head_is_marked_whatever_it_says() -> None:
    assert 'class="hl-untrained"' in heading(replace(prediction(), untrained_head=True))
