"""The adapter's update at other scales: 0 takes it away, 1 is as trained. Pooler and head stay.

A scale multiplies the whole update of a module: its output is that of the base, plus the scale times what the
adapter adds (LoRA, Hu et al. 2021; for DoRA and other variants the difference to the base, so that 0 is the base).
All scales of a text run as one batch, each row with its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from core.engine.backends.batching import rows_of
from core.engine.encoding import Encoded
from core.explain.adapter_effect.lora_modules import LoraPart, kept_parts, lora_parts
from core.explain.probe import Probe, at_least_float32
from core.results import AtScale, Flip, ScaleCurve
from core.tasks.progress import OnCount, Progress

#: The curve's range and the distance of its points, in thousandths of the trained scale.
LARGEST, STEP = 2000, 50


class _UnlikeRowsError(Exception):
    """A module that sees something else than one row a variant: flattened tokens, say, as experts do."""


def at_scale(probe: Probe, text: Encoded, scale: float) -> AtScale:
    """What is said at one scale.

    Raises:
        AdapterError: there is no update to scale.
    """
    parts = lora_parts(probe)
    logits = logits_with(probe, text, parts, torch.full((1, len(parts)), scale, dtype=torch.float64))[0]
    shares = probe.probabilities(logits).double().numpy()
    return AtScale(scale, probe.labels, logits.double().numpy(), shares, probe.verdict(logits))


def scale_curve(probe: Probe, text: Encoded, on_progress: Progress) -> ScaleCurve:
    """From 0 to 2, and where between two points that disagree the verdict flips.

    Raises:
        AdapterError: there is no update to scale.
    """
    parts = lora_parts(probe)

    def run(thousandths: list[int], on_count: OnCount | None = None) -> Tensor:
        scales = torch.tensor(thousandths, dtype=torch.float64) / 1000
        return logits_with(probe, text, parts, scales[:, None].expand(-1, len(parts)), on_count)

    points = list(range(0, LARGEST + 1, STEP))
    logits = run(points, lambda done, total: on_progress(0.8 * (done / total), f"scale {done} of {total}"))
    verdicts = [probe.verdict(row) for row in logits]
    on_progress(0.8, "narrowing down where the verdict flips")
    known = dict(zip(points, verdicts, strict=True))
    while middles := [(a + b) // 2 for a, b in _disagreeing(known) if b - a > 1]:
        known |= zip(middles, (probe.verdict(row) for row in run(middles)), strict=True)
        on_progress(0.9, "narrowing down where the verdict flips")
    return ScaleCurve(
        labels=probe.labels,
        scales=torch.tensor(points, dtype=torch.float64).div(1000).numpy(),
        logits=logits.double().numpy(),
        probabilities=probe.probabilities(logits).double().numpy(),
        verdicts=tuple(verdicts),
        flips=tuple(Flip(b / 1000, known[a], known[b]) for a, b in _disagreeing(known)),
        kept=kept_parts(probe),
    )


def _disagreeing(known: dict[int, str]) -> list[tuple[int, int]]:
    """Neighbouring points with different verdicts."""
    order = sorted(known)
    return [(a, b) for a, b in pairwise(order) if known[a] != known[b]]


def logits_with(
    probe: Probe, text: Encoded, parts: list[LoraPart], factors: Tensor, on_count: OnCount | None = None
) -> Tensor:
    """The same text N times: factors (N, M) scale the updates of the M parts in each -> logits (N, K) on the CPU.

    As many rows at once as the probe's budget of tokens allows; one at a time where an adapted module cannot tell
    rows apart. Every scale and hook is put back, also after an error.
    """
    rows = rows_of(len(text.ids), probe.tokens_per_batch)
    rows = rows if all(part.takes_rows for part in parts) else 1
    result: list[Tensor] = []
    while len(result) < len(factors):
        chunk = factors[len(result) : len(result) + rows]
        try:
            result.extend(_one_pass(probe, text, parts, chunk))
        except _UnlikeRowsError:
            rows = 1
            continue
        if on_count is not None:
            on_count(len(result), len(factors))
    return torch.stack(result)


def _one_pass(probe: Probe, text: Encoded, parts: list[LoraPart], factors: Tensor) -> Tensor:
    ids = torch.tensor([text.ids], device=probe.device).expand(len(factors), -1)
    with ExitStack() as changes, torch.inference_mode():
        for part, column in zip(parts, factors.T, strict=True):
            changes.enter_context(_rescaled(part, column) if part.is_plain else _reweighed(part, column))
        return at_least_float32(probe.model(input_ids=ids).logits).cpu()


@contextmanager
def _rescaled(part: LoraPart, column: Tensor) -> Iterator[None]:
    """PEFT multiplies what it adds by `scaling[adapter]`, which may as well be a tensor (B, 1, 1): one a row."""
    scaling, before = part.scaling, dict(part.scaling)
    handle = part.module.register_forward_pre_hook(_check_rows(len(column), 3)) if len(column) > 1 else None
    try:
        for adapter in part.adapters:
            if len(column) == 1:
                scaling[adapter] = before[adapter] * float(column[0])
            else:
                kind = torch.float64 if part.dtype == torch.float64 else torch.float32
                scaling[adapter] = (before[adapter] * column).to(part.device, kind).view(-1, 1, 1)
        yield
    finally:
        scaling.update(before)
        if handle is not None:
            handle.remove()


@contextmanager
def _reweighed(part: LoraPart, column: Tensor) -> Iterator[None]:
    """The base's output and what the adapter makes of it, weighed: for variants that do more than add."""
    base: list[Tensor] = []

    def weigh(_module: object, _args: object, output: Tensor) -> Tensor:
        plain = base.pop()
        weights = column.to(output.device, output.dtype if output.dtype == torch.float64 else torch.float32)
        weights = weights.view(-1, *[1] * (output.dim() - 1))
        return torch.lerp(at_least_float32(plain), at_least_float32(output), weights).to(output.dtype)

    handles = [
        part.base.register_forward_hook(lambda _m, _a, output: base.append(output)),
        part.module.register_forward_hook(weigh),
    ]
    if len(column) > 1:
        handles.append(part.module.register_forward_pre_hook(_check_rows(len(column), 2)))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _check_rows(rows: int, least_dimensions: int) -> Callable[[nn.Module, tuple[Any, ...]], None]:
    def check(_module: nn.Module, args: tuple[Any, ...]) -> None:
        if not args or args[0].dim() < least_dimensions or args[0].shape[0] != rows:
            raise _UnlikeRowsError

    return check
