"""Many texts, block by block, so that a person sees how far it is."""

from __future__ import annotations

from collections.abc import Sequence

from core.engine.engine import Engine, check_texts
from core.results import Prediction, Selection
from core.tasks.progress import OnCount

BLOCK = 4096


def classify_blocks(
    engine: Engine, selection: Selection, texts: Sequence[str], on_count: OnCount | None = None
) -> list[Prediction]:
    """`engine.classify` over many texts, saying how many are done after each block; the pair stays loaded meanwhile."""
    check_texts(texts, engine.settings.max_characters)
    predictions: list[Prediction] = []
    if not texts:
        return predictions
    with engine.using(selection):
        for start in range(0, len(texts), BLOCK):
            predictions += engine.classify(selection, texts[start : start + BLOCK])
            if on_count:
                on_count(len(predictions), len(texts))
    return predictions
