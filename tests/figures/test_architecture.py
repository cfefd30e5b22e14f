"""Treemap, freeze map and lines by length: every parameter in its place, every state and size told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from core.architecture.costs import costs
from core.figures.architecture import COLOURS, STATUSES, by_length, freeze_map, kind_of, legend, treemap
from core.figures.style import Theme
from core.results import Architecture, ModuleNode, Sizes, Status

SIZES = Sizes(32, 4, 2, 8, 320, 128, (8, None), True, 17792, 128, 15360, 448, True)


def node(
    path: str, kind: str, total: int, trained: int = 0, *, unit: bool = False, status: Status | None = None
) -> ModuleNode:
    depth = path.count(".") + 1 if path else 0
    found: Status = status or ("empty" if not total else "frozen" if not trained else "trained")
    return ModuleNode(path, kind, depth, total if unit else 0, total, trained, "float32", (), found, unit)


@pytest.fixture
def found() -> Architecture:
    """Two layers of an attention matrix, one of them adapted, and a norm; embeddings; a trained head."""
    nodes = [
        node("", "Model", 150, 24),
        node("model", "Backbone", 130, 4),
        node("model.embed_tokens", "Embedding", 50, unit=True),
        node("model.layers", "ModuleList", 80, 4),
        node("model.layers.0", "Layer", 38),
        node("model.layers.0.self_attn", "Attention", 30),
        node("model.layers.0.self_attn.q_proj", "Linear", 30, unit=True),
        node("model.layers.0.norm", "RMSNorm", 8, unit=True),
        node("model.layers.1", "Layer", 42, 4),
        node("model.layers.1.self_attn", "Attention", 34, 4),
        node("model.layers.1.self_attn.q_proj", "Linear", 34, 4, unit=True, status="adapted"),
        node("model.layers.1.self_attn.q_proj.base_layer", "Linear", 30),
        node("model.layers.1.norm", "RMSNorm", 8, unit=True),
        node("model.rotary", "Rotary", 0),
        node("score", "<b>Linear</b>", 20, 20, unit=True),
    ]
    return Architecture(
        name="A <b>model</b>",
        view="classifier",
        source="memory",
        tuning="x",
        dtype="float32",
        nodes=tuple(nodes),
        parameters=150,
        base_parameters=146,
        factors=4,
        trained=24,
        tied=(),
        last_module_name="score",
        sizes=SIZES,
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("colours", COLOURS)
def test_areas_add_up_and_say_what_they_are(found: Architecture, colours: Any, theme: Theme) -> None:
    drawn = cast(Any, treemap(found, colours, theme).data[0])
    area = dict(zip(drawn.ids, drawn.values, strict=True))
    assert area["/"] == 150
    assert set(area) == {
        "/",
        "model.embed_tokens",
        "model.layers.0",
        "model.layers.0.self_attn.q_proj",
        "model.layers.0.norm",
        "model.layers.1",
        "model.layers.1.self_attn.q_proj",
        "model.layers.1.norm",
        "score",
    }
    for place in area:
        inside = sum(area[i] for i, parent in zip(drawn.ids, drawn.parents, strict=True) if parent == place)
        assert inside in (0, area[place])
    assert drawn.branchvalues == "total"
    by_id = dict(zip(drawn.ids, drawn.labels, strict=True))
    assert by_id["/"] == "A &lt;b&gt;model&lt;/b&gt;"
    assert (by_id["model.layers.1"], by_id["model.layers.1.norm"]) == ("layer 1", "norm")
    tints = dict(zip(drawn.ids, drawn.marker.colors, strict=True))
    entries = dict(legend(colours, found, theme))
    assert len(set(entries.values())) == len(entries)
    if colours == "kind":
        assert list(entries) == ["embeddings", "attention", "norms", "pooler and head"]
        assert tints["score"] == entries["pooler and head"]
    else:
        assert list(entries) == ["frozen", "adapted", "trained"]
        assert tints["model.layers.1.self_attn.q_proj"] == entries["adapted"]
        assert tints["model.layers.0.self_attn.q_proj"] == entries["frozen"]


def test_what_an_adapter_replaced_whole_has_no_area(found: Architecture) -> None:
    head = [
        node("score", "ModulesToSaveWrapper", 40, 20, unit=True),
        node("score.original_module", "Linear", 20, unit=True),
        node("score.modules_to_save.one", "Linear", 20, 20, unit=True),
    ]
    nodes = [replace(found.nodes[0], total=170), *(n for n in found.nodes[1:] if n.path != "score"), *head]
    drawn = cast(Any, treemap(replace(found, nodes=tuple(nodes)), "kind", "light").data[0])
    area = dict(zip(drawn.ids, drawn.values, strict=True))
    assert (area["/"], area["score"]) == (150, 20)


@pytest.mark.parametrize(
    ("path", "kind", "expected"),
    [
        ("model.layers.0.mlp.up_proj", "Linear", "feed-forward"),
        ("model.layers.0.self_attn.o_proj", "Linear", "attention"),
        ("bert.encoder.layer.0.attention.output.LayerNorm", "LayerNorm", "norms"),
        ("bert.embeddings.word_embeddings", "Embedding", "embeddings"),
        ("transformer.wte", "Embedding", "embeddings"),
        ("lm_head", "Linear", "pooler and head"),
        ("something", "Linear", "other"),
    ],
)
def test_what_a_module_is_for(path: str, kind: str, expected: str) -> None:
    assert kind_of(node(path, kind, 1, unit=True)) == expected


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_freeze_map_has_every_cell(found: Architecture, theme: Theme) -> None:
    chosen = next(c for c in found.cells if c.path == "model.layers.1.norm")
    figure = cast(Any, freeze_map(found, chosen, theme))
    heat, marks = figure.data
    states = np.array([[0, 1], [0, 0]], dtype=float)
    assert found.modules == ("self_attn.q_proj", "norm")
    np.testing.assert_array_equal(heat.z, states)
    assert [STATUSES[int(v)] for v in np.ravel(heat.z)] == ["frozen", "adapted", "frozen", "frozen"]
    tints = dict(legend("training", found, theme))
    assert heat.colorscale[0][1] == tints["frozen"]
    assert (marks.x, marks.y) == ((0, 0, 1, 1), (0, 1, 0, 1))
    assert tuple(marks.customdata[2]) == ("model.layers.1.self_attn.q_proj", "adapted", 34, 4)
    frame = figure.layout.shapes[0]
    assert (frame.x0, frame.y0) == (0.5, 0.5)
    assert not freeze_map(found, None, theme).layout.shapes


def test_lines_by_length(found: Architecture) -> None:
    spent = [costs(found, n) for n in (16, 64, 256)]
    figure = cast(Any, by_length(spent, 64, "light"))
    attention, cache = figure.data
    assert list(attention.y) == [c.attention for c in spent]
    assert list(cache.y) == [c.kv_cache for c in spent]
    assert attention.customdata[0] == "8.00 KiB"
    assert figure.layout.yaxis.ticktext[0] in ("2 KiB", "4 KiB", "8 KiB")
    assert figure.layout.yaxis.ticktext[0].endswith("KiB")
    assert figure.layout.shapes[0].x0 == 64


def test_without_a_cache_there_is_one_line(found: Architecture) -> None:
    import dataclasses

    sees_all = dataclasses.replace(found, sizes=dataclasses.replace(SIZES, cached=False))
    figure = by_length([costs(sees_all, n) for n in (16, 32)], 16, "dark")
    assert [line.name for line in figure.data] == ["attention maps, all layers"]
