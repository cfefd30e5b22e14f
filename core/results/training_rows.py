"""A test file beside the file that a model was trained on: what both have, how they differ, and who is near whom."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.results.figure import Figure

#: Training rows that are nearest to each test row; rows among which a class's neighbours are counted.
NEIGHBOURS = 10
#: This share of the training rows lies so far from all others that a test row as far is unlike them.
UNLIKE = 0.01
#: Rows with the largest influence to either side that are refitted without.
MOST_INFLUENTIAL = 5


@dataclass(frozen=True)
class TrainingFile:
    """The file that a model card says a pair was trained on, without folders; `path`: where it is, None if not here."""

    name: str
    path: str | None


@dataclass(frozen=True)
class Overlap:
    """N test rows beside the training rows' texts; two are the same after NFKC, case folding and single spaces.

    Attributes:
        match: (N,) place of the first training row with the same text, or the most alike one with a Jaccard index of
            0.7 or more of 5-grams of characters; -1 where there is none.
        jaccard: (N,) their index: 1 for the same text; 0 where there is none.
        exact: (N,) whether the texts are the same.
        inside, outside: share of right verdicts on labelled test rows with a match, and without; NaN of no row.
        relabelled: labelled rows with the same text whose label is another class than any training row's of it.
        compared: distinct texts that were compared, of `distinct`; `complete`: no pair of these was left out.
    """

    match: NDArray[np.int64] = field(repr=False)
    jaccard: NDArray[np.float64] = field(repr=False)
    exact: NDArray[np.bool_] = field(repr=False)
    inside: Figure
    outside: Figure
    inside_rows: int
    outside_rows: int
    relabelled: int
    compared: int
    distinct: int
    complete: bool


@dataclass(frozen=True)
class Shift:
    """How the test file's texts and labels differ from the training file's.

    Attributes:
        test_median, training_median: words of a text.
        distance, p: of lengths in words: the two-sample Kolmogorov-Smirnov statistic and its two-sided p-value.
        unseen: share of the test file's running words that no training text has; `unseen_words` different ones of
            `words`.
        frequent: unseen words and how often each stands in the test file, the most frequent first.
        missing: classes of labelled test rows that no training row has, and test rows of each, the most first.
        labels: total variation distance of the shares of classes, the share of rows that would have to change theirs;
            None where no test row is labelled.
    """

    test_median: float
    training_median: float
    distance: float
    p: float
    unseen: float
    unseen_words: int
    words: int
    frequent: tuple[tuple[str, int], ...]
    missing: tuple[tuple[str, int], ...]
    labels: float | None


@dataclass(frozen=True)
class ClassMixing:
    """Training rows of one class, and the `NEIGHBOURS` other rows nearest to each of them.

    Attributes:
        rows: of the class; `looked_at` of them were compared with all others.
        elsewhere: share of their nearest rows that have another class.
        other: the class that most of those have, None where there are none; `other_share` of all nearest rows.
    """

    name: str
    rows: int
    looked_at: int
    elsewhere: float
    other: str | None
    other_share: float


@dataclass(frozen=True)
class Detection:
    """How well a number tells test rows with a class of the model from those whose label is none.

    Attributes:
        cosine, probability: AUROC of the cosine to the nearest training row, and of the largest probability, each with
            its 95 % interval (DeLong).
        difference: the first less the second, with its paired interval.
    """

    inside: int
    outside: int
    cosine: Figure
    probability: Figure
    difference: Figure


@dataclass(frozen=True)
class TrainingRows:
    """N answered test rows beside M usable training rows: those with a class of the model and finite vectors.

    Attributes:
        classes: the model's.
        places: (M,) of the usable ones among the training evaluation's rows.
        left_out: training rows that are not usable.
        same_file: both are one dataset, so every text overlaps.
        neighbours: (N, n) of each test row the nearest training rows by cosine of pooled vectors, nearest first:
            places among the training evaluation's rows.
        similarity: (N, n) their cosines; NaN of a test row without a finite vector.
        far: the cosine to the nearest other row that all but 1 % of the training rows exceed; NaN of a single row.
        mixing: every class with training rows, those first whose rows lie most among others.
        mixed: the two classes whose rows are most often each other's nearest, with that share; None where none are.
        detection: None where every label of the test file is a class of the model, or none is.
    """

    classes: tuple[str, ...]
    places: NDArray[np.int64] = field(repr=False)
    left_out: int
    same_file: bool
    overlap: Overlap
    shift: Shift
    neighbours: NDArray[np.int64] = field(repr=False)
    similarity: NDArray[np.float64] = field(repr=False)
    far: float
    mixing: tuple[ClassMixing, ...]
    mixed: tuple[str, str, float] | None
    detection: Detection | None

    @property
    def unlike(self) -> NDArray[np.bool_]:
        """(N,) test rows whose nearest training row is farther than `far`."""
        return self.similarity[:, 0] < self.far


@dataclass(frozen=True)
class RowInfluence:
    """What leaving one training row out does to the log-odds of a class, in nats.

    Attributes:
        place: among the training evaluation's rows.
        estimate: after one Newton step of the head without it.
        refitted: of the head that was really fitted without it, to its optimum.
        probability: of the class by that head.
    """

    place: int
    estimate: float
    refitted: float
    probability: float


@dataclass(frozen=True)
class InfluenceReport:
    """Training rows by what a linear head, refitted on pooled vectors, owes them for one answer.

    Attributes:
        subject: the class looked at: the model's verdict, or the head's where it has seen no row of that.
        own: the head's verdict.
        probability, log_odds: of the subject by the head with all rows.
        rows, classes: that the head was fitted on.
        width, directions: of pooled vectors, and of those the principal directions that the head reads, with the share
            `kept` of their variance.
        alone: rows that are the only one of their class, of which none is looked at.
        supporting: without them the log-odds fall, the most first; `opposing`: they rise.
    """

    subject: int
    own: int
    probability: float
    log_odds: float
    rows: int
    classes: int
    width: int
    directions: int
    kept: float
    alone: int
    supporting: tuple[RowInfluence, ...]
    opposing: tuple[RowInfluence, ...]
