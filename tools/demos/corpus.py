"""BANKING77 and CLINC150 as they are published: read, held out, written as tables for `fit`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.data.export import export
from core.data.splits import split_rows
from core.data.tables import read_columns
from core.errors import NotFoundError

OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True)
class Rows:
    """Texts with one label each."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]

    def classes(self) -> tuple[str, ...]:
        """The labels that occur, sorted."""
        return tuple(sorted(set(self.labels)))

    def numbers(self) -> list[int]:
        """Each row's label as its place among `classes()`."""
        place = {label: i for i, label in enumerate(self.classes())}
        return [place[label] for label in self.labels]

    def take(self, rows: Sequence[int]) -> Rows:
        """Some of the rows."""
        return Rows(tuple(self.texts[i] for i in rows), tuple(self.labels[i] for i in rows))

    def write(self, path: Path) -> Path:
        """Write a CSV with the columns text and label; no text of these corpora is changed by its guard."""
        rows = zip(self.texts, self.labels, strict=True)
        export(path, ({"text": text, "label": label} for text, label in rows), ("text", "label"))
        return path


@dataclass(frozen=True)
class Corpus:
    """What the demos are made of.

    Attributes:
        banking: BANKING77's training rows, without those held out; `banking_held_out` is empty by default.
        intents, domains: CLINC150's training rows (out of scope included) under both kinds of label.
        domains_validation: CLINC150's validation rows.
        banking_test, domains_test: read for the final numbers only.
    """

    banking: Rows
    banking_held_out: Rows
    banking_test: Rows
    intents: Rows
    domains: Rows
    domains_validation: Rows
    domains_test: Rows


def read_corpus(folder: Path, hold_out: float, seed: int) -> Corpus:
    """Read both data sets from `banking77/` and `clinc150/` below `folder`.

    Raises:
        NotFoundError: a file that is not there.
    """
    banking = _read_banking(folder / "banking77" / "train.csv")
    aside = Rows((), ())
    if hold_out:
        numbers = np.array(banking.numbers(), dtype=np.int64)
        retained, chosen = split_rows(numbers, "single_label_classification", hold_out, seed)
        banking, aside = banking.take(retained.tolist()), banking.take(chosen.tolist())
    clinc = _read_json(folder / "clinc150" / "data_full.json")
    domain_of = _domain_of(_read_json(folder / "clinc150" / "domains.json"))
    intents = _read_clinc(clinc, "train")
    return Corpus(
        banking=banking,
        banking_held_out=aside,
        banking_test=_read_banking(folder / "banking77" / "test.csv"),
        intents=intents,
        domains=_as_domains(intents, domain_of),
        domains_validation=_as_domains(_read_clinc(clinc, "val"), domain_of),
        domains_test=_as_domains(_read_clinc(clinc, "test"), domain_of),
    )


def _read_banking(path: Path) -> Rows:
    table = read_columns(path, ("text", "category"))
    return Rows(tuple(table["text"]), tuple(table["category"]))


def _read_clinc(data: dict[str, Any], split: str) -> Rows:
    rows = data[split] + data[f"oos_{split}"]
    return Rows(tuple(text for text, _ in rows), tuple(intent for _, intent in rows))


def _domain_of(domains: dict[str, list[str]]) -> dict[str, str]:
    """Intent to domain; domains.json writes intents with spaces or underscores, data_full.json with underscores."""
    named = {intent.replace(" ", "_"): domain for domain, intents in domains.items() for intent in intents}
    return {**named, "oos": OUT_OF_SCOPE}


def _as_domains(rows: Rows, domain_of: dict[str, str]) -> Rows:
    return Rows(rows.texts, tuple(domain_of[intent.replace(" ", "_")] for intent in rows.labels))


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise NotFoundError(f"There is no file '{path}'.", fix="give the folder that holds banking77/ and clinc150/.")
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data
