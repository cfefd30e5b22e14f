"""Spectra as figures: every module a line, the chosen one ringed, and curves that pass where they should."""

from __future__ import annotations

import numpy as np
import pytest

from core.checkpoints.spectra.power_law import fit_power_law
from core.figures import spectra as figures
from core.results import SpectraReport, Spectrum


def spectrum(layer: int | None, module: str, values: np.ndarray) -> Spectrum:
    name = module if layer is None else f"layers.{layer}.{module}.weight"
    n = len(values)
    return Spectrum(
        name,
        layer,
        module,
        "float32",
        (n, n),
        n,
        n,
        norm=float(np.linalg.norm(values)),
        spectral_norm=float(values[0]),
        singular_values=values,
        resolution=0.0,
        power_law=fit_power_law(values),
    )


@pytest.fixture
def report() -> SpectraReport:
    falling = np.arange(1, 2001) ** -0.5
    inside = [spectrum(layer, f"m{k}", (1 + layer + k) * falling) for layer in range(3) for k in range(8)]
    return SpectraReport("s", "full", (*inside, spectrum(None, "embed", falling)), 0, 1.0)


def test_a_line_a_module_and_a_ring_around_the_chosen(report: SpectraReport) -> None:
    chosen = next(s for s in report.spectra if (s.layer, s.module) == (2, "m3"))
    figure = figures.through_depth(report, "spectral_norm", "Spectral norm", chosen, "light")
    *lines, ring = figure.data
    assert [line.name for line in lines] == [f"m{k}" for k in range(8)]
    assert list(lines[3].y) == [4, 5, 6]
    assert (list(ring.x), list(ring.y)) == ([2], [6])
    looks = {(line.line.color, line.line.dash) for line in lines}
    assert len(looks) == len(lines)


def test_what_is_outside_the_layers_is_not_ringed(report: SpectraReport) -> None:
    figure = figures.through_depth(report, "stable_rank", "Stable rank", report.spectra[-1], "dark")
    assert len(figure.data) == len(report.modules)


def test_the_curve_of_singular_values_is_thinned_and_true(report: SpectraReport) -> None:
    s = report.spectra[0]
    assert s.singular_values is not None
    curve, edge = figures.singular_values(s, "light").data
    ranks = np.array(curve.x)
    assert (ranks[0], ranks[-1]) == (1, 2000)
    assert list(ranks[:100]) == list(range(1, 101))
    assert len(ranks) < 1300
    np.testing.assert_array_equal(np.array(curve.y), s.singular_values[ranks - 1])
    assert list(edge.y) == [s.random_edge] * 2


def test_the_law_begins_where_the_tail_does(report: SpectraReport) -> None:
    s = report.spectra[0]
    assert s.power_law is not None
    curve, law = figures.power_law(s, s.power_law, "light").data
    assert curve.y[-1] == 1
    assert law.x[0] == pytest.approx(s.power_law.lowest**2)
    assert law.y[0] == pytest.approx(s.power_law.tail / s.power_law.values)
    slope = np.log(law.y[1] / law.y[0]) / np.log(law.x[1] / law.x[0])
    assert slope == pytest.approx(1 - s.power_law.alpha)


def test_a_refused_law_draws_the_values_alone() -> None:
    s = spectrum(0, "m", np.linspace(2, 1, 20))
    assert s.power_law is not None
    assert len(figures.power_law(s, s.power_law, "light").data) == 1
