"""Which training rows a linear head owes an answer to: an estimate for every row, and refits for the largest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.evaluation.linear_head import LinearHead, newton_step, refitted
from core.metrics.probabilities import Floats, softmax
from core.results.training_rows import MOST_INFLUENTIAL, InfluenceReport, RowInfluence
from core.tasks.progress import Progress

#: Rows of either sign whose Newton step is taken; a head is refitted without those that change most by it.
POOL = MOST_INFLUENTIAL + 3


def influence_report(
    head: LinearHead, places: NDArray[np.int64], vector: NDArray[np.float32], verdict: int, on_progress: Progress
) -> InfluenceReport:
    """Of the rows that a head was fitted on, on its log-odds of a class for one vector (D,).

    The only row of a class is left out: without it the head has no such class.

    Args:
        head: at its optimum.
        places: (n,) of its rows among all training rows.
        vector: of the text that was answered.
        verdict: the model's class number; where the head has seen no row of it, its own verdict is looked at.
        on_progress: told after each refit.
    """
    x = head.read(vector[None])[0]
    own = int((head.theta @ x).argmax())
    at = int(np.searchsorted(head.seen, verdict))
    known = at < len(head.seen) and head.seen[at] == verdict
    subject = at if known else own
    before, scores = log_odds(head.theta @ x, subject), influences(head, x, subject)
    several = np.flatnonzero(np.bincount(head.target)[head.target] > 1)
    order = several[np.argsort(scores[several], kind="stable")]
    pool = min(POOL, len(order) // 2)
    rows, estimates = [*order[:pool].tolist(), *order[::-1][:pool].tolist()], []
    for done, row in enumerate(rows):
        on_progress(done / len(rows) / 2, f"estimating without row {done + 1} of {len(rows)}")
        estimates.append(newton_step(head, row))
    changes = np.array([log_odds(theta @ x, subject) - before for theta in estimates])
    found = []
    for done, i in enumerate(chosen := _largest(changes)):
        on_progress((1 + done / len(chosen)) / 2, f"refitting without row {done + 1} of {len(chosen)}")
        logits = refitted(head, rows[i], estimates[i]) @ x
        change = log_odds(logits, subject) - before
        found.append(RowInfluence(int(places[rows[i]]), float(changes[i]), change, _probability(logits, subject)))
    return InfluenceReport(
        subject=int(head.seen[subject]),
        own=int(head.seen[own]),
        probability=_probability(head.theta @ x, subject),
        log_odds=before,
        rows=len(head.x),
        classes=len(head.seen),
        width=len(head.mean),
        directions=head.x.shape[1] - 1,
        kept=head.kept,
        alone=len(scores) - len(several),
        supporting=tuple(sorted((row for row in found if row.refitted < 0), key=lambda row: row.refitted)),
        opposing=tuple(sorted((row for row in found if row.refitted >= 0), key=lambda row: -row.refitted)),
    )


def influences(head: LinearHead, x: Floats, subject: int) -> Floats:
    """(n,) by how much leaving each row out changes the log-odds of a class for one text, about.

    The influence function (Koh and Liang 2017), grad f^T H^-1 grad loss of the row, with each class's part divided by
    1 - leverage, as leaving a row out of a regression does (Pregibon 1981). One solve serves all rows; it ranks them.
    """
    others = head.theta @ x
    others[subject] = -np.inf
    slope = -softmax(others[None])[0]
    slope[subject] = 1.0
    p, over = head.residuals(head.theta)
    solved = head.solve(p, np.outer(slope, x))
    found: Floats = (over / (1 - head.leverages()) * (head.x @ solved.T)).sum(axis=1)
    return found


def log_odds(logits: Floats, subject: int) -> float:
    """log(p / (1 - p)) of a class by its logits (k,), exact where p is nearly 1."""
    others = np.delete(logits, subject)
    return float(logits[subject] - others.max() - np.log(np.exp(others - others.max()).sum()))


def _probability(logits: Floats, subject: int) -> float:
    return float(softmax(logits[None])[0, subject])


def _largest(changes: Floats) -> list[int]:
    """Those of the largest changes to either side."""
    order = np.argsort(changes, kind="stable").tolist()
    down = [i for i in order[:MOST_INFLUENTIAL] if changes[i] < 0]
    return down + [i for i in order[::-1][:MOST_INFLUENTIAL] if changes[i] > 0]
