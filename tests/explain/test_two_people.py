"""Two people on one candidate: one drags the scale and exchanges the mask, the other classifies."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core.engine.engine import Engine
from core.explain.explainer import Explainer
from core.results import Selection
from core.settings import Settings
from core.tasks.runner import TaskRunner
from tests.engine.conftest import let_go

TEXTS = ["My card has not arrived.", "Wake me up at six and play some jazz.", "naïve café 🙂", "a", "card " * 40]


@pytest.mark.parametrize(
    "selection", [Selection("llama", "attention"), Selection("mistral", "gem-sequential")], ids=str
)
def test_five_hundred_predictions_none_wrong(everyone: Path, tmp_path: Path, selection: Selection) -> None:
    engine = Engine(Settings(catalogue=everyone, user_catalogue=tmp_path, device="cpu"))
    explainer = Explainer(engine, TaskRunner(1))
    right = {text: engine.classify(selection, [text])[0] for text in TEXTS}
    scales = {scale: explainer.at_scale(selection, TEXTS[0], scale).logits for scale in (0.0, 0.25, 1.6)}
    over = threading.Event()
    done = dict.fromkeys(("drag", "mask", "parts"), 0)

    def keep(name: str, act: Callable[[int], None]) -> None:
        for i in itertools.count():
            if over.is_set() and i > 3:
                break
            act(i)
            done[name] += 1

    def drag(i: int) -> None:
        scale = sorted(scales)[i % len(scales)]
        np.testing.assert_allclose(explainer.at_scale(selection, TEXTS[0], scale).logits, scales[scale], atol=1e-6)

    def mask(i: int) -> None:
        explainer.attention_mask(selection, f"{TEXTS[1]} {i}")

    def parts(i: int) -> None:
        assert explainer.ablation(selection, f"{TEXTS[2]} {i}").result().labels

    def classify(count: int) -> int:
        wrong = 0
        for i in range(count):
            text = TEXTS[i % len(TEXTS)]
            found = engine.classify(selection, [text])[0]
            wrong += found.label != right[text].label or not np.allclose(found.logits, right[text].logits, atol=1e-6)
        return wrong

    with ThreadPoolExecutor(5) as people:
        busy = [
            people.submit(keep, "drag", drag),
            people.submit(keep, "mask", mask),
            people.submit(keep, "parts", parts),
        ]
        try:
            wrong = sum(people.map(classify, (250, 250)))
        finally:
            over.set()
        for work in busy:
            work.result()
    assert wrong == 0
    assert min(done.values()) > 3, done
    let_go(engine)
