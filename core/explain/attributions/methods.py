"""What each word or token did to one logit, by Captum's methods.

All values are for the logit of the class. Integrated gradients: Sundararajan et al. 2017; occlusion (FeatureAblation):
Zeiler and Fergus 2014, by the same baseline.
"""

from __future__ import annotations

from typing import cast

import torch
from captum.attr import FeatureAblation, InputXGradient, IntegratedGradients
from torch import Tensor

from core.explain.attributions.embedding_function import EmbeddingFunction
from core.results import Floats, Unit


def integrated_gradients(of: EmbeddingFunction, steps: int) -> Floats:
    """(T,), summing to the logit less the baseline's up to the completeness error; Gauss-Legendre points."""
    attribute = IntegratedGradients(of).attribute
    return _by_token(attribute(_leaf(of), of.baseline, n_steps=steps, internal_batch_size=of.gradient_rows))


def gradient_x_input(of: EmbeddingFunction) -> Floats:
    """(T,): the slope of the logit at the text along each token's own embedding."""
    return _by_token(InputXGradient(of).attribute(_leaf(of)))


def occlusion(of: EmbeddingFunction, units: tuple[Unit, ...]) -> Floats:
    """(U,): how far the logit falls when the unit's embeddings are the baseline's. Special tokens have 0."""
    places = torch.empty(of.point.shape[1], dtype=torch.long, device=of.point.device)
    for number, unit in enumerate(units):
        places[list(unit.tokens)] = number
    result = FeatureAblation(of).attribute(
        of.point, of.baseline, feature_mask=places[None, :, None], perturbations_per_eval=min(of.rows, len(units))
    )
    values = cast(Tensor, result)[0, :, 0].detach().double().cpu().numpy()
    return cast(Floats, values[[unit.tokens[0] for unit in units]])


def _leaf(of: EmbeddingFunction) -> Tensor:
    """The embeddings as what gradients are taken to; Captum warns unless they say so before."""
    return of.point.detach().clone().requires_grad_(True)


def _by_token(values: object) -> Floats:
    """(1, T, D) -> (T,), summed over the dimensions in float64."""
    return cast(Floats, cast(Tensor, values).detach()[0].double().sum(dim=-1).cpu().numpy())
