"""What about a dataset may mislead, in words; rows are counted from 1, as on the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.results.data_checks import DataChecks, RowPair, TokenChecks
from core.words.class_names import readable
from core.words.dataset import count

#: Fewer labelled rows say little; a class this many times the median one leads every figure over rows.
FEW_ROWS, IMBALANCED = 100, 3.0
#: Rows, pairs and classes that a sentence names.
_NAMED = 5
#: Signs of a part of a text that is named.
_SIGNS = 20


def warnings(found: DataChecks, classes: Sequence[str]) -> list[str]:
    """A sentence each, the weightiest first; none where nothing was found."""
    checks = (
        *(_conflicts(found), _exact(found), _near(found), _few_rows(found)),
        *(_few_of_a_class(found, classes), _imbalance(found, classes), _unknown(found.read), _cut(found.read)),
        *(_long(found), _not_compared(found)),
    )
    return [said for said in checks if said]


def nothing_found(found: DataChecks) -> str:
    """Which checks found nothing; empty where each found something."""
    fine = {
        "labels that contradict one another": not found.conflict_pairs,
        "texts that are the same": not found.exact_groups,
        "texts that are nearly the same": not found.near_pairs,
        "classes with fewer than 5 rows": not found.few,
        "very long texts": not found.long_rows,
    }
    if found.read is not None:
        fine["tokens that the model does not know"] = not found.read.unknown_tokens
        fine["texts that are cut"] = not found.read.cut_rows
    named = [name for name, is_fine in fine.items() if is_fine]
    return f"Looked for and not found: {', '.join(named)}." if named else ""


def kind(pair: RowPair, found: DataChecks) -> str:
    """Why a pair of rows is listed."""
    if pair in found.conflicts:
        return "different labels"
    return "same text" if pair.jaccard == 1 else "near-duplicate"


def _conflicts(found: DataChecks) -> str:
    if not found.conflict_pairs:
        return ""
    return (
        f"Conflicting labels: {count(found.conflict_pairs, 'pair')} of the same or nearly the same text with different "
        f"labels, so at least one of each pair counts wrongly. {_pairs(found.conflicts, found.conflict_pairs)}"
    )


def _exact(found: DataChecks) -> str:
    if not found.exact_groups:
        return ""
    shown = "; ".join(_joined(f"{row + 1:,}" for row in group[:_NAMED]) for group in found.exact[:_NAMED])
    return (
        f"Duplicates: {found.exact_rows:,} rows hold {count(found.exact_groups, 'text')} but for case and white space; "
        f"each counts several times. Rows {shown}{_more(found.exact_groups, 'group')}."
    )


def _near(found: DataChecks) -> str:
    if not found.near_pairs:
        return ""
    least = "" if found.complete else "at least "
    return (
        f"Near-duplicates: {least}{count(found.near_pairs, 'pair')} of texts that are nearly the same. "
        f"{_pairs(found.near, found.near_pairs)}"
    )


def _few_rows(found: DataChecks) -> str:
    if found.labelled >= FEW_ROWS:
        return ""
    return f"Few rows: {count(found.labelled, 'row')} with a label of this model's. Every interval is wide."


def _few_of_a_class(found: DataChecks, classes: Sequence[str]) -> str:
    if not found.few:
        return ""
    named = [f"'{readable(name, classes)}' ({rows:,})" for name, rows in found.few[:_NAMED]]
    have = "has" if len(found.few) == 1 else "have"
    missing = f" {found.without:,} more {'has' if found.without == 1 else 'have'} none." if found.without else ""
    return (
        f"Few rows of a class: {len(found.few):,} of {len(classes):,} classes {have} fewer than 5: {', '.join(named)}"
        f"{_more(len(found.few), 'class', 'classes')}.{missing}"
    )


def _imbalance(found: DataChecks, classes: Sequence[str]) -> str:
    if found.largest is None or found.largest[1] < IMBALANCED * found.median:
        return ""
    name, rows = found.largest
    return (
        f"Imbalance: '{readable(name, classes)}' has {count(rows, 'row')}, {rows / found.median:.1f} times the median "
        f"class ({found.median:g}). Accuracy is about it more than about others; balanced accuracy is not."
    )


def _unknown(read: TokenChecks | None) -> str:
    if read is None or not read.unknown_tokens:
        return ""
    shown = ", ".join(f"'{part[:_SIGNS]}' ({times:,})" for part, times in read.parts[:_NAMED])
    rows = ", ".join(f"{row + 1:,}" for row, _ in read.unknown[:_NAMED])
    return (
        f"Unknown to the tokenizer: {count(read.unknown_tokens, 'token')} of {read.tokens:,}, in "
        f"{count(read.unknown_rows, 'row')}; to the model they are all one and the same. "
        f"{shown}{_more(len(read.parts), 'part')}. "
        f"{'Row' if read.unknown_rows == 1 else 'Rows'} {rows}{_more(read.unknown_rows, 'row')}."
    )


def _cut(read: TokenChecks | None) -> str:
    if read is None or not read.cut_rows:
        return ""
    named = [f"row {row + 1:,} ({tokens:,})" for row, tokens in read.cut[:_NAMED]]
    return (
        f"Cut texts: of {count(read.cut_rows, 'row')} the model reads {read.most:,} tokens and no more: "
        f"{', '.join(named)}{_more(read.cut_rows, 'row')}."
    )


def _long(found: DataChecks) -> str:
    if not found.long_rows:
        return ""
    named = [f"row {row + 1:,} ({words:,})" for row, words in found.long[:_NAMED]]
    return (
        f"Very long texts: {count(found.long_rows, 'row')} with more than {found.long_from:,} words: "
        f"{', '.join(named)}{_more(found.long_rows, 'row')}."
    )


def _not_compared(found: DataChecks) -> str:
    if found.compared < found.distinct:
        return f"Near-duplicates were looked for among the first {found.compared:,} of {found.distinct:,} texts alone."
    return "" if found.complete else "So many texts are alike that not every pair of them was compared."


def _pairs(pairs: Sequence[RowPair], total: int) -> str:
    shown = "; ".join(_joined((f"{pair.first + 1:,}", f"{pair.second + 1:,}")) for pair in pairs[:_NAMED])
    return f"Rows {shown}{_more(total, 'pair')}."


def _joined(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _more(total: int, noun: str, plural: str = "") -> str:
    return f" and {count(total - _NAMED, f'more {noun}', f'more {plural}' if plural else '')}" if total > _NAMED else ""
