"""Weights of a fake checkpoint, made of its path, and what they look like."""

from __future__ import annotations

import math

import numpy as np

from core.results import (
    CheckpointDiff,
    Floats,
    Histogram,
    Outlier,
    PowerLaw,
    SpectraKind,
    SpectraReport,
    Spectrum,
    TensorDiff,
    TensorStatus,
    WeightReport,
    WeightStats,
)
from core.results.weights import BINS
from tests.fakes.catalogue import LAYERS, WIDTH
from tests.fakes.numbers import normal

#: Names inside a layer; the last belongs to no layer, and shows that names are no markup.
MODULES = {"self_attn.q_proj": (WIDTH, WIDTH), "mlp.down_proj": (WIDTH, 2 * WIDTH), "input_layernorm": (WIDTH,)}
OUTSIDE = {"<b>![x](http://evil.example/x.png)": (3, WIDTH)}
TENSORS: dict[str, tuple[int | None, str, tuple[int, ...]]] = {
    **{
        f"model.layers.{layer}.{module}.weight": (layer, module, shape)
        for layer in range(LAYERS)
        for module, shape in MODULES.items()
    },
    **{f"{name}.weight": (None, name, shape) for name, shape in OUTSIDE.items()},
}


def values(source: str, name: str) -> Floats:
    """The numbers of a tensor; norms are the same in every checkpoint."""
    shape = TENSORS[name][2]
    return np.ones(shape) if len(shape) == 1 else 0.05 * normal(shape, source, name)


def statistics(source: str) -> WeightReport:
    """Of all tensors; the one outside of the layers stands out."""
    tensors = tuple(_stats(source, name) for name in TENSORS)
    outlier = Outlier(tensors[-1].name, "its largest value is 9 standard deviations out", "largest value")
    return WeightReport(source, tensors, (outlier,), sum(4 * t.count for t in tensors), 0.01)


def _stats(source: str, name: str) -> WeightStats:
    layer, module, shape = TENSORS[name]
    x = values(source, name)
    counts, edges = np.histogram(x, bins=BINS)
    q01, q50, q99 = (float(q) for q in np.quantile(x, (0.01, 0.5, 0.99)))
    spread = float(x.std())
    return WeightStats(
        name=name,
        layer=layer,
        module=module,
        dtype="float32",
        shape=shape,
        count=x.size,
        mean=float(x.mean()),
        std=float(x.std(ddof=1)),
        min=float(x.min()),
        max=float(x.max()),
        norm=float(np.linalg.norm(x)),
        zeros=int((x == 0).sum()),
        near_zeros=int((np.abs(x) < 1e-5).sum()),
        nan=0,
        inf=0,
        q01=q01,
        q50=q50,
        q99=q99,
        kurtosis=float((((x - x.mean()) / spread) ** 4).mean() - 3) if spread else math.nan,
        histogram=Histogram(tuple(map(float, edges)), tuple(map(int, counts))),
        dead_rows=0,
    )


def spectra(source: str, kind: SpectraKind) -> SpectraReport:
    """Of all matrices; vectors are left out."""
    names = [name for name, (_, _, shape) in TENSORS.items() if len(shape) > 1]
    found = tuple(spectrum(source, name, kind) for name in names)
    return SpectraReport(source, kind, found, len(TENSORS) - len(names), 0.01)


def spectrum(source: str, name: str, kind: SpectraKind = "full") -> Spectrum:
    """Of one matrix; those with more than `WIDTH` columns have a power law."""
    layer, module, shape = TENSORS[name]
    singular = np.linalg.svd(values(source, name), compute_uv=False)
    tail = PowerLaw(3.2, 0.4, float(singular[9]), 10, len(singular), 0.08) if shape[1] > WIDTH else None
    return Spectrum(
        name=name,
        layer=layer,
        module=module,
        dtype="float32",
        shape=shape,
        rows=shape[0],
        columns=shape[1],
        norm=float(np.linalg.norm(singular)),
        spectral_norm=float(singular[0]),
        singular_values=singular if kind == "full" else None,
        resolution=1e-9 if kind == "full" else 0.0,
        power_law=(tail or PowerLaw(values=len(singular), refusal="too few values")) if kind == "full" else None,
    )


def diff(first: str, second: str) -> CheckpointDiff:
    """A path and itself are equal; of two, `mlp` differs and what is outside of the layers is in the first alone."""
    tensors = tuple(_diff(first, second, name) for name in TENSORS)
    return CheckpointDiff(first, second, tensors, ("", ""), sum(8 * t.count for t in tensors), 0.01)


def _diff(first: str, second: str, name: str) -> TensorDiff:
    layer, module, shape = TENSORS[name]
    if layer is None and first != second:
        status = TensorStatus.ONLY_FIRST
        return TensorDiff(name, name, layer, module, status, ("float32", None), (shape, None))
    before = values(first, name)
    change = 0.1 * (values(second, name) - before) * module.startswith("mlp")
    norms = (float(np.linalg.norm(before)), float(np.linalg.norm(before + change)))
    return TensorDiff(
        name=name,
        other_name=name,
        layer=layer,
        module=module,
        status=TensorStatus.CHANGED if change.any() else TensorStatus.EQUAL,
        dtypes=("float32", "float32"),
        shapes=(shape, shape),
        count=before.size,
        changed=int((change != 0).sum()),
        largest=float(np.abs(change).max()),
        mean=float(np.abs(change).mean()),
        norm=float(np.linalg.norm(change)),
        norms=norms,
        cosine=float((before * (before + change)).sum() / (norms[0] * norms[1])),
    )
