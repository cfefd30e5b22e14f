"""Labels as a file writes them, to the classes of a model: by name, by spelling, by number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from core.results.dataset import LabelMatch, LabelRule

#: How alike two names must be to be suggested, of 100.
_ALIKE = 60.0
_SUGGESTIONS = 3
#: So many labels without a class get suggestions, the most frequent first: of a wrong column every row may be one.
SUGGESTED_FOR = 12


def match_labels(
    counts: Mapping[str, int], classes: Sequence[str], given: Mapping[str, str] | None = None
) -> tuple[LabelMatch, ...]:
    """Every label of a file once, the most frequent first, with the class that it means; `counts`: rows by label.

    In this order: what a person has `given`; the class of that very name; the one class whose name differs only in
    case, spaces and punctuation; and, where all labels that these rules leave are numbers of classes (counted from 0)
    and none is a name, the class of that number. Nothing else is matched: names that are only alike
    (`rapidfuzz.fuzz.WRatio`) are suggestions, of the `SUGGESTED_FOR` most frequent labels without a class. Blank labels
    are not labels, and left out.
    """
    counts, given = {label: count for label, count in counts.items() if label.strip()}, given or {}
    by_name = {name: name for name in classes}
    by_spelling = _unique({name: _spelling(name) for name in classes})
    numbered = bool(counts) and all(_is_index(label, len(classes)) and label not in by_name for label in counts)
    matches, unknown = [], 0
    for label, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        name, by = None, LabelRule.NONE
        if given.get(label) in by_name:
            name, by = given[label], LabelRule.GIVEN
        elif label.strip() in by_name:
            name, by = by_name[label.strip()], LabelRule.NAME
        elif numbered:
            name, by = classes[int(label.strip())], LabelRule.INDEX
        elif _spelling(label) in by_spelling:
            name, by = by_spelling[_spelling(label)], LabelRule.SPELLING
        unknown += name is None
        suggested = _suggested(label, classes) if name is None and unknown <= SUGGESTED_FOR else ()
        matches.append(LabelMatch(label, count, name, by, suggested))
    return tuple(matches)


def match_classes(classes: Sequence[str], others: Sequence[str]) -> tuple[int | None, ...]:
    """For each class of one model the number of the same class among `others`; None where they have none.

    The class of that very name, else the one class whose name differs only in case, spaces and punctuation. No class
    is two, and numbers that are not names are none: of another model the third class may be any.
    """
    number = {name: i for i, name in enumerate(others)}
    found = [number.get(name) for name in classes]
    taken = {*found}
    by_spelling = _unique({name: _spelling(name) for name in others if number[name] not in taken})
    mine = _unique({name: _spelling(name) for name, i in zip(classes, found, strict=True) if i is None})
    for spelling, name in mine.items():
        if spelling in by_spelling:
            found[classes.index(name)] = number[by_spelling[spelling]]
    return tuple(found)


def _suggested(label: str, classes: Sequence[str]) -> tuple[str, ...]:
    from rapidfuzz import fuzz, process, utils

    found = process.extract(
        label, classes, scorer=fuzz.WRatio, processor=utils.default_process, limit=_SUGGESTIONS, score_cutoff=_ALIKE
    )
    return tuple(name for name, _, _ in found)


def _spelling(name: str) -> str:
    """The letters and digits of a name, in lower case."""
    return re.sub(r"[\W_]+", "", name).casefold()


def _unique(spelled: Mapping[str, str]) -> dict[str, str]:
    """Names by their spelling, where only one has it."""
    counts = Counter(spelled.values())
    return {spelling: name for name, spelling in spelled.items() if spelling and counts[spelling] == 1}


def _is_index(label: str, classes: int) -> bool:
    digits = label.strip()
    return digits.isascii() and digits.isdigit() and len(digits) < 10 and int(digits) < classes
