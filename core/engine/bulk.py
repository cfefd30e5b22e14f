"""Many texts, chunk by chunk, so that a person sees how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.engine.engine import Engine, check_texts
from core.results import Prediction, Selection

CHUNK = 4096

#: Called with the texts that are done, and with all.
OnCount = Callable[[int, int], None]


def classify_in_chunks(
    engine: Engine, selection: Selection, texts: Sequence[str], on_progress: OnCount | None = None
) -> list[Prediction]:
    """`engine.classify` over many texts, telling how far it is after each chunk; the pair stays loaded meanwhile."""
    check_texts(texts, engine.settings.max_characters)
    predictions: list[Prediction] = []
    if not texts:
        return predictions
    with engine.using(selection):
        for start in range(0, len(texts), CHUNK):
            predictions += engine.classify(selection, texts[start : start + CHUNK])
            if on_progress:
                on_progress(len(predictions), len(texts))
    return predictions
