"""Stages about training: the loss of each text, and which parameters its gradient reaches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import assert_never

import torch
from torch import Tensor, nn

from core.config.components import BceOptions, BitemperedOptions, CriterionOptions, CrossEntropyOptions, MseOptions
from core.dry_run.memory import few_rows, stage_bytes
from core.dry_run.stage import StageKind
from core.dry_run.subject import Subject
from core.dry_run.trained_parameters import BACKBONE, layer_of, open_for_training, part_of, requiring, trained
from core.results import Stage
from core.tasks.progress import Progress, ignore_progress
from core.words.sizes import gibibytes

LOSS = StageKind("Loss", "The criterion of the candidate, with labels that the model finds least likely.")
GRADIENT = StageKind(
    "Gradient", "The loss sends a gradient to everything that is trained, and to nothing that is frozen."
)
#: How far the mean loss may be from the mean of the losses, relative to it.
MEAN_BOUND = 1e-4
_CRITERIA: dict[type[CriterionOptions], str] = {
    MseOptions: "mean squared error",
    CrossEntropyOptions: "cross entropy",
    BceOptions: "binary cross entropy",
    BitemperedOptions: "bi-tempered logistic loss",
}


def loss(subject: Subject) -> Stage:
    """One loss a text, finite, and their mean."""
    with torch.inference_mode():
        output = subject.probe.model(**subject.together(subject.rows), labels=labels(subject, subject.alone))
    losses, mean, texts = output.losses, float(output.loss), len(subject.rows)
    finite = int(losses.isfinite().sum())
    gap = abs(mean - float(losses.double().mean())) / max(1.0, abs(mean))
    kind = _CRITERIA[type(subject.probe.classifier.criterion.options)]
    detail = f"{kind}: {finite} of {texts} losses are finite, shape {tuple(losses.shape)}; their mean is {mean:.3g}"
    fix = "correct the candidate's criterion and problem_type: they must fit its classes."
    ok = finite == texts and losses.shape == (texts,) and gap <= MEAN_BOUND
    return LOSS.judged(ok, detail, fix, texts - finite, 0, "losses that are not finite")


def labels(subject: Subject, logits: Tensor) -> Tensor:
    """What logits (B, K) say least: a class (B,), 0 or 1 for each class (B, K), or values (B, K) one away."""
    options = subject.probe.classifier.criterion.options
    match options:
        case MseOptions():
            made = logits + 1
        case CrossEntropyOptions() | BitemperedOptions():
            made = logits.argmin(dim=1)
        case BceOptions():
            made = (logits <= 0).to(logits.dtype)
        case _:
            assert_never(options)
    return made.to(subject.probe.device)


@dataclass
class _Reach:
    """What a gradient reached: tensors by part, and the names of those where something is wrong."""

    wanted: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    zero: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    frozen: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Gradient:
    """What was seen of a gradient, which is not kept."""

    is_finite: bool
    is_zero: bool


def gradient(subject: Subject, on_progress: Progress = ignore_progress) -> Stage:
    """Every tensor that training would change is reached, the rest is not."""
    needs, free = stage_bytes(subject).gradient, subject.free()
    if needs > free:
        return GRADIENT.left_out(f"it takes {gibibytes(needs)}, and {gibibytes(free)} are free")
    requested, remark = trained(subject)
    request = subject.trainable if open_for_training(subject) else requested
    parameters = dict(subject.probe.model.named_parameters())
    rows = few_rows(subject)
    message = labels(subject, subject.each_alone(rows))
    with requiring(subject.probe.model, request), _seen_alone(subject.probe.model, on_progress) as seen:
        subject.probe.model(**subject.together(rows), labels=message).loss.backward()
        reach = _reach(parameters, requested, seen)
    ok = not (reach.missed or reach.zero or reach.broken or reach.frozen)
    frozen = len(parameters) - len(requested)
    detail = _words(reach) + (f"; {len(reach.frozen):,} of {frozen:,} frozen ones{remark}" if frozen else "")
    return GRADIENT.judged(ok, detail, _fix(reach), len(reach.missed) + len(reach.frozen), 0, "tensors wrongly reached")


def _reach(parameters: Mapping[str, nn.Parameter], requested: frozenset[str], seen: Mapping[str, _Gradient]) -> _Reach:
    reach = _Reach()
    layers = {layer_of(name) for name in requested if name in seen}
    for name in parameters:
        if name not in requested:
            reach.frozen += [name] * (name in seen)
            continue
        part = part_of(name) or BACKBONE
        reach.wanted[part] += 1
        if name not in seen:
            # Some architectures hold a tensor that classification does not use; a whole layer they do not.
            reach.missed += [name] * (part != BACKBONE or layer_of(name) not in layers)
            continue
        reach.reached[part] += 1
        if not seen[name].is_finite:
            reach.broken.append(name)
        elif part != BACKBONE and seen[name].is_zero and not _waits(name, parameters):
            reach.zero.append(name)
    return reach


def _waits(name: str, parameters: Mapping[str, nn.Parameter]) -> bool:
    """Whether a zero gradient is right: a factor of a low-rank update waits as long as its partner is all zero."""
    for one, other in (("_A.", "_B."), ("_B.", "_A.")):
        partner = parameters.get(name.replace(one, other)) if ".lora_" in name and one in name else None
        if partner is not None and not partner.any():
            return True
    return False


def _words(reach: _Reach) -> str:
    parts = ", ".join(f"{part} {reach.reached[part]:,} of {count:,}" for part, count in reach.wanted.items())
    words = f"tensors reached: {parts}"
    kinds = (
        (reach.missed, "is not reached"),
        (reach.zero, "has a gradient of zeros"),
        (reach.broken, "has a gradient that is not finite"),
        (reach.frozen, "is frozen and reached"),
    )
    for names, what in kinds:
        if names:
            words += f"; '{names[0]}' {what}" + (f", and {len(names) - 1:,} more" if len(names) > 1 else "")
    return words


def _fix(reach: _Reach) -> str:
    if reach.missed:
        part = part_of(reach.missed[0]) or BACKBONE
        return (
            f"let the {part} require a gradient, and take `detach()` and `no_grad()` out of the forward pass between "
            "it and the logits."
        )
    if reach.frozen:
        return f"freeze '{reach.frozen[0]}' (`requires_grad_(False)`), or name it in modules_to_save."
    if reach.zero:
        return f"see that '{reach.zero[0]}' takes part in the forward pass."
    return "train in bfloat16 or float32, or clip the gradient."


@contextmanager
def _seen_alone(model: nn.Module, on_progress: Progress) -> Iterator[dict[str, _Gradient]]:
    """Each parameter's gradient is looked at when it is there, and let go: all of them would be a second model."""
    seen: dict[str, _Gradient] = {}
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]

    def look(name: str, parameter: Tensor) -> None:
        if parameter.grad is not None:
            low, high = parameter.grad.aminmax() if parameter.grad.numel() else (torch.zeros(()), torch.zeros(()))
            seen[name] = _Gradient(bool((high - low).isfinite()), bool(low == high == 0))
            parameter.grad = None
            on_progress(len(seen) / len(named), f"{GRADIENT.name}, {len(seen):,} of {len(named):,} tensors")

    handles = [p.register_post_accumulate_grad_hook(partial(look, name)) for name, p in named]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()
