"""Many texts, block by block, so that a person sees how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.engine.engine import Engine, check_texts
from core.results import Prediction, Selection

BLOCK = 4096

#: Told (texts done, texts in all).
Listener = Callable[[int, int], None]


def classify_blocks(
    engine: Engine, selection: Selection, texts: Sequence[str], on_progress: Listener | None = None
) -> list[Prediction]:
    """`engine.classify` over many texts, telling how far it is after each block; the pair stays loaded meanwhile."""
    check_texts(texts, engine.settings.max_characters)
    predictions: list[Prediction] = []
    if not texts:
        return predictions
    with engine.using(selection):
        for start in range(0, len(texts), BLOCK):
            predictions += engine.classify(selection, texts[start : start + BLOCK])
            if on_progress:
                on_progress(len(predictions), len(texts))
    return predictions
