"""What a comparison of two checkpoints says, in plain sentences."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from itertools import pairwise
from statistics import median

from core.results import UNCHANGED, CheckpointDiff, TensorDiff, TensorStatus
from core.words.numbers import change

#: Below this cosine, of either sign, in the median of the changed matrices, nothing of the first is left in the second.
UNRELATED = 0.1


def verdict(result: CheckpointDiff) -> str:
    """Equal, or how much changed and where most."""
    counts, total = result.counts, len(result.tensors)
    absent = counts[TensorStatus.ONLY_FIRST] + counts[TensorStatus.ONLY_SECOND]
    if absent == total:
        return "No tensor is in both: there is nothing to compare."
    retained = sum(counts[status] for status in UNCHANGED)
    if retained == total:
        return _all_kept(result)
    changed = counts[TensorStatus.CHANGED]
    message = (
        f"{changed:,} of {total:,} tensors changed{_most(result)}" if changed else f"Of {total:,} tensors none changed"
    )
    others = [_kept(result)] if retained else []
    others += [f"{counts[s]:,} {words}" for s, words in _OTHERS.items() if counts[s]]
    return f"{message}; {', '.join(others)}." if others else f"{message}."


def where(result: CheckpointDiff) -> str:
    """Which layers hold what changed, and which are untouched: whether freezing worked. Empty where nothing changed.

    Each stack of layers has layers of its own, and is named where there are several.
    """
    changed = {(t.stack, t.layer) for t in result.tensors if t.status is TensorStatus.CHANGED}
    other = {(t.stack, t.layer) for t in result.tensors if t.status not in UNCHANGED}
    same = {(t.stack, t.layer) for t in result.tensors} - changed - other
    if not changed:
        return ""
    parts = list(_layers(result, changed))
    if ("", None) in changed:
        parts.append("weights outside the layers")
    message = f"Changed: {' and '.join(parts)}."
    untouched = list(_layers(result, same, whole=False))
    untouched += ["everything outside the layers"] if ("", None) in same else []
    return f"{message} Untouched: {' and '.join(untouched)}." if untouched else message


def _layers(result: CheckpointDiff, among: Set[tuple[str, int | None]], *, whole: bool = True) -> Iterator[str]:
    """The layers of each stack that are among these; `whole` says so where that is every layer."""
    for stack, depth in result.stacks.items():
        inside = {layer for name, layer in among if name == stack and layer is not None}
        if not inside:
            continue
        if stack and inside == set(range(depth)):
            yield f"all {depth:,} layers of {stack}" if depth > 1 else f"the layer of {stack}"
        elif whole and inside == set(range(depth)):
            yield "every layer"
        else:
            yield f"layer{_ranges(inside)}" + (f" of {stack}" if stack else "")


def related(result: CheckpointDiff) -> str:
    """That the two have nothing to do with each other, where their directions say so; else empty."""
    cosines = [t.cosine for t in result.tensors if t.status is TensorStatus.CHANGED and _is_matrix(t)]
    known = [abs(c) for c in cosines if not math.isnan(c)]
    if not known or median(known) >= UNRELATED:
        return ""
    return (
        f"They look unrelated: the cosine between the two is {median(known):.2f} in the median changed matrix, where a "
        "fine-tuned model stays close to 1."
    )


def names(result: CheckpointDiff) -> str:
    """How names that differ were matched: by a prefix, by rules, by content; empty where all are the same."""
    message = [
        f"'{prefix}' was taken off the names of the {which}"
        for prefix, which in zip(result.prefixes, ("first", "second"), strict=True)
        if prefix
    ]
    sentences = [f"To match them, {message[0]}."] if message else []
    by = Counter(t.matched_by for t in result.tensors)
    if by["rule"]:
        sentences.append(
            f"{_tensors(by['rule'])} matched by rules: prefixes of wrappers and versions, fused or stacked tensors "
            "taken apart, other names of one part."
        )
    if by["content"]:
        sentences.append(f"{_tensors(by['content'])} matched by content: equal bytes under another name.")
    return " ".join(sentences)


def _tensors(count: int) -> str:
    return "1 tensor was" if count == 1 else f"{count:,} tensors were"


_OTHERS = {
    TensorStatus.OTHER_SHAPE: "of another shape",
    TensorStatus.NOT_COMPARED: "of a type that is not known",
    TensorStatus.ONLY_FIRST: "only in the first",
    TensorStatus.ONLY_SECOND: "only in the second",
}


def _all_kept(result: CheckpointDiff) -> str:
    total = len(result.tensors)
    noun = "the only tensor is" if total == 1 else f"all {total:,} tensors are"
    if result.counts[TensorStatus.EQUAL] == total:
        return f"The same: {noun} equal, byte for byte."
    if not result.counts[TensorStatus.ROUNDED]:
        return f"The same values: {noun} equal, {_stored(result)}."
    return f"The same but for rounding: {noun} equal once rounded, {_stored(result)}."


def _stored(result: CheckpointDiff) -> str:
    """The types that differ, where each side has one of them."""
    types = {t.dtypes for t in result.tensors if t.status is not TensorStatus.EQUAL}
    if len(types) == 1 and len(set(one := next(iter(types)))) == 2:
        return f"stored as {one[0]} in the first and as {one[1]} in the second"
    return "though not in every byte"


def _most(result: CheckpointDiff) -> str:
    most = result.most_changed
    if most is None:
        return ""
    if math.isinf(most.relative):
        return f", most {most.short_name}, which is zero in the first"
    if most.relative == 0:
        return f", as {most.short_name}, only where a value is NaN or infinite"
    return f", most {most.short_name}, by {change(most.relative)} of its norm"


def _kept(result: CheckpointDiff) -> str:
    counts = result.counts
    words = {
        TensorStatus.EQUAL: "equal",
        TensorStatus.SAME_VALUES: "equal in value",
        TensorStatus.ROUNDED: "equal once rounded",
    }
    message = [f"{counts[s]:,} {'is' if counts[s] == 1 else 'are'} {words[s]}" for s in UNCHANGED if counts[s]]
    return ", ".join(message)


def _ranges(numbers: Iterable[int]) -> str:
    """`s 0–3, 5` after `layer`; ` 5` for one."""
    ordered = sorted(numbers)
    starts = [ordered[0]] + [b for a, b in pairwise(ordered) if b != a + 1]
    ends = [a for a, b in pairwise(ordered) if b != a + 1] + [ordered[-1]]
    message = ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in zip(starts, ends, strict=True))
    return f" {message}" if len(ordered) == 1 else f"s {message}"


def _is_matrix(t: TensorDiff) -> bool:
    return t.shapes[0] is not None and len(t.shapes[0]) > 1
