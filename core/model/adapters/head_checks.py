"""Can it answer? Its pooler and head, and the names of its classes."""

from __future__ import annotations

import re

from core.config.components import OWN_HEAD, head_title, pooler_title
from core.model.adapters.base_head import base_head
from core.model.adapters.card import AdapterCard
from core.model.adapters.outcomes import note, passed, refused, warning
from core.model.adapters.trained_modules import AdapterParts, head_rows
from core.model.open import OpenedClassifier
from core.results import Check

#: How transformers names classes that nobody named.
GENERIC = re.compile(r"LABEL_\d+")


def head(parts: AdapterParts, opened: OpenedClassifier) -> Check:
    """Pooler and head are whole, or it is said whose they are."""
    of_base = base_head(parts, opened.folder)
    absent = sorted(parts.parameters - set(parts.tensors) - set(of_base))
    own = sorted(parts.parameters & set(parts.tensors))
    described = f"pooler '{pooler_title(parts.pooler_type)}', head '{head_title(parts.head_type)}'"
    if not absent and own:
        shared = f"; {len(of_base)} weights of them are the base's" if of_base else ""
        return passed("Pooler and head", f"Both are here: {described}{shared}.")
    if not absent:
        return note("Pooler and head", f"It has no head of its own: the base's trained head is used ({described}).")
    if own and parts.head_type != OWN_HEAD:
        return refused(
            "Pooler and head",
            f"'{absent[0]}' is missing from the file ({described}).",
            "save the adapter again with modules_to_save: [pooler, score].",
        )
    if own:
        return warning(
            "Pooler and head",
            f"'{absent[0]}' is neither in the adapter's file nor in the base's ({described}): it is random, and so are "
            "the verdicts.",
            "save the adapter again with that module in modules_to_save, or give the base that it was trained on.",
        )
    return warning(
        "Pooler and head",
        "It was trained without a classification head: the head is random, and so are the verdicts.",
        "train a head on it, or choose an adapter that was trained as a classifier.",
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
    if card is None and not all(GENERIC.fullmatch(label) for label in parts.labels):
        message = f"{len(parts.labels)} classes, by the names in the base's config.json; the adapter states none."
        return note("Labels", message)
    if card is None:
        return warning(
            "Labels",
            f"{len(parts.labels)} classes without names of their own.",
            "add a classifier.json with the labels, in the order of training.",
        )
    return passed("Labels", f"{len(parts.labels)} classes, each with a name.")
