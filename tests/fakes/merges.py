"""Merges without weights."""

from __future__ import annotations

from core.errors import AdapterError, InputError
from core.results import Merge, MergeCost, Selection
from core.services import Merges
from tests.fakes.engine import FakeEngine
from tests.fakes.task import FakeTask, FakeTasks


class FakeMerges:
    """Every folder is free but /models/full; the candidate "own" is quantised."""

    def __init__(self, engine: FakeEngine, tasks: FakeTasks) -> None:
        self._engine = engine
        self._tasks = tasks

    def merge_cost(self, selection: Selection, output: str) -> MergeCost:
        self._check(selection, output)
        return MergeCost(3 * 2**30, 16 * 2**30, 2 * 2**30, 64 * 2**30)

    def merge(self, selection: Selection, output: str, *, dequantise: bool = False) -> FakeTask[Merge]:
        self._check(selection, output)
        return self._tasks.task(lambda: _merge(selection, output, dequantise), "merge", selection, output, dequantise)

    def _check(self, selection: Selection, output: str) -> None:
        self._engine.summary(selection.candidate)
        if selection.adapter is None:
            raise AdapterError(
                f"'{selection.candidate}' is chosen without an adapter, so there is nothing to merge.",
                fix="choose an adapter.",
            )
        if not output or output == "/models/full":
            raise InputError(f"'{output}' holds <files> already.", fix="give a folder that is not there yet.")


def _merge(selection: Selection, output: str, dequantise: bool) -> Merge:
    return Merge(
        folder=output,
        base=selection.candidate,
        adapter=str(selection.adapter),
        dtype="float32",
        parameters=1_000_000,
        modules=4,
        whole=("score",),
        labels=("a", "b"),
        dequantised="nf4" if dequantise else "",
        max_tokens=128,
        stock_class="",
        files=1,
        bytes=4_000_000,
    )


_: type[Merges] = FakeMerges
