"""Tensors that deserve a look, each with the rule that found it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median

from core.checkpoints.dead_rows import rows_of
from core.results import Outlier, WeightStats

#: A root mean square so many times that of its module's other layers, or that part of it, stands out.
FACTOR = 4.0
#: From this many layers on, a module has neighbours to compare with.
MIN_LAYERS = 4


def outliers(tensors: Sequence[WeightStats]) -> tuple[Outlier, ...]:
    """Everything that a rule finds, in the order of the tensors. Codes and their scales are no weights: none of them.

    Layers are compared within their own stack.
    """
    tensors = [t for t in tensors if t.role == "weight"]
    result = [o for t in tensors for o in _alone(t)]
    result += _among_layers(tensors)
    order = {t.name: i for i, t in enumerate(tensors)}
    return tuple(sorted(result, key=lambda o: order[o.tensor]))


def _alone(t: WeightStats) -> Iterator[Outlier]:
    if t.nan:
        yield Outlier(t.name, f"{t.nan:,} of {t.count:,} values are NaN", "any NaN", damage=True)
    if t.inf:
        yield Outlier(t.name, f"{t.inf:,} of {t.count:,} values are infinite", "any infinity", damage=True)
    if t.count > 1 and t.zeros == t.count:
        yield Outlier(t.name, "every value is zero", "all zero", damage=len(t.shape) > 1)
    else:
        yield from _zero_lines(t)
    if len(t.shape) >= 2 and t.count > 1 and t.min == t.max != 0:
        yield Outlier(t.name, f"every value is {t.min:.4g}", "a matrix of one value", damage=True)


def _zero_lines(t: WeightStats) -> Iterator[Outlier]:
    """What a row or a column of zeros is depends on which axis holds the outputs; a table of embeddings has none."""
    if len(t.shape) < 2:
        return
    rows = rows_of(t.name, t.shape)
    outputs, inputs = ("columns", "rows") if t.inputs_first else ("rows", "columns")
    table = "embed" in t.name or t.name.endswith(("wte.weight", "wpe.weight"))
    linear = len(t.shape) == 2 and not table
    for lines, dead, count in (("rows", t.dead_rows, rows), ("columns", t.dead_columns, t.shape[-1])):
        if not dead:
            continue
        seen = f"{dead:,} of {count:,} {lines} are all zero"
        if t.inputs_first:
            seen += ", dead outputs" if lines == outputs else ", ignored inputs"
            rule = f"a {lines[:-1]} of zeros alone, in a weight that is kept as (in, out)"
        elif linear:
            rule = f"a {lines[:-1]} of zeros alone: {'an ignored input' if lines == inputs else 'a dead output'}"
        else:
            rule = f"a {lines[:-1]} of zeros alone"
        yield Outlier(t.name, seen, rule, damage=2 * dead >= count or not (table or "lm_head" in t.name))


def _among_layers(tensors: Sequence[WeightStats]) -> Iterator[Outlier]:
    modules: dict[str, list[WeightStats]] = defaultdict(list)
    for t in tensors:
        if t.layer is not None and t.count and math.isfinite(t.norm):
            modules[t.row].append(t)
    for layers in modules.values():
        if len(layers) < MIN_LAYERS:
            continue
        sizes = [_rms(t) for t in layers]
        for i, (t, own) in enumerate(zip(layers, sizes, strict=True)):
            usual = median(sizes[:i] + sizes[i + 1 :])
            if usual > 0 and own > 0 and not 1 / FACTOR <= own / usual <= FACTOR:
                yield Outlier(
                    t.name,
                    f"its root mean square is {own:.3g}, the median of this module's other layers {usual:.3g}",
                    f"more than {FACTOR:g} times, or less than 1/{FACTOR:g} of, the other layers",
                )


def _rms(t: WeightStats) -> float:
    return t.norm / math.sqrt(t.count)
