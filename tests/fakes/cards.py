"""Fake cards: what would be written is remembered."""

from __future__ import annotations

from datetime import date

from core.errors import InputError
from core.evaluation.evaluation_card import eval_results, stated_result
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.stated_results import StatedResult
from core.services import Cards


class FakeCards:
    """Attributes:
    written: what was stated, the latest last.
    refuses: the folder may not be written to.
    """

    def __init__(self) -> None:
        self.written: list[StatedResult] = []
        self.refuses = False

    def state(self, result: DatasetEvaluation, *, held_out: bool) -> str:
        if self.refuses:
            raise InputError("'README.md' cannot be written.", fix="let the server write to this folder.")
        self.written.append(stated_result(result, date(2026, 1, 2), held_out=held_out))
        return "/models/adapter/README.md"

    def eval_results(self, result: DatasetEvaluation, dataset_id: str) -> str:
        return eval_results(result, dataset_id, date(2026, 1, 2))


_: type[Cards] = FakeCards
