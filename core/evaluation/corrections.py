"""The marks of a dataset's rows, in a small database beside it: several people may mark at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.results.corrections import NAMING, Action, Correction

if TYPE_CHECKING:
    import sqlite3

FILE = "corrections.sqlite"
#: Signs of a note, and of the name of a class.
MOST_SIGNS = 500
_TABLE = (
    "CREATE TABLE IF NOT EXISTS corrections (row INTEGER PRIMARY KEY, action TEXT NOT NULL, label TEXT NOT NULL, "
    "note TEXT NOT NULL)"
)


class Corrections:
    """Those of one dataset, in its folder. A row has one mark: the latest."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def read(self) -> tuple[Correction, ...]:
        """All of them, by row."""
        if not self._file.is_file():
            return ()
        with self._opened() as database:
            found = database.execute("SELECT row, action, label, note FROM corrections ORDER BY row").fetchall()
        return tuple(Correction(row, Action(action), label, note) for row, action, label, note in found)

    def write(self, corrections: Sequence[Correction]) -> None:
        """Mark rows, all of them or none.

        Raises:
            InputError: an action without the class that it needs; a name or note that is too long.
        """
        rows = [_checked(correction) for correction in corrections]
        with self._opened() as database:
            database.executemany("INSERT OR REPLACE INTO corrections VALUES (?, ?, ?, ?)", rows)

    def clear(self, rows: Sequence[int] | None = None) -> None:
        """Take the marks off these rows; None: off all."""
        if not self._file.is_file():
            return
        with self._opened() as database:
            if rows is None:
                database.execute("DELETE FROM corrections")
            else:
                database.executemany("DELETE FROM corrections WHERE row = ?", [(int(row),) for row in rows])

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """A transaction: what is done in it is on disk when it ends well, and undone when it does not."""
        import sqlite3  # an idle server needs none

        with closing(sqlite3.connect(self._file, timeout=30.0)) as database, database:
            database.execute(_TABLE)
            yield database


def _checked(c: Correction) -> tuple[int, str, str, str]:
    """A mark as it is stored: a class only where the action has one."""
    label = c.label.strip() if c.action in NAMING else ""
    if c.action in NAMING and not label:
        raise InputError(f"'{c.action}' needs a class.", fix="name the class that the rows belong to.")
    if max(len(label), len(c.note)) > MOST_SIGNS:
        what = "name of the class" if len(label) > MOST_SIGNS else "note"
        raise InputError(f"The {what} has more than {MOST_SIGNS} signs.", fix="make it shorter.")
    return int(c.row), str(c.action), label, c.note.strip()
