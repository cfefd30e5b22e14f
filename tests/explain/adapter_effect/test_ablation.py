"""Every part taken away alone, against models merged without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.config import AdapterConfig
from core.explain.adapter_effect.ablation import ablate, short_names
from core.results import Ablation
from core.tasks.progress import CancelledError
from tests.explain.adapted import TEXT, adapted, merged_logits, probing, traces
from tests.model.conftest import LABELS, opened

KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "dora": {"use_dora": True},
    "patterns": {"rank_pattern": {"q_proj": 2}, "alpha_pattern": {"v_proj": 3}, "use_rslora": True},
    "uneven": {"target_modules": r".*layers\.(0\.self_attn\.q_proj|1\.(self_attn\.[qv]|mlp\.up)_proj)"},
    "embeddings": {"target_modules": ("embed_tokens", "q_proj")},
}


def quiet(*_: object) -> None:
    """Progress that nobody watches."""


def layer_of(name: str) -> str:
    words = name.split(".")
    return f"layer {words[words.index('layers') + 1]}" if "layers" in words else "outside the layers"


@pytest.mark.parametrize("kind", KINDS)
def test_every_cell_layer_and_kind_equals_a_merge_without_it(tiny_folders: dict[str, Path], kind: str) -> None:
    model = adapted(opened(tiny_folders["llama"]), AdapterConfig(r=4, **KINDS[kind]), pooler_type="attention")
    model.double()  # so that rounding stays far below the bound
    found = ablate(probing(model), TEXT, quiet)

    def check(row: Any, gone: Any, verdict: str) -> None:
        wanted = merged_logits(model, lambda name: 0.0 if gone(name) else 1.0)
        np.testing.assert_allclose(row, wanted.numpy(), atol=2e-5)
        assert verdict == LABELS[int(wanted.argmax())]

    check(found.full, lambda _: False, found.verdict)
    check(found.without, lambda _: True, found.verdict_without)
    for r, layer in enumerate(found.layers):
        check(found.by_layer[r], lambda n, at=layer: layer_of(n) == at, found.layer_verdicts[r])
    for c, module in enumerate(found.modules):
        check(found.by_module[c], lambda n, end=module: n.endswith(f".{end}"), found.module_verdicts[c])
    for part in found.parts(LABELS[0]):
        r, c = found.layers.index(part.layer), found.modules.index(part.module)

        def gone(name: str, layer: str = part.layer, end: str = part.module) -> bool:
            return layer_of(name) == layer and name.endswith(f".{end}")

        check(found.cells[r, c], gone, part.verdict)
    assert len(found.parts(LABELS[0])) == int((~np.isnan(found.cells[..., 0])).sum())


def test_an_uneven_adapter_leaves_cells_empty(tiny_folders: dict[str, Path]) -> None:
    model = adapted(opened(tiny_folders["llama"]), AdapterConfig(r=4, **KINDS["uneven"]), pooler_type="mean")
    found = ablate(probing(model), TEXT, quiet)
    assert (found.layers, found.modules) == (("layer 0", "layer 1"), ("q_proj", "v_proj", "up_proj"))
    assert np.isnan(found.cells[0, 1:]).all()
    assert found.cell_verdicts[0][1:] == ("", "")
    assert {(p.layer, p.module) for p in found.parts(LABELS[1])} == {
        ("layer 0", "q_proj"),
        ("layer 1", "q_proj"),
        ("layer 1", "v_proj"),
        ("layer 1", "up_proj"),
    }


def test_parts_outside_of_the_layers_come_last(tiny_folders: dict[str, Path]) -> None:
    model = adapted(opened(tiny_folders["llama"]), AdapterConfig(r=4, **KINDS["embeddings"]), pooler_type="mean")
    found = ablate(probing(model), TEXT, quiet)
    assert found.layers == ("layer 0", "layer 1", "outside the layers")
    assert found.modules == ("q_proj", "embed_tokens")


def test_the_changes_are_those_of_the_class(tiny_folders: dict[str, Path]) -> None:
    model = adapted(opened(tiny_folders["mistral"], "mistral"), AdapterConfig(r=4), pooler_type="mean")
    found = ablate(probing(model), TEXT, quiet)
    cells, layers, modules = found.change("fee")
    k = LABELS.index("fee")
    np.testing.assert_allclose(cells, found.cells[:, :, k] - found.full[k])
    np.testing.assert_allclose(layers, found.by_layer[:, k] - found.full[k])
    np.testing.assert_allclose(modules, found.by_module[:, k] - found.full[k])
    assert found.whole("fee") == pytest.approx(found.without[k] - found.full[k])
    sizes = [abs(part.change) for part in found.parts("fee")]
    assert sizes == sorted(sizes, reverse=True)


def test_progress_and_cancelling_leave_everything_as_it_was(tiny_folders: dict[str, Path]) -> None:
    model = adapted(opened(tiny_folders["llama"]), AdapterConfig(r=4), pooler_type="mean")
    probe = probing(model, tokens_per_batch=4 * len(TEXT.ids))
    before, logits, told = traces(model), probe.logits([TEXT.ids]), []

    def stops(fraction: float, _stage: str) -> None:
        told.append(fraction)
        if len(told) == 2:
            raise CancelledError

    with pytest.raises(CancelledError):
        ablate(probe, TEXT, stops)
    assert 0 < told[0] < told[1] < 1
    assert traces(model) == before
    assert torch.equal(probe.logits([TEXT.ids]), logits)


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4), min_size=1, max_size=6, unique_by=tuple))
def test_short_names_tell_kinds_apart(paths: list[list[str]]) -> None:
    kinds = [".".join(path) for path in paths]
    names = short_names(kinds)
    assert len(set(names)) == len(kinds)
    assert all(f".{kind}".endswith(f".{name}") for kind, name in zip(kinds, names, strict=True))


def test_berts_dense_layers_get_longer_names(tiny_folders: dict[str, Path]) -> None:
    config = AdapterConfig(r=2, target_modules=("query", "dense"))
    model = adapted(opened(tiny_folders["bert"], "vanilla"), config, pooler_type="mean")
    found: Ablation = ablate(probing(model), TEXT, quiet)
    assert found.modules == ("query", "attention.output.dense", "intermediate.dense", "output.dense")
