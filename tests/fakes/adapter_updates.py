"""Updates of adapters without factors."""

from __future__ import annotations

import numpy as np

from core.errors import AdapterError
from core.results import (
    AdapterOverlap,
    AdapterPair,
    AdapterUpdate,
    ModuleOverlap,
    ModulePair,
    ModuleUpdate,
    Selection,
)
from core.services import AdapterUpdates
from tests.fakes.catalogue import LAYERS
from tests.fakes.engine import FakeEngine
from tests.fakes.numbers import share, shares
from tests.fakes.task import FakeTask, FakeTasks

RANK = 4
BY_CHANCE = 0.03
PLACES = [(layer, module) for layer in range(LAYERS) for module in ("self_attn.q_proj", "mlp.down_proj")]


class FakeAdapterUpdates:
    """Every adapter changes the same modules, each by another amount."""

    def __init__(self, engine: FakeEngine, tasks: FakeTasks) -> None:
        self._engine = engine
        self._tasks = tasks

    def adapter_update(self, selection: Selection) -> AdapterUpdate:
        self._load(selection)
        modules = tuple(_update(selection, layer, module) for layer, module in PLACES)
        return AdapterUpdate(modules, ("score",), parameters=2 * RANK * 256 * len(modules), whole_parameters=1536)

    def adapter_overlap(self, selection: Selection) -> FakeTask[AdapterOverlap]:
        self._load(selection)
        return self._tasks.task(lambda: _overlap(selection), "overlap", selection)

    def two_adapters(self, first: Selection, second: Selection) -> AdapterPair:
        self._engine.require_room(first, second)
        self._load(first)
        self._load(second)
        modules = tuple(_pair(first, second, layer, module) for layer, module in PLACES)
        return AdapterPair(modules, ("layer 1, mlp.up_proj",), ())

    def _load(self, selection: Selection) -> None:
        self._engine.load(selection)
        if selection.adapter is None:
            raise AdapterError("This candidate is loaded without an adapter.", fix="choose an adapter.")


def _update(selection: Selection, layer: int, module: str) -> ModuleUpdate:
    singular = np.sort(shares(range(RANK), selection, layer, module))[::-1]
    return ModuleUpdate(layer, module, RANK, 2.0, singular, float(np.linalg.norm(singular)), 5.0, False)


def _overlap(selection: Selection) -> AdapterOverlap:
    reads, writes = (shares(PLACES, selection, way) for way in ("reads", "writes"))
    rows = zip(PLACES, reads, writes, strict=True)
    return AdapterOverlap(
        tuple(ModuleOverlap(*place, RANK, float(r), float(w), BY_CHANCE, BY_CHANCE, 1.5) for place, r, w in rows)
    )


def _pair(first: Selection, second: Selection, layer: int, module: str) -> ModulePair:
    one, two = (_update(selection, layer, module).norm for selection in (first, second))
    cosine = 1.0 if first == second else 2 * share(first, second, layer, module) - 1
    return ModulePair(layer, module, (one, two), cosine, cosine**2, cosine**2, BY_CHANCE, BY_CHANCE)


_: type[AdapterUpdates] = FakeAdapterUpdates
