"""A typed word that is nothing here is answered as a path, with what is taken."""

from __future__ import annotations

from core.files.no_source import TAKEN, no_source


def test_what_is_said() -> None:
    far, near = no_source("x", ["demo-llama"]), no_source("demo-lama", ["demo-llama"])
    assert far.problem.startswith("There is no such folder or file: 'x'.")
    assert far.fix == f"{TAKEN}."
    assert near.fix == f"{TAKEN}; did you mean the candidate 'demo-llama'?"
