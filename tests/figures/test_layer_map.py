"""Maps of many rows: names that can be read, and cells that can be seen."""

from __future__ import annotations

import numpy as np
import pytest

from core.figures.layer_map import LABEL, layer_map
from core.figures.style import path


@pytest.mark.parametrize("count", [3, 60, 400])
def test_names_do_not_lie_over_one_another(count: int) -> None:
    rows = [f"mlp.experts.{i}.up_proj" for i in range(count)]
    figure = layer_map(np.zeros((count, 2)), rows, [], [], "", None, "light", 300)
    ticks = figure.layout.yaxis.tickvals
    assert len(ticks) * LABEL <= 300 + LABEL
    assert list(figure.layout.yaxis.ticktext) == [rows[i] for i in ticks]
    assert figure.data[0].ygap * count < 300, "gaps leave room for colours"


def test_paths_keep_what_tells_them_apart() -> None:
    assert path("self_attn.q_proj", 30) == "self_attn.q_proj"
    long = [f"decoder: layer.0.SelfAttention.{name}" for name in "kqvo"]
    short = [path(one, 30) for one in long]
    assert len(set(short)) == 4
    assert all(len(one) == 30 and one.startswith("decoder: …") for one in short)
    assert path("x" * 50 + ".<b>", 20).endswith(".&lt;b&gt;")
