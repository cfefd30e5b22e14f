"""Rows of logits on disk: whole ones, in order, whatever happens between two of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.errors import InputError
from core.evaluation.stored_rows import StoredRows, let_go
from core.settings import ROOT


@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 5), max_size=6), st.integers(0, 11), st.integers(0, 2**32 - 1))
def test_what_was_written_comes_back_also_after_a_torn_row(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[int], torn: int, seed: int
) -> None:
    stored = StoredRows(tmp_path_factory.mktemp("stored") / "deep" / "a.logits", 3)
    rows = np.random.default_rng(seed).normal(size=(sum(pieces), 3)).astype(np.float32)
    done = 0
    for size in pieces:
        with stored.writing() as writer:
            writer.append(rows[done : done + size].astype(np.float64))
        done += size
        with stored.path.open("ab") as file:
            file.write(b"\1" * torn)  # the process ended within a row
        assert stored.count() == done
        assert (stored.rows() == rows[:done]).all()
    assert stored.rows().shape == (done, 3)


def test_rows_of_another_width_are_a_bug(tmp_path: Path) -> None:
    with StoredRows(tmp_path / "a.logits", 3).writing() as writer, pytest.raises(ValueError, match="rows of 3 numbers"):
        writer.append(np.zeros((2, 4)))


def test_two_processes_do_not_write_at_once(tmp_path: Path) -> None:
    stored = StoredRows(tmp_path / "a.logits", 2)
    code = (
        "import sys; from pathlib import Path; from core.evaluation.stored_rows import StoredRows, let_go\n"
        f"with StoredRows(Path({str(stored.path)!r}), 2).writing(): print('has it', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline().strip() == "has it"
    with pytest.raises(InputError, match="Another process"), stored.writing():
        pass
    other.kill()  # a lock dies with its process
    other.communicate()
    with stored.writing() as writer:
        writer.append(np.zeros((1, 2)))
    assert stored.count() == 1


def test_pages_that_were_let_go_are_read_again(tmp_path: Path) -> None:
    stored = StoredRows(tmp_path / "a.logits", 2)
    with stored.writing() as writer:
        writer.append(np.arange(20_000.0).reshape(-1, 2))
    rows = stored.rows()[:5000]
    before = rows.sum()
    let_go(rows)
    assert rows.sum() == before
    let_go(np.zeros(3))
