"""A head with random start values is no classifier: which pairs have one, and whom they do not answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from core.model.head_tasks import other_task, stated_class
from core.results import LoadedModel, Selection
from core.words.untrained_head import refusal

if TYPE_CHECKING:
    from core.model.open import OpenedClassifier


def require_head(model: LoadedModel, selection: Selection) -> None:
    """The head of the pair is trained, or the selection asks for it as it is.

    Raises:
        UntrainedHeadError: why it is untrained, and the ways on.
    """
    if not model.answers(selection):
        raise refusal(model)


def of_base(opened: OpenedClassifier) -> str:
    """Why the head of a checkpoint is untrained, in words; empty for a trained one."""
    if opened.head_is_trained:
        return ""
    if task := other_task(opened.folder.config):
        return f"the checkpoint was saved as {stated_class(opened.folder.config)}, whose head is for {task}"
    own = [name for name, _ in opened.model.named_parameters() if name.startswith("score.")]
    if opened.untrained.issuperset(own):
        return "the checkpoint has no classification head"
    return f"the checkpoint lacks {weights(opened.untrained)}"


def of_adapter(untrained: Collection[str]) -> str:
    """Why the head of a base with an adapter is untrained, in words; empty for a trained one."""
    return f"neither the adapter nor its base has {weights(untrained)}" if untrained else ""


def weights(names: Collection[str]) -> str:
    """How many weights of pooler and head are meant, and one of them."""
    if len(names) == 1:
        return f"the weight '{min(names)}'"
    return f"{len(names)} weights of pooler and head, '{min(names)}' among them"
