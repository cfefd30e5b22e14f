"""Whether an adapter amplifies what already leads in its base weights, or adds something new."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core.checkpoints.adapter_update.low_rank import AdaptedMatrix, adapted_matrices, wide
from core.checkpoints.spectra.lanczos import leading
from core.checkpoints.spectra.matrix import Matrix, of_tensor
from core.engine.loader import LoadedPair
from core.explain.adapter_effect.lora_modules import LoraPart, lora_parts
from core.explain.probe import make_probe
from core.results import AdapterOverlap, ModuleOverlap
from core.tasks.progress import Progress, ignore_progress

#: Up to this smaller side all singular vectors are found at once; beyond, the leading ones alone by Lanczos' method.
SMALL = 1024


def adapter_overlap(pair: LoadedPair, on_progress: Progress = ignore_progress) -> AdapterOverlap:
    """Every adapted module of a loaded pair. With DoRA, about s B A, without its magnitudes.

    Raises:
        AdapterError: no adapter, or one without low-rank factors.
    """
    result = []
    pieces = [
        (part, matrix)
        for part in lora_parts(make_probe(pair))
        for name in part.adapters
        for matrix in adapted_matrices(part, name)
    ]
    for i, (part, matrix) in enumerate(pieces):
        on_progress(i / len(pieces), part.kind)
        with torch.inference_mode():
            result.append(_overlap(part, matrix))
    return AdapterOverlap(tuple(result))


def shared(first: Tensor, second: Tensor) -> float:
    """Mean squared cosine of the principal angles of two spaces: orthonormal columns (n, i) and (n, j), over min(i, j).

    NaN where one is empty.
    """
    least = min(first.shape[1], second.shape[1])
    return float((first.T @ second).square().sum()) / least if least else float("nan")


def _overlap(part: LoraPart, matrix: AdaptedMatrix) -> ModuleOverlap:
    weight = matrix.weight
    left, values, right = matrix.factors.directions()
    k = len(values)
    base_left, base_right = leading_spaces(weight, k)
    within = float(_projected(left, weight, right).norm()) if k else 0.0
    return ModuleOverlap(
        part.layer,
        part.kind,
        k,
        shared(right, base_right),
        shared(left, base_left),
        k / len(right),
        k / len(left),
        float(values.norm()) / within if within else float("inf"),
        matrix.expert,
    )


def leading_spaces(weight: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Left (out, count) and right (in, count) singular vectors of the largest singular values, in float64."""
    if min(weight.shape) <= SMALL:
        u, _, v = torch.linalg.svd(wide(weight), full_matrices=False)
        return u[:, :count], v[:count].T
    tall = weight.shape[0] >= weight.shape[1]
    matrix = of_tensor(weight if tall else weight.mT)
    if not isinstance(matrix, Matrix) or not count:
        return torch.zeros(weight.shape[0], 0).double(), torch.zeros(weight.shape[1], 0).double()
    short = torch.from_numpy(np.ascontiguousarray(leading(matrix, count).vectors.T))
    long = torch.linalg.qr(_times(weight if tall else weight.mT, short))[0]
    return (long, short) if tall else (short, long)


def _projected(left: Tensor, weight: Tensor, right: Tensor) -> Tensor:
    """Uᵀ W V: (k, k)."""
    return left.T @ _times(weight, right)


def _times(weight: Tensor, vectors: Tensor) -> Tensor:
    """weight (m, n) @ vectors (n, k) in float64, a thousand rows at a time."""
    return torch.cat([wide(part) @ vectors for part in weight.split(1024)])
