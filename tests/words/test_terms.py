"""The field's own words: each is a name that stands on a page, and is said in sentences."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.settings import ROOT
from core.words.terms import TERMS

SOURCES = "\n".join(
    file.read_text(encoding="utf-8")
    for folder in ("pages", "core/words")
    for file in sorted(Path(ROOT / folder).rglob("*.py"))
    if file.name != "terms.py"
)


@pytest.mark.parametrize("term", TERMS)
def test_a_term_stands_somewhere(term: str) -> None:
    assert re.search(rf'"{re.escape(term)}[" (]', SOURCES), f"no page shows '{term}'"


@pytest.mark.parametrize("term", TERMS)
def test_it_is_said_in_a_sentence_or_two(term: str) -> None:
    assert TERMS[term].endswith(".")
    assert len(TERMS[term]) < 300
