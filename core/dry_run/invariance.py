"""Stages about what must not change a result: running twice, padding, and the other texts of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from core.dry_run.stage import StageKind
from core.dry_run.subject import UNIT, Subject
from core.results import Stage
from core.words.numbers import two_digits

REPEATABLE = StageKind("Repeatability", "The same batch twice, in the mode in which the model was loaded: no dropout.")
PADDING = StageKind("Padding", "Each text alone, and with padding added on its left or its right.")
BATCH = StageKind(
    "Batch", "Each text alone, and in batches of several lengths, of equal lengths, and in reverse order."
)


def repeatability(subject: Subject) -> Stage:
    """Two runs as the model was found: dropout that is on shows here, and only here."""
    batch = subject.together(subject.rows)
    with _as_found(subject), subject.kept_random():
        first, second = subject.logits(batch), subject.logits(batch)
    on, modules = _in_training(subject)
    difference = subject.difference(second, first)
    bounded = _bounded(subject, two_digits(difference))
    detail = f"two runs differ by {bounded}; {on:,} of {modules:,} modules are in training mode"
    fix = "put the model into evaluation mode (`model.eval()`), which turns dropout off."
    return REPEATABLE.judged(difference <= subject.tolerance, detail, fix, difference, subject.tolerance, UNIT)


def padding(subject: Subject) -> Stage:
    """Each text with padding on a side against itself without."""
    result = {}
    for side in ("left", "right"):
        rows = [subject.logits(subject.together([row], side, len(row) + subject.gap)) for row in subject.rows]
        result[side] = max(subject.difference(row[0], alone) for row, alone in zip(rows, subject.alone, strict=True))
    worst = max(result.values(), key=_or_infinite)
    detail = f"{subject.gap} tokens of padding change the logits by {_differs(subject, result)}"
    fix = (
        "make the pooler read the attention mask (the last token is the last real one, not `[:, -1]`), and count "
        "position ids from the first real token."
    )
    return PADDING.judged(worst <= subject.tolerance, detail, fix, worst, subject.tolerance, UNIT)


def batch(subject: Subject, *, padding_is_right: bool) -> Stage:
    """Each text among others against itself alone; without padding where that alone changes the result."""
    shortest = min(len(row) for row in subject.rows)
    # The first halves join in, so that there are several lengths even with one text.
    mixed = [*subject.rows, *(row[: (len(row) + 1) // 2] for row in subject.rows)]
    equal = [row[:shortest] for row in subject.rows] * 2
    alone, cut = subject.each_alone(mixed), subject.each_alone(equal)
    result = {}
    if padding_is_right:
        result["several lengths"] = subject.difference(subject.logits(subject.together(mixed)), alone)
        turned = subject.logits(subject.together(mixed[::-1])).flip(0)
        result["reverse order"] = subject.difference(turned, alone)
    result["equal lengths"] = subject.difference(subject.logits(subject.together(equal)), cut)
    worst = max(result.values(), key=_or_infinite)
    detail = f"{len(mixed)} texts in one batch change the logits by {_differs(subject, result)}"
    if not padding_is_right:
        detail += "; several lengths were left out, since padding changes the result"
    fix = "look for a layer that mixes the texts of a batch, as batch normalisation does."
    return BATCH.judged(worst <= subject.tolerance, detail, fix, worst, subject.tolerance, UNIT)


def _differs(subject: Subject, result: Mapping[str, float]) -> str:
    return _bounded(subject, ", ".join(f"{two_digits(value)} ({name})" for name, value in result.items()))


def _bounded(subject: Subject, words: str) -> str:
    return f"{words} {UNIT}, bound {subject.tolerance:.0e}"


def _or_infinite(value: float) -> float:
    """NaN is worse than any number."""
    return value if value == value else float("inf")


def _in_training(subject: Subject) -> tuple[int, int]:
    """Modules that were found in training mode, of how many; PEFT's wrappers around the classifier are none of it."""
    own = set(subject.probe.classifier.modules())
    names = [name for name, module in subject.probe.model.named_modules() if module in own]
    return sum(name in subject.training for name in names), len(names)


@contextmanager
def _as_found(subject: Subject) -> Iterator[None]:
    """The training flags of the loaded model on the probe, which is in evaluation mode otherwise."""
    for name, module in subject.probe.model.named_modules():
        module.training = name in subject.training
    try:
        yield
    finally:
        subject.probe.model.train(False)
