"""Which tensors a checkpoint lacks, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from core.results import WeightReport
from core.results.completeness import MissingTensor
from core.results.weights import missing, row_name

#: Missing modules, layers or tensors that a sentence names.
_NAMED = 4


def lacks(report: WeightReport) -> str:
    """What should be in the files and is not, or is of another shape; empty where nothing is wrong."""
    found = report.completeness
    sentences = [_missing(report)] if missing(report) else []
    if found.stated_layers is not None and 0 < report.depth < found.stated_layers:
        held = f"{report.depth:,} {'layer' if report.depth == 1 else 'layers'}"
        sentences.append(f"config.json states {found.stated_layers:,} layers, and the files hold {held}.")
    if found.reshaped:
        first = found.reshaped[0]
        others = f", and {len(found.reshaped) - 1:,} more differ" if len(found.reshaped) > 1 else ""
        sentences.append(
            f"{first.tensor} is {_size(first.shape)}, and config.json makes it {_size(first.expected)}{others}."
        )
    if found.beyond:
        sentences.append(f"config.json knows no layer for {_some(found.beyond)}.")
    return " ".join(sentences)


def compared(report: WeightReport) -> str:
    """What was looked at besides values, and found as it should be; empty where nothing was."""
    match report.completeness.measure:
        case "config":
            return "every tensor that config.json asks for is there"
        case "factors":
            return "every factor has its partner"
        case "layers" if report.depth:
            return "no layer lacks what most layers have"
    return ""


def remarks(report: WeightReport) -> str:
    """What could not be compared, and what a classifier does without; empty where there is nothing to say."""
    found = report.completeness
    if found.measure == "factors":
        return "A file of factors does not tell which modules were meant to be adapted: Candidates asks its config."
    if found.remark:
        return f"{found.remark} Whether tensors are missing cannot be told."
    if found.unread:
        return f"{found.model} also has {_some(found.unread)}, which is not there and which a classifier does not read."
    return ""


def _missing(report: WeightReport) -> str:
    gone, found = missing(report), report.completeness
    one = len(gone) == 1
    if found.measure == "config":
        asked = f"tensor that config.json asks for ({found.model})" if one else ""
        asked = asked or f"of the {found.count:,} tensors that config.json asks for ({found.model})"
        return f"{len(gone):,} {asked} {'is' if one else 'are'} missing: {_some(_grouped(report, gone))}."
    if found.measure == "factors":
        whose = "Its factor's partner is" if one else f"The partners of {len(gone):,} factors are"
        return f"{whose} missing: {_some([t.name for t in gone])}."
    if found.missing:
        return f"No file holds what the index names: {_some(_grouped(report, gone))}."
    return _lacking_layers(gone)


def _lacking_layers(gone: Sequence[MissingTensor]) -> str:
    """By what most layers have."""
    layers: dict[tuple[str, int | None], list[str]] = defaultdict(list)
    for tensor in gone:
        layers[tensor.stack, tensor.layer].append(tensor.module)
    (stack, layer), modules = next(iter(layers.items()))
    more = len(layers) - 1
    others = f", and {more:,} more {'layer lacks' if more == 1 else 'layers lack'} some" if more else ""
    where = f"Layer {layer}{f' of the {stack}' if stack else ''}"
    return f"{where} lacks what most layers have: {_some(modules)}{others}."


def _grouped(report: WeightReport, gone: Sequence[MissingTensor]) -> list[str]:
    """Whole layers, modules that no layer has, and the rest one by one."""
    there = {(t.stack, t.layer) for t in report.tensors}
    rows = {t.row for t in report.tensors if t.layer is not None}
    by_row: dict[str, int] = defaultdict(int)
    for t in gone:
        by_row[row_name(t.stack, t.module)] += t.layer is not None
    said: tuple[dict[str, None], ...] = ({}, {}, {}, {})
    outside, layers, modules, single = said
    for t in gone:
        row = row_name(t.stack, t.module)
        if t.layer is None:
            outside[t.name] = None
        elif (t.stack, t.layer) not in there:
            layers[f"all of layer {t.layer}{f' of the {t.stack}' if t.stack else ''}"] = None
        elif row not in rows and by_row[row] > 1:
            modules[f"{row} in every layer"] = None
        else:
            single[f"{row} of layer {t.layer}"] = None
    return [*outside, *layers, *modules, *single]


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) if shape else "a single number"
