"""The datasets that people brought, each in a folder of its own: as one Parquet file, every cell text."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import tempfile
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.data.tables import SUFFIXES
from core.errors import AppError, InputError, NotFoundError
from core.evaluation.dataset_files import ABOUT, TABLE, described, read_table, store
from core.evaluation.stored_cells import StoredCells, batches
from core.results.dataset import DatasetSummary

T = TypeVar("T")

#: Larger files are refused: their cells would not fit into memory while they are read.
MAX_BYTES = 2**30
#: Counts and row numbers that are kept in memory: of a million rows 8 MB each.
_KEPT = 8


class Datasets:
    """A folder of them. A dataset never changes: another content is another one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._last: OrderedDict[Hashable, Any] = OrderedDict()

    def add(self, path: Path) -> DatasetSummary:
        """Read a file and keep a copy of its cells.

        Raises:
            NotFoundError: no such file.
            InputError: a file that cannot be read, see `core.data.tables.read_columns`; one of more than a gibibyte.
        """
        if not path.is_file():
            kind = "a folder" if path.is_dir() else "not there"
            raise NotFoundError(f"The file '{path}' is {kind}.", fix="check the path.")
        with path.open("rb") as file:
            return self._receive(path.name, file)

    def receive(self, name: str, content: bytes) -> DatasetSummary:
        """The same of what a browser sent.

        Raises:
            InputError: as `add`.
        """
        return self._receive(name, io.BytesIO(content))

    def _receive(self, name: str, content: IO[bytes]) -> DatasetSummary:
        """A name, and what is read.

        Raises:
            InputError: as `add`.
        """
        name = Path(name.replace("\\", "/")).name or "dataset"
        if Path(name).suffix.lower() not in SUFFIXES:
            raise InputError(f"'{name}' is not a table that can be read.", fix=f"bring {', '.join(SUFFIXES)}.")
        with _in_a_temporary_folder(self.folder) as made:
            copy, digest = made / f"source{Path(name).suffix.lower()}", hashlib.sha256()
            with copy.open("wb") as file:
                while block := content.read(2**20):
                    digest.update(block)
                    file.write(block)
                    if file.tell() > MAX_BYTES:
                        raise InputError(f"'{name}' has more than 1 GiB.", fix="split it, or leave columns out.")
            known = self.folder / digest.hexdigest()[:16]
            if (known / ABOUT).is_file():
                return self.summary(known.name)
            try:
                table, encoding = read_table(copy)
            except AppError as error:  # our copy is nobody's business
                raise type(error)(str(error.problem).replace(f"'{copy}'", f"'{name}'"), fix=error.fix) from None
            summary = described(known.name, name, table, encoding)
            copy.unlink()
            store(made, table, summary)
            known.mkdir(parents=True, exist_ok=True)
            for file_name in (TABLE, ABOUT):  # the description last: with it the dataset is there
                (made / file_name).replace(known / file_name)
        return summary

    def summary(self, dataset: str) -> DatasetSummary:
        """What is known of one.

        Raises:
            NotFoundError: there is none of this id.
        """
        about = self._place(dataset) / ABOUT
        if not about.is_file():
            raise NotFoundError(f"There is no dataset '{dataset}' here.", fix="bring the file again.")
        found = json.loads(about.read_text(encoding="utf-8"))
        found["columns"], found["head"] = tuple(found["columns"]), tuple(map(tuple, found["head"]))
        return DatasetSummary(**found)

    def column(self, dataset: str, name: str) -> list[str]:
        """The cells of a column, in the order of the file; empty where a row has none.

        Raises:
            NotFoundError: no such dataset.
            InputError: it has no such column.
        """
        return [cell for batch in self.batches(dataset, name) for cell in batch]

    def batches(self, dataset: str, name: str) -> Iterator[list[str]]:
        """The same a group of rows at a time.

        Raises:
            NotFoundError, InputError: as `column`, at once.
        """
        return batches(self._place(dataset) / TABLE, self._number(dataset, name))

    def cells(self, dataset: str, name: str, rows: NDArray[np.int64]) -> StoredCells:
        """The cells of a column in these rows, read as they are asked for.

        Raises:
            NotFoundError, InputError: as `column`.
        """
        return StoredCells(self._place(dataset) / TABLE, self._number(dataset, name), rows)

    def _number(self, dataset: str, name: str) -> str:
        """Of a column in the stored table."""
        known = self.summary(dataset)
        if name not in known.columns:
            raise InputError(
                f"'{known.name}' has no column '{name}'.", fix=f"choose one of: {', '.join(known.columns)}."
            )
        return str(known.columns.index(name))

    def counts(self, dataset: str, name: str) -> Mapping[str, int]:
        """Rows by what stands in this column; the last ones are kept in memory."""
        cells = self.batches(dataset, name)
        return self._kept(("counts", dataset, name), lambda: Counter(chain.from_iterable(cells)))

    def filled(self, dataset: str, name: str, longest: int) -> NDArray[np.int64]:
        """Numbers of the rows, from 0, whose cell is not blank and has at most so many characters; kept likewise."""
        batches = self.batches(dataset, name)

        def found() -> NDArray[np.int64]:
            good = (bool(cell.strip()) and len(cell) <= longest for batch in batches for cell in batch)
            return np.flatnonzero(np.fromiter(good, bool)).astype(np.int64)

        return self._kept(("filled", dataset, name, longest), found)

    def _kept(self, key: Hashable, made: Callable[[], T]) -> T:
        with self._lock:
            if key in self._last:
                self._last.move_to_end(key)
                found: T = self._last[key]
                return found
        result = made()
        with self._lock:
            self._last[key] = result
            if len(self._last) > _KEPT:
                self._last.popitem(last=False)
        return result

    def _place(self, dataset: str) -> Path:
        """Its folder; an id from a URL is never a path."""
        return self.folder / (dataset if re.fullmatch(r"[0-9a-f]{16}", dataset) else "unknown")


@contextmanager
def _in_a_temporary_folder(around: Path) -> Iterator[Path]:
    around.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".new-", dir=around))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
