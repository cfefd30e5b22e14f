"""Spectra in words."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.results import PowerLaw, SpectraReport, Spectrum
from core.words import spectra


def matrix(name: str, layer: int | None, spectral_norm: float, values: tuple[float, ...] | None = None) -> Spectrum:
    return Spectrum(
        name,
        layer,
        "q_proj",
        "float32",
        (4, 8),
        4,
        8,
        norm=2.0,
        spectral_norm=spectral_norm,
        resolution=0.1,
        singular_values=None if values is None else np.array(values),
    )


def report(*matrices: Spectrum) -> SpectraReport:
    return SpectraReport("a", "norms", matrices, 3, 1.5)


def test_the_fewest_directions() -> None:
    found = report(matrix("a", 0, 1.0), matrix("b", 1, 2.0), matrix("c", None, 0.0))
    assert spectra.fewest_directions(found) == (
        "Of 3 matrices layer 1, q_proj has the smallest stable rank for its size: 1.0 of 4."
    )
    assert spectra.fewest_directions(report(matrix("c", None, 0.0))) == "None of the 1 matrices has a spectrum."
    assert spectra.cost(found) == "3 matrices in 1.50 s; 3 tensors are no matrices."
    assert spectra.rank(math.nan) == "none"


@pytest.mark.parametrize(("distance", "quality"), [(0.05, "a good fit"), (0.08, "a fair fit"), (0.2, "a poor fit")])
def test_how_well_a_power_law_fits(distance: float, quality: str) -> None:
    law = PowerLaw(alpha=3.125, error=0.2, tail=1200, values=4096, distance=distance)
    assert spectra.fit(law) == (
        f"Alpha 3.12 ± 0.20 from the largest 1,200 of 4,096 values; distance {distance:.3f}, {quality}."
    )


def test_why_there_is_none() -> None:
    assert spectra.fit(PowerLaw(refusal="there are 3 values")) == "No power law: there are 3 values."


def test_what_is_vague() -> None:
    assert spectra.resolved(matrix("a", 0, 1.0, (1.0, 0.05))) == "1 below 0.100 are known to less than 1 %."
    assert spectra.resolved(matrix("a", 0, 1.0, (1.0, 0.5))) == ""
