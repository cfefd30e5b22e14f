"""The minimal flip: the fewest words of a text whose removal changes the verdict.

Removals of one word are tried, then of two, of three ..., each size completely before the next, words with the
largest contributions first. When the budget does not reach that far, the words with the largest contributions are
removed together until the verdict changes, and those that are not needed for it put back, one at a time.
A removed word is deleted from the text with the white space before it, and what stays is tokenised anew.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from torch import Tensor

from core.engine.backends.batching import rows_of
from core.engine.encoding import Encoded
from core.errors import InputError
from core.explain.probe import Probe
from core.results import Floats, MinimalFlip, Unit, by_unit
from core.tasks.progress import Progress

Places = tuple[int, ...]


def find(
    probe: Probe, text: Encoded, words: Sequence[Unit], shares: Floats, budget: int, on_progress: Progress
) -> MinimalFlip:
    """The search; `words` are the units of the text's reading, `shares` (T,) what its tokens add to the logit.

    Raises:
        InputError: a regression, which has no verdict to change.
    """
    require_verdict(probe)
    values = by_unit(shares, tuple(words))
    order = [int(i) for i in np.argsort(-values, kind="stable") if not words[int(i)].special]
    search = _Search(probe, text.text, words, order, budget, on_progress)
    result, complete = search.exhaustive(search.left - min(budget // 2, 3 * len(order)))
    irreducible = bool(result)
    if not result and complete < len(order) - 1:
        result = search.prefix(complete + 1)
        result, irreducible = search.pruned(result)
    return search.result(result, complete, irreducible)


def require_verdict(probe: Probe) -> None:
    """Raises InputError for a regression, which has no verdict to change."""
    if probe.problem_type == "regression":
        raise InputError("A regression has no verdict that could flip.", fix="compare two texts by their output.")


def without(text: str, words: Sequence[Unit], places: Iterable[int]) -> str:
    """The text without some of its words, and without the white space before each of them."""
    gone, done, retained = set(places), 0, ""
    for i in sorted(gone):
        retained += text[done : words[i].start].rstrip()
        done = max(done, words[i].end)
    retained += text[done:]
    return retained if retained[:1].isspace() <= text[:1].isspace() else retained.lstrip()


def by_size(count: int, size: int) -> Iterator[Places]:
    """All choices of `size` among `count` ranks; those among the first ranks before any with a later one."""
    for last in range(size - 1, count):
        for others in itertools.combinations(range(last), size - 1):
            yield (*others, last)


@dataclass
class _Search:
    """Texts that were tried, by what they are: equal texts run once. Ranks are places in `order`."""

    probe: Probe
    text: str
    words: Sequence[Unit]
    order: list[int]
    budget: int
    on_progress: Progress
    logits: dict[str, Tensor] = field(default_factory=dict)
    stage: str = "the text itself"

    def __post_init__(self) -> None:
        self._run([self.text])
        self.verdict = self.probe.verdict(self.logits[self.text])
        self.rows = rows_of(len(self.probe.encode(self.text).ids), self.probe.tokens_per_batch)

    @property
    def left(self) -> int:
        """Texts that may still be tried."""
        return self.budget - len(self.logits)

    def exhaustive(self, most: int) -> tuple[Places, int]:
        """The first removal that flips, sizes rising; and up to which size every removal was tried.

        `most` limits removals, not texts: of a text of equal words many removals leave the same.
        """
        looked = 0
        for size in range(1, len(self.order)):
            self.stage = f"removing {size} of {len(self.order)} words"
            choices = by_size(len(self.order), size)
            while group := list(itertools.islice(choices, max(0, min(self.rows, most - looked)))):
                looked += len(group)
                result = self._first(group)
                if result:
                    return result, size - (next(choices, None) is not None)
            if next(choices, None) is not None:
                return (), size - 1
        return (), max(0, len(self.order) - 1)

    def prefix(self, smallest: int) -> Places:
        """The shortest run of first ranks whose removal flips; among evenly spaced ones where there are many."""
        self.stage = "removing the words of the largest contributions together"
        count = min(len(self.order) - smallest, (self.left + 1) // 2)
        sizes = np.linspace(smallest, len(self.order) - 1, count)
        runs = [tuple(range(size)) for size in dict.fromkeys(int(size) for size in sizes)]
        for begin in range(0, len(runs), self.rows):
            result = self._first(runs[begin : begin + self.rows])
            if result:
                return result
        return ()

    def pruned(self, result: Places) -> tuple[Places, bool]:
        """Without the words that are not needed, smallest parts first; whether that was tried to its end."""
        self.stage = "putting back what is not needed"
        changed = len(result) > 1
        while changed:
            changed = False
            for rank in sorted(result, reverse=True):
                if self.left < 1:
                    return result, False
                fewer = tuple(r for r in result if r != rank)
                if fewer and self._first([fewer]):
                    result, changed = fewer, True
        return result, bool(result)

    def result(self, result: Places, complete: int, irreducible: bool) -> MinimalFlip:
        """What was found, in the places of the words."""
        text = self._text(result)
        logits = np.stack([self.logits[t].numpy() for t in (self.text, text)])
        after = self.logits[text]
        return MinimalFlip(
            words=len(self.order),
            removed=tuple(sorted(self.order[rank] for rank in result)),
            text=text,
            labels=self.probe.labels,
            verdict=self.verdict,
            label=self.probe.verdict(after),
            logits=logits,
            probabilities=np.stack([self.probe.probabilities(self.logits[t]).numpy() for t in (self.text, text)]),
            tried=len(self.logits),
            budget=self.budget,
            complete=complete,
            irreducible=irreducible,
        )

    def _first(self, group: Sequence[Places]) -> Places:
        """The first of the group that flips, also when its text is read alone; () when none does."""
        texts = [self._text(places) for places in group]
        self._run(list(dict.fromkeys(t for t in texts if t not in self.logits)))
        for places, text in zip(group, texts, strict=True):
            if text in self.logits and self._flips(text):
                self.logits[text] = self.probe.logits([self.probe.encode(text).ids])[0]  # padding may round otherwise
                if self._flips(text):
                    return places
        return ()

    def _flips(self, text: str) -> bool:
        return self.probe.verdict(self.logits[text]) != self.verdict

    def _text(self, ranks: Places) -> str:
        return without(self.text, self.words, [self.order[rank] for rank in ranks])

    def _run(self, texts: list[str]) -> None:
        """Through the model; a text of which no token is left has no verdict and is passed over."""
        self.on_progress(min(len(self.logits) / self.budget, 1.0), f"{self.stage}, tried {len(self.logits):,}")
        read = [(text, row) for text in texts if text.strip() and (row := self._ids(text))]
        if read:
            result = self.probe.logits([row for _, row in read])
            self.logits.update(zip((text for text, _ in read), result, strict=True))

    def _ids(self, text: str) -> list[int]:
        try:
            return self.probe.encode(text).ids
        except InputError:
            return []
