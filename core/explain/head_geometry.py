"""Which classes lie close to each other in the head: angles and distances between its class vectors."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.engine.loader import LoadedPair
from core.errors import CheckpointError
from core.explain.probe import Probe, make_probe
from core.results import HeadGeometry


def head_geometry(pair: LoadedPair) -> HeadGeometry:
    """From the last linear layer of the head, in float64.

    Raises:
        CheckpointError: see `class_vectors`.
    """
    probe = make_probe(pair)
    vectors = class_vectors(probe).to("cpu", torch.float64)
    centred = vectors - vectors.mean(dim=0)
    return HeadGeometry(
        labels=probe.labels,
        norms=vectors.norm(dim=1).numpy(),
        cosines=_cosines(vectors).numpy(),
        apart=_cosines(centred).numpy(),
        distances=torch.cdist(vectors, vectors, compute_mode="donot_use_mm_for_euclid_dist").numpy(),
        hidden=_last_layer(probe) is not probe.head,
    )


def class_vectors(probe: Probe) -> Tensor:
    """(K, D): a row of the head's last linear layer for each class.

    Raises:
        CheckpointError: a head with one output has nothing to compare, and a regression has no classes.
    """
    if probe.problem_type == "regression":
        raise CheckpointError("A regression has no classes to compare.", fix="choose a classifier.")
    vectors = _last_layer(probe).weight.detach()
    if len(vectors) < 2:
        raise CheckpointError("This head has one output: there are no classes to compare.", fix="choose a classifier.")
    return vectors


def _last_layer(probe: Probe) -> nn.Linear:
    return [module for module in probe.head.modules() if isinstance(module, nn.Linear)][-1]


def _cosines(vectors: torch.Tensor) -> torch.Tensor:
    """(K, D) -> (K, K); 0 to a vector of zeros."""
    norms = vectors.norm(dim=1, keepdim=True)
    units = torch.where(norms > 0, vectors / norms.clamp(min=torch.finfo(vectors.dtype).tiny), 0)
    return (units @ units.T).clamp(-1, 1)
