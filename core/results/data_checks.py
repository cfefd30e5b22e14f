"""What about a dataset itself may mislead whoever measures a model on it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RowPair:
    """Two rows, by their numbers in the file from 0, and the Jaccard index of their 5-grams of characters."""

    first: int
    second: int
    jaccard: float


@dataclass(frozen=True)
class TokenChecks:
    """How the model reads the texts. Rows are numbers in the file, from 0; lists hold the first ones.

    Attributes:
        unknown: rows with tokens that stand for what the tokenizer does not know, the most first, with how many;
            `unknown_rows` in all, with `unknown_tokens` of `tokens`.
        parts: what those tokens cover, as written, the most frequent first, with how often.
        cut: rows of which the model does not read everything, the longest first, with their tokens; `cut_rows` in all.
        most: tokens of a text that it reads.
    """

    unknown: tuple[tuple[int, int], ...]
    unknown_rows: int
    unknown_tokens: int
    tokens: int
    parts: tuple[tuple[str, int], ...]
    cut: tuple[tuple[int, int], ...]
    cut_rows: int
    most: int


@dataclass(frozen=True)
class DataChecks:
    """Findings about the answered rows of a dataset. Rows are numbers in the file, from 0; lists hold the first ones.

    Attributes:
        rows, labelled: answered rows, and those with a label of the model's.
        few: classes with 1 to 4 labelled rows and how many, the fewest first.
        without: classes of the model without a row.
        largest: the class with most rows and how many; None where no row has one.
        median: labelled rows of the median class, of those that have any.
        exact: groups of rows with one text after NFKC, case folding and single spaces; `exact_groups` in all, which
            hold `exact_rows` rows.
        near: pairs of other texts with a Jaccard index of 0.7 or more, the most alike first; `near_pairs` in all. Of
            texts that are the same the first row stands for all.
        conflicts: pairs of either sort with different labels; `conflict_pairs` in all.
        long: rows with more than `long_from` words, the longest first, with how many; `long_rows` in all.
        compared: distinct texts that were compared with one another, of `distinct`.
        complete: all alike texts that were compared are in; False: there were too many to look at each pair.
        read: what the model's tokenizer makes of the texts; None: it was not asked.
    """

    rows: int
    labelled: int
    few: tuple[tuple[str, int], ...]
    without: int
    largest: tuple[str, int] | None
    median: float
    exact: tuple[tuple[int, ...], ...]
    exact_groups: int
    exact_rows: int
    near: tuple[RowPair, ...]
    near_pairs: int
    conflicts: tuple[RowPair, ...]
    conflict_pairs: int
    long: tuple[tuple[int, int], ...]
    long_rows: int
    long_from: int
    compared: int
    distinct: int
    complete: bool
    read: TokenChecks | None = None
