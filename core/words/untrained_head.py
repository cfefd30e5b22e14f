"""A head with random start values: what is said instead of a verdict, and of the verdicts that were asked for."""

from __future__ import annotations

from core.errors import UntrainedHeadError
from core.results import LoadedModel

#: Stands at every verdict of such a head.
MARK = "untrained head: random"
#: What it means for whatever stands beside such a verdict.
ALL_OF_IT = "Every verdict, probability and contribution here is that of random weights."
SHOW = "Show the untrained head anyway"
#: How an adapter with a head comes to be.
TRAIN = "python -m core train recipe.yaml"


def because(model: LoadedModel) -> str:
    """Whose head is untrained, and why."""
    return f"The head of '{model.selection}' is untrained: {model.untrained_head}."


def refusal(model: LoadedModel) -> UntrainedHeadError:
    """Why there is no verdict, and the three ways on."""
    return UntrainedHeadError(
        f"{because(model)} Its weights have random start values, so a verdict would be random.",
        fix=f"choose {another(model)}, train one, or ask for it explicitly ('{SHOW}').",
        command_fix=f"choose {another(model)}, train one (`{TRAIN}`), or ask for it explicitly (--untrained-head).",
    )


def way_on(model: LoadedModel) -> str:
    """What to do for a verdict that means something, in the browser."""
    return f"Choose {another(model)}, or add one that was trained on this base: Candidates, Added."


def another(model: LoadedModel) -> str:
    """The adapter to be chosen instead."""
    return "another adapter" if model.selection.adapter else "an adapter"


def marked(verdict: str, *, untrained_head: bool) -> str:
    """A verdict in one line, with the mark where it belongs."""
    return f"{verdict} ({MARK})" if untrained_head else verdict
