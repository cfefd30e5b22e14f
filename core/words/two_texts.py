"""Two texts in words: what an edit changed, and which words the verdict cannot do without."""

from __future__ import annotations

from collections.abc import Sequence

from core.results import FlipCost, MinimalFlip, Reading, TwoTexts
from core.results.text_units import telling_numbers
from core.words.class_names import readable
from core.words.durations import duration
from core.words.numbers import signed
from core.words.text_units import quoted
from core.words.verdict import leads, stated

_SEARCH = (
    "Words are tried in the order of their contributions: every removal of one word, then of two and so on, until one "
    "changes the verdict, as far as {budget:,} texts reach; beyond that those with the largest contributions together,"
    " less those that are not needed. A removed word is deleted from the text with the space before it, and what stays"
    " is tokenised anew. One word stays at least. The words of what was cut off are left alone."
)
DIFF = "Words are compared as they are written. Replaced words count as removed from A and added in B."
#: Words named in a sentence; the rest are counted.
_NAMED = 12


def changed(result: TwoTexts, label: str) -> str:
    """What the edit did, in a sentence."""
    k, named = result.labels.index(label), readable(label, result.labels)
    before, after = (side(result, i, k) for i in (0, 1))
    change = signed(float(result.logit_change[k]))
    if not result.has_probabilities:
        return f"The edit moves '{named}' from {before} to {after}, by {change}."
    moved = f"'{named}' goes from {before} to {after}."
    a, b = (readable(verdict, result.labels) for verdict in result.verdicts)
    if a == b:
        return f"Before and after the edit {leads(result.verdicts[0], result.labels)}: {moved}"
    if all(verdict in result.labels for verdict in result.verdicts):
        return f"Before the edit '{a}' leads, after it '{b}': {moved}"
    return f"The edit turns '{a}' into '{b}': {moved}"


def side(result: TwoTexts | MinimalFlip, i: int, k: int) -> str:
    """Class k's probability before (0) or after (1); its output where there is none."""
    return stated(float(result.probabilities[i, k]), float(result.logits[i, k]))


def flipped(result: MinimalFlip, reading: Reading, labels: Sequence[str] = ()) -> str:
    """The words of the minimal flip, or that there are none, and what that rests on.

    Classes go by their ids where no labels are given.
    """
    before = readable(result.verdict, labels)
    if result.words < 2:
        return "There is nothing to take away: the text has one word, and one word stays at least."
    if not result.found:
        every = f"No removal changes '{before}': all that leave a word were tried."
        together = "and the words of the largest contributions together"
        rest = f"Nothing tried changes '{before}': {_reach(result)}, {together}."
        return every if result.proven else rest
    numbers = telling_numbers(reading.words)
    names = [quoted(reading.words[i], numbers[i]) for i in result.removed]
    listed = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    count = f"{len(names)} of {result.words} words"
    first = f"Without {listed} ({count}) {leads(result.label, labels)} instead of '{before}'."
    if result.proven and len(names) == 1:
        return f"{first} Proven minimal: nothing is fewer than one word."
    if result.proven:
        return f"{first} Proven minimal: every smaller removal was tried."
    needed = " None of these words can be put back alone." if result.irreducible else ""
    return f"{first} The smallest found, not proven minimal: {_reach(result)}.{needed}"


def cost(cost: FlipCost) -> str:
    """What the search takes, said before."""
    return f"At most {cost.texts:,} texts through the model: about {duration(cost.seconds)}, from one measured batch."


def tried(result: MinimalFlip) -> tuple[str, str]:
    """Which removals were tried, how many and of how many words: ("all", "of 1 word, some of 2")."""
    done, most, size = result.complete, result.words - 1, len(result.removed)
    if most < 1:
        return "none", "one word stays at least"
    if done >= most:
        return "all", "that leave a word"
    if not done:
        return "some", "of 1 word" if result.found and size == 1 else "of 1 word and of more"
    every = "of 1 word" if done == 1 else f"of up to {done:,} words"
    if result.found and size <= done:
        return "all", every
    return "all", f"{every}, some of {size if result.proven else 'more'}"


def searched(budget: int) -> str:
    """How words are tried, with so many texts at most."""
    return _SEARCH.format(budget=budget)


def _reach(result: MinimalFlip) -> str:
    if not result.complete:
        return "not even every single word was tried alone"
    return f"every removal of up to {result.complete} word{'s' if result.complete > 1 else ''} was tried"
