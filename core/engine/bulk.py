"""Many texts, chunk by chunk, so that a person sees how far it is."""

from __future__ import annotations

from collections.abc import Sequence

from core.engine.engine import Engine, check_texts
from core.results import Prediction, Selection
from core.tasks.progress import OnCount

CHUNK = 4096


def classify_in_chunks(
    engine: Engine, selection: Selection, texts: Sequence[str], on_count: OnCount | None = None
) -> list[Prediction]:
    """`engine.classify` over many texts, telling how far it is after each chunk; the pair stays loaded meanwhile."""
    check_texts(texts, engine.settings.max_characters)
    predictions: list[Prediction] = []
    if not texts:
        return predictions
    with engine.using(selection):
        for start in range(0, len(texts), CHUNK):
            predictions += engine.classify(selection, texts[start : start + CHUNK])
            if on_count:
                on_count(len(predictions), len(texts))
    return predictions
