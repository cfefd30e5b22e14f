"""Can it answer? Its pooler and head, and the names of its classes."""

from __future__ import annotations

from core.model.adapters.card import AdapterCard
from core.model.adapters.outcomes import note, passed, refused, warning
from core.model.adapters.trained_modules import AdapterParts, head_rows
from core.model.heads import head_keys
from core.model.open import OpenedClassifier
from core.model.poolers import pooler_keys
from core.results import Check


def head(parts: AdapterParts, opened: OpenedClassifier) -> Check:
    """Pooler and head are whole, or it is said whose they are."""
    needed = [f"score.{key}" for key in head_keys(parts.head_type)]
    needed += [f"pooler.{key}" for key in pooler_keys(parts.pooler_type, parts.pooler_config)]
    absent = [n for n in needed if n not in parts.tensors]
    described = f"pooler '{parts.pooler_type}', head '{parts.head_type}'"
    if not absent:
        return passed("Pooler and head", f"Both are here: {described}.")
    if parts.has_head or any(n.startswith("pooler.") for n in parts.tensors):
        return refused(
            "Pooler and head",
            f"'{absent[0]}' is missing from the file ({described}).",
            "save the adapter again with modules_to_save: [pooler, score].",
        )
    if opened.head_is_trained:
        return note("Pooler and head", "It has no head of its own: the base's trained head is used.")
    return warning(
        "Pooler and head",
        "It was trained without a classification head: the head is random, and so are the verdicts.",
        "train a head on it (`python -m core train`).",
    )


def labels(parts: AdapterParts, card: AdapterCard | None) -> Check:
    """As many names as classes."""
    rows = head_rows(parts)
    if rows is not None and rows != len(parts.labels):
        return refused(
            "Labels",
            f"Its head has {rows} classes, and {len(parts.labels)} labels are named.",
            "correct the labels in classifier.json.",
        )
    if card is None:
        return warning(
            "Labels",
            f"{len(parts.labels)} classes without names of their own.",
            "add a classifier.json with the labels, in the order of training.",
        )
    return passed("Labels", f"{len(parts.labels)} classes, each with a name.")
