"""A load in a sentence: its name, its share once there is one, and every stage."""

from __future__ import annotations

import pytest

from core.results import LoadStage, LoadState, Selection
from core.words.loading import loading


def state(stage: LoadStage, fraction: float) -> LoadState:
    return LoadState(Selection("demo"), stage, fraction)


def test_a_load_tells_its_share_once_there_is_one() -> None:
    assert loading(state(LoadStage.QUEUED, 0.0), "Demo Llama") == "Loading Demo Llama: getting ready"
    assert loading(state(LoadStage.WEIGHTS, 0.4), "Demo Llama") == "Loading Demo Llama, 40 %: reading its weights"
    assert loading(state(LoadStage.READY, 1.2), "x") == "Loading x, 100 %: ready"


@pytest.mark.parametrize("stage", LoadStage)
def test_every_stage_has_its_words(stage: LoadStage) -> None:
    assert loading(state(stage, 0.5), "x").startswith("Loading x, 50 %: ")
