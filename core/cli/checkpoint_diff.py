"""`weights A --against B`: what differs between two checkpoints, tensor by tensor."""

from __future__ import annotations

from pathlib import Path

from core.checkpoints.checkpoint_diff.records import records, write_diff
from core.cli.output import print_json, print_table, say
from core.cli.progress import follow
from core.in_process import InProcessServices
from core.results import CheckpointDiff, TensorDiff, TensorStatus
from core.words.checkpoint_diff import names, related, verdict, where
from core.words.numbers import change, significant

COLUMNS = ("tensor", "status", "change", "elements changed", "largest change", "mean change", "cosine")


def compare(source: str, other: str, output: Path | None, json: bool) -> None:
    """Compare two checkpoints, and tell, write or print what differs."""
    result = follow(InProcessServices().checkpoints.diff(source, other))
    if output is not None:
        write_diff(output, result)
        say(f"Wrote {len(result.tensors):,} tensors to {output}.")
    if json:
        print_json(records(result))
    elif output is None:
        _table(result)
    for sentence in (verdict(result), where(result), related(result), names(result)):
        if sentence:
            say(sentence)


def _table(result: CheckpointDiff) -> None:
    """What is not equal byte for byte."""
    rows = [_row(t) for t in result.tensors if t.status is not TensorStatus.EQUAL]
    if rows:
        print_table(COLUMNS, rows)
    for t in result.tensors:
        if t.note:
            say(f"{t.name}: {t.note}")


def _row(t: TensorDiff) -> tuple[str, ...]:
    shares = (change(value) if value == value else "–" for value in (t.relative, t.share))
    return t.name, t.status.value, *shares, *(significant(value) for value in (t.largest, t.mean, t.cosine))
