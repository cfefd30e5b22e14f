"""The map of two checkpoints: its cells are the results, its signs and ticks say what colours cannot."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from core.figures.checkpoint_diff import WHOLE, changes, legend, rows
from core.figures.style import PALETTES
from core.results import CheckpointDiff
from tests.checkpoints.checkpoint_diff.test_scan import between


@pytest.fixture
def found(tmp_path: Path) -> CheckpointDiff:
    """Three layers: equal; changed by a half, from zero, by a NaN; of another shape and only in one."""
    first = {f"layers.{i}.{m}.weight": torch.ones(4, 4) for i in range(3) for m in ("<q>", "k")}
    second = {name: tensor.clone() for name, tensor in first.items()}
    second["layers.1.<q>.weight"] *= 1.5
    first["layers.1.k.weight"] *= 0
    second["layers.2.<q>.weight"][0, 0] = torch.nan
    second["layers.2.k.weight"] = torch.ones(2, 4)
    return between(tmp_path, first, {**second, "layers.2.v.weight": torch.ones(1)})


def test_cells_signs_and_marks(found: CheckpointDiff) -> None:
    chosen = next(t for t in found.tensors if t.name == "layers.1.<q>.weight")
    figure = changes(found, chosen, "light", logarithmic=False)
    heat, marks = figure.data
    assert rows(found) == (WHOLE, "<q>", "k", "v")
    layer = math.sqrt(4 + 16) / 4
    np.testing.assert_allclose(
        heat.z, [[0, layer, 0], [0, 0.5, 0], [0, layer, np.nan], [np.nan, np.nan, np.nan]], equal_nan=True
    )
    assert np.asarray(heat.text).tolist() == [["=", "", "≠"], ["=", "", "≠"], ["=", "", "×"], ["", "", "–"]]
    assert legend(found) == "= equal, ≠ changed by no finite amount, × another shape or type, – only in one"
    told = {(x, y): tuple(data) for x, y, data in zip(marks.x, marks.y, marks.customdata, strict=True)}
    assert told[1, 1] == ("layer 1 &lt;q&gt;", "50.000% of its norm", "changed")
    assert told[1, 2] == ("layer 1 k", "from zero", "changed")
    assert told[2, 2] == ("layer 2 k", "no change can be told", "other shape")
    assert figure.layout.yaxis.ticktext[1] == "&lt;q&gt;"
    frame = figure.layout.shapes[0]
    assert (frame.x0, frame.y0, frame.line.color) == (0.5, 0.5, PALETTES["light"].minus)


def test_the_scale_is_in_percent_linear_and_logarithmic(found: CheckpointDiff) -> None:
    chosen = found.tensors[0]
    linear = changes(found, chosen, "dark", logarithmic=False).data[0]
    assert linear.zmax == pytest.approx(math.sqrt(20) / 4)
    assert list(linear.colorbar.ticktext) == ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]
    figure = changes(found, chosen, "dark", logarithmic=True).data[0]
    assert figure.z[1][1] == pytest.approx(math.log10(0.5))
    assert math.isnan(figure.z[0][0])
    assert dict(zip(figure.colorbar.ticktext, figure.colorbar.tickvals, strict=True)) == {"100 %": 0.0}


@pytest.mark.parametrize("logarithmic", [True, False])
def test_all_equal_draws_all_the_same(tmp_path: Path, logarithmic: bool) -> None:
    tensors = {f"layers.{i}.q.weight": torch.ones(2) for i in range(50)}
    found = between(tmp_path, tensors, tensors)
    heat = changes(found, found.tensors[0], "light", logarithmic=logarithmic).data[0]
    assert heat.text is None
    assert legend(found) == ""
    assert (heat.zmax > heat.zmin) is True
