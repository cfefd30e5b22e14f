"""The update from its factors against PEFT's own dense merge."""

from __future__ import annotations

import copy
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from peft import LoraConfig, PeftModel, get_peft_model

from core.checkpoints.adapter_update.adapter_overlap import adapter_overlap
from core.checkpoints.adapter_update.lora_update import adapter_update
from core.checkpoints.adapter_update.low_rank import low_rank_singular_values
from core.checkpoints.adapter_update.two_adapters import adapter_pair
from core.config import AdapterConfig
from core.engine.rw_lock import ReadWriteLock
from core.errors import AdapterError
from core.model.classifier import classifier_class
from tests.explain.adapted import adapted, moved
from tests.explain.adapter_effect.test_lora_scale import KINDS
from tests.families import tiny_config
from tests.model.conftest import LABELS, opened


def loaded(model: torch.nn.Module) -> Any:
    """What `make_probe` reads of a loaded pair."""
    predictor = SimpleNamespace(
        temperature=1.0,
        model=model,
        encoder=None,
        labels=LABELS,
        problem_type="single_label_classification",
        device="cpu",
        tokens_per_batch=1024,
        lock=ReadWriteLock(),
    )
    return SimpleNamespace(predictor=predictor)


def merged(model: PeftModel) -> dict[str, torch.Tensor]:
    """Weights with PEFT's own merge, by the name they have in the base model."""
    whole = cast(Any, copy.deepcopy(model).merge_and_unload())
    return {name: tensor.double() for name, tensor in whole.state_dict().items()}


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "saved"])
def test_norms_and_singular_values_are_those_of_pefts_merge(tiny_folders: dict[str, Path], kind: str) -> None:
    base = opened(tiny_folders["llama"])
    before = {name: tensor.double() for name, tensor in base.model.state_dict().items()}
    model = adapted(base, AdapterConfig(**{"r": 4, **KINDS[kind]}), pooler_type="mean")
    after = merged(model)
    found = adapter_update(loaded(model))
    assert found.modules
    for m in found.modules:
        inside = m.module if m.layer is None else f"model.layers.{m.layer}.{m.module}"
        change = after[f"{inside}.weight"] - before[f"{inside}.weight"]
        assert m.norm == pytest.approx(float(change.norm()), rel=1e-5)
        assert m.base_norm == pytest.approx(float(before[f"{inside}.weight"].norm()), rel=1e-6)
        if not m.is_dora:
            wanted = torch.linalg.svdvals(change)[: m.rank].numpy()
            np.testing.assert_allclose(m.singular_values, wanted, rtol=1e-5, atol=1e-5 * wanted[0])
        assert 1 - 1e-9 <= m.effective_rank <= m.rank + 1e-9
    assert found.parameters == sum(p.numel() for n, p in model.named_parameters() if "lora_" in n)


@pytest.mark.parametrize("name", ["mixtral", "gpt_oss"])  # (experts, out, in) and (experts, in, out)
def test_experts_in_one_parameter_are_a_matrix_each(name: str) -> None:
    torch.manual_seed(0)
    model = classifier_class(type(tiny_config(name)))(tiny_config(name, num_labels=len(LABELS)))
    before = {path: tensor.double() for path, tensor in model.state_dict().items()}
    targets = ["mlp.experts.gate_up_proj", "mlp.experts.down_proj"]
    attached = get_peft_model(model, LoraConfig(r=3, target_modules=[], target_parameters=targets))
    pair = loaded(moved(cast(PeftModel, attached)))
    result = adapter_update(pair)
    after = merged(cast(PeftModel, attached))
    assert {(m.layer, m.module, m.expert) for m in result.modules} == {
        (layer, module, expert) for layer in range(2) for module in targets for expert in range(4)
    }
    for m in result.modules:
        path = f"model.layers.{m.layer}.{m.module}"
        change = (after[path] - before[path])[m.expert]
        values = torch.linalg.svdvals(change)[: m.rank].numpy()
        np.testing.assert_allclose(m.singular_values, values, rtol=1e-5, atol=1e-5 * values[0])
        assert m.norm == pytest.approx(float(change.norm()), rel=1e-5)
        assert m.base_norm == pytest.approx(float(before[path][m.expert].norm()), rel=1e-6)
        assert m.name.endswith(f"{m.module}, expert {m.expert}")
    overlaps = adapter_overlap(pair).modules
    assert [o.name for o in overlaps] == [m.name for m in result.modules]
    assert all(0 < o.inputs < 1 and 0 < o.outputs < 1 for o in overlaps)
    with_itself = adapter_pair(pair, pair)
    assert [p.name for p in with_itself.modules] == [m.name for m in result.modules]
    assert all(p.cosine == pytest.approx(1) for p in with_itself.modules)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 6), st.integers(0, 1000))
def test_any_factors(out: int, into: int, rank: int, seed: int) -> None:
    made = torch.Generator().manual_seed(seed)
    b = torch.randn(out, rank, generator=made, dtype=torch.float64)
    a = torch.randn(rank, into, generator=made, dtype=torch.float64)
    wanted = torch.linalg.svdvals(b @ a)
    found = low_rank_singular_values(b, a)
    common = min(len(found), len(wanted))
    torch.testing.assert_close(found[:common], wanted[:common], rtol=1e-9, atol=1e-12)
    assert float(found[common:].abs().sum() + wanted[common:].abs().sum()) < 1e-9


def test_without_an_adapter(tiny_folders: dict[str, Path]) -> None:
    with pytest.raises(AdapterError, match="without an adapter"):
        adapter_update(loaded(opened(tiny_folders["llama"]).model))
