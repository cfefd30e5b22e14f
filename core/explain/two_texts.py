"""Two texts compared: what was edited, word by word, and what that did to every class."""

from __future__ import annotations

from difflib import SequenceMatcher

import numpy as np

from core.explain.text_units import cut
from core.results import Edit, EditKind, Reading, TwoTexts

_KINDS: dict[str, EditKind] = {"equal": "same", "delete": "removed", "insert": "added", "replace": "replaced"}
#: Pairs of words that are compared at most: the search takes about as many steps. Above it, all that lies between
#: the common beginning and the common end counts as one replacement.
MOST_PAIRS = 4_000_000


def compare(a: Reading, b: Reading) -> TwoTexts:
    """Both readings of one candidate, side by side."""
    pair = (a.prediction, b.prediction)
    return TwoTexts(
        a,
        b,
        tuple(diff(a.prediction.text, b.prediction.text)),
        logits=np.array([p.logits for p in pair]),
        probabilities=np.array([p.probabilities for p in pair]),
    )


def diff(a: str, b: str) -> list[Edit]:
    """From one text to the other in words and white space; no word is cut. Longest common runs first (difflib)."""
    old, new = cut(a), cut(b)
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    steps: list[tuple[EditKind, list[str], list[str]]] = [("same", old[:head], new[:head])]
    if len(middle_old) * len(middle_new) > MOST_PAIRS:
        steps.append(("replaced", middle_old, middle_new))
    else:
        matcher = SequenceMatcher(str.isspace, middle_old, middle_new, autojunk=False)
        steps += [(_KINDS[kind], middle_old[i:j], middle_new[k:m]) for kind, i, j, k, m in matcher.get_opcodes()]
    steps.append(("same", old[len(old) - tail :], new[len(new) - tail :]))
    return _joined([Edit(kind, "".join(before), "".join(after)) for kind, before, after in steps if before or after])


def _alike(old: list[str], new: list[str]) -> int:
    """How many words at the beginning are equal."""
    pairs = zip(old, new, strict=False)
    return next((i for i, (x, y) in enumerate(pairs) if x != y), min(len(old), len(new)))


def _joined(edits: list[Edit]) -> list[Edit]:
    """Neighbours of one kind as one."""
    joined: list[Edit] = []
    for edit in edits:
        if joined and joined[-1].kind == edit.kind:
            last = joined.pop()
            edit = Edit(edit.kind, last.before + edit.before, last.after + edit.after)
        joined.append(edit)
    return joined
