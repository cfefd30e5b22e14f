"""What quantisation did to a text: the loaded pair against the same pair with its base's whole weights.

Importing this file imports no torch.
"""

from __future__ import annotations

from core.engine.engine import Engine
from core.errors import ConfigError
from core.results import QuantisationEffect, Selection
from core.tasks.progress import Progress, ignore_progress


def unquantised(engine: Engine, selection: Selection) -> Selection:
    """The same candidate and adapter on the base's whole weights.

    Raises:
        ConfigError: a base that is not quantised when it is loaded.
    """
    whole = engine.quantised(selection, "none")
    if whole != selection:
        return whole
    model = engine.loaded_model(selection)
    stored = model.quantisation if model else "none"
    if stored == "none":
        raise ConfigError(f"The base of '{selection.candidate}' is not quantised.", fix="compare a quantised one.")
    raise ConfigError(
        f"The base of '{selection.candidate}' is stored quantised ({stored}): its files hold no whole weights.",
        fix="give the checkpoint that it was made from as a candidate, and compare the two.",
    )


def quantisation_effect(
    engine: Engine, selection: Selection, text: str, on_progress: Progress = ignore_progress
) -> QuantisationEffect:
    """Both answers; the whole weights are loaded beside the pair, and unloaded again where this loaded them.

    Raises:
        ConfigError: a base that is not quantised when it is loaded.
        MemoryBudgetError: the whole weights do not fit beside the pair, with both numbers.
    """
    whole = unquantised(engine, selection)
    before = engine.loaded_model(whole)
    try:
        on_progress(0.05, "loading the whole weights")
        with engine.using(selection, whole) as (pair, reference):
            on_progress(0.9, "reading the text twice")
            predictions = [engine.classify(s, [text])[0] for s in (selection, whole)]
            return QuantisationEffect(pair.info.quantisation, reference.info.dtype, *predictions)
    finally:
        if before is None:
            engine.unload(whole)
