"""Marks of rows as a list that leaves and comes back, and a dataset as the marks make it."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from core.data.export import encoded, unguarded
from core.errors import InputError
from core.evaluation.merged_classes import merged
from core.results.corrections import Action, Correction

#: The columns of the list; the first says which row a mark is of, wherever it stands in a file.
COLUMNS = ("id", "row", "text", "label", "action", "new label", "note")


def row_ids(texts: Iterable[str]) -> Iterator[str]:
    """An id a row that another order of the file does not change: of its text, and of which such text it is.

    12 digits of BLAKE2b; from the second row with the same text on, its number follows.
    """
    seen: Counter[str] = Counter()
    for text in texts:
        digest = hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
        seen[digest] += 1
        yield digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"


def write_list(
    corrections: Sequence[Correction], ids: Mapping[int, str], texts: Mapping[int, str], labels: Mapping[int, str]
) -> bytes:
    """The marks as CSV, texts as a spreadsheet may open them; ids, texts and labels as written are by row."""
    rows = (
        (ids[c.row], c.row + 1, texts[c.row], labels.get(c.row, ""), str(c.action), c.label, c.note)
        for c in corrections
    )
    return encoded((dict(zip(COLUMNS, row, strict=True)) for row in rows), "csv", COLUMNS)


def read_list(content: bytes, rows: Mapping[str, int]) -> tuple[list[Correction], int]:
    """The marks of such a list, for the rows that have its ids (`rows`), and how many have none.

    Raises:
        InputError: no such list, or an action that there is none of.
    """
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        found, missing = list(reader), {"id", "action"} - set(reader.fieldnames or ())
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"This is no list of corrections: {error}.", fix="bring the CSV that was saved here."
        ) from None
    if missing:
        raise InputError(
            f"The list has no column {' and no column '.join(map(repr, sorted(missing)))}.",
            fix="bring the CSV that was saved here, its columns as they are.",
        )
    actions = [_action(row["action"], line) for line, row in enumerate(found, 2)]
    known = [(rows[row["id"]], action, row) for row, action in zip(found, actions, strict=True) if row["id"] in rows]
    taken = [
        Correction(place, action, unguarded(row.get("new label") or ""), unguarded(row.get("note") or ""))
        for place, action, row in known
    ]
    return taken, len(found) - len(taken)


def corrected_rows(
    columns: Mapping[str, Sequence[str]],
    label_column: str,
    corrections: Sequence[Correction],
    written: Callable[[str], str],
    means: Mapping[str, str],
) -> Iterator[dict[str, str]]:
    """The rows of a dataset with their corrected labels; those to be removed are left out.

    A merge takes all rows of the class with it, also those that are relabelled with it.

    Args:
        columns: all cells by column, in the order of the file.
        label_column: where labels stand.
        corrections: the marks.
        written: a class as the file writes it.
        means: the class of a label as written, where it has one.
    """
    marks = {c.row: c for c in corrections}
    labels = columns[label_column]
    into = merged((means.get(labels[c.row], labels[c.row]), c.label) for c in corrections if c.action is Action.MERGE)
    for i, cells in enumerate(zip(*columns.values(), strict=True)):
        row, mark = dict(zip(columns, cells, strict=True)), marks.get(i)
        if mark is None or mark.action is not Action.REMOVE:
            given = mark.label if mark is not None and mark.action is not Action.MERGE else ""
            name = given or means.get(row[label_column], row[label_column])
            if given or name in into:
                row[label_column] = written(into.get(name, name))
            yield row


def _action(written: str | None, line: int) -> Action:
    try:
        return Action((written or "").strip().lower())
    except ValueError:
        raise InputError(
            f"Line {line} of the list has the action '{written or ''}'.", fix=f"use one of: {', '.join(Action)}."
        ) from None
