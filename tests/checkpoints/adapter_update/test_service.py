"""What pages ask of adapters' updates: computed once a pair, and one pair's does not wait for another's."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.checkpoints.adapter_update import lora_update
from core.checkpoints.adapter_update.service import AdapterUpdateService
from core.engine.engine import Engine
from core.engine.loader import LoadedPair
from core.results import AdapterUpdate, Selection
from core.tasks.runner import TaskRunner


def test_one_pairs_update_does_not_wait_for_anothers(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    updates, begun, go, count = AdapterUpdateService(engine, TaskRunner(1)), threading.Event(), threading.Event(), []
    one, two = Selection("tiny", "one"), Selection("tiny", "two")
    slow, real = engine.pair(one), lora_update.adapter_update

    def adapter_update(pair: LoadedPair) -> AdapterUpdate:
        count.append(pair)
        if pair is slow:
            begun.set()
            go.wait(60)
        return real(pair)

    monkeypatch.setattr(lora_update, "adapter_update", adapter_update)
    with ThreadPoolExecutor(2) as people:
        waiting = [people.submit(updates.adapter_update, one)]
        assert begun.wait(60)
        waiting.append(people.submit(updates.adapter_update, one))
        update = updates.adapter_update(two)
        go.set()
        assert waiting[0].result(60) is waiting[1].result(60)
    assert count == [slow, engine.pair(two)]
    assert not any(m.singular_values.flags.writeable for m in update.modules)
