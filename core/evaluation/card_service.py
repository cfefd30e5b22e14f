"""Results of evaluations in model cards."""

from __future__ import annotations

from datetime import UTC, datetime

from core.errors import InputError
from core.evaluation.answers import Answers
from core.results.dataset_evaluation import DatasetEvaluation


class CardService:
    """Thread safe; one for a whole process."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def state(self, result: DatasetEvaluation, *, held_out: bool) -> str:
        """Write an evaluation's figures into the model card beside the adapter, or beside the base whose head answers.

        From then on the app shows them wherever it says how good the pair is. Gives the path of the card.

        Raises:
            InputError: nothing was measured, a card that cannot be read, or a folder that may not be written to.
        """
        from core.evaluation.card_results import write_results  # an idle server needs none of these
        from core.evaluation.evaluation_card import stated_result

        _require_figures(result)
        stated = stated_result(result, datetime.now(UTC).date(), held_out=held_out)
        return str(write_results(self._answers.folder(result.selection), str(result.selection), stated))

    def eval_results(self, result: DatasetEvaluation, dataset_id: str) -> str:
        """The figures as a YAML file for `.eval_results/` of a repository on the Hub.

        Raises:
            InputError: nothing was measured, or no id.
        """
        from core.evaluation.evaluation_card import eval_results

        _require_figures(result)
        if not dataset_id.strip():
            raise InputError("The data set has no id.", fix="give the id that it has on the Hub, as org/name.")
        return eval_results(result, dataset_id.strip(), datetime.now(UTC).date())


def _require_figures(result: DatasetEvaluation) -> None:
    if not result.figures:
        raise InputError("No row has a label of this model's, so there are no figures.", fix="bring labelled rows.")
