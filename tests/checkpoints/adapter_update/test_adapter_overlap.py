"""Overlap of an update with its base, and of two adapters, against dense products and numpy's decomposition."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.checkpoints.adapter_update import adapter_overlap as module
from core.checkpoints.adapter_update.adapter_overlap import adapter_overlap, leading_spaces
from core.checkpoints.adapter_update.low_rank import Factors
from core.checkpoints.adapter_update.two_adapters import adapter_pair
from core.config import AdapterConfig
from core.errors import AdapterError
from tests.checkpoints.adapter_update.test_lora_update import loaded, merged
from tests.explain.adapted import adapted
from tests.explain.adapter_effect.test_lora_scale import KINDS
from tests.model.conftest import opened

PLAIN = [k for k in KINDS if k != "saved" and "dora" not in k]


def numpys(matrix: torch.Tensor, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Leading left and right singular vectors, as columns."""
    u, _, v = np.linalg.svd(matrix.double().numpy(), full_matrices=False)
    return u[:, :count], v[:count].T


def cosines(first: np.ndarray, second: np.ndarray) -> float:
    """Mean squared cosine of the principal angles, by scipy's angles."""
    from scipy.linalg import subspace_angles

    return float((np.cos(subspace_angles(first, second)) ** 2).mean())


@pytest.mark.parametrize("kind", PLAIN)
def test_the_overlap_with_the_base_is_that_of_the_dense_update(tiny_folders: dict[str, Path], kind: str) -> None:
    base = opened(tiny_folders["llama"])
    before = {name: tensor.double() for name, tensor in base.model.state_dict().items()}
    model = adapted(base, AdapterConfig(**{"r": 4, **KINDS[kind]}), pooler_type="mean")
    after = merged(model)
    found = adapter_overlap(loaded(model))
    assert found.modules
    for m in found.modules:
        name = m.module if m.layer is None else f"model.layers.{m.layer}.{m.module}"
        weight = before[f"{name}.weight"]
        change = after[f"{name}.weight"] - weight
        if "embed" in name:
            weight, change = weight.T, change.T
        left, right = numpys(change, m.directions)
        base_left, base_right = numpys(weight, m.directions)
        assert np.linalg.matrix_rank(change.numpy(), tol=1e-5 * float(change.norm())) <= m.directions
        assert m.inputs == pytest.approx(cosines(right, base_right), abs=1e-3)
        assert m.outputs == pytest.approx(cosines(left, base_left), abs=1e-3)
        within = np.linalg.norm(left.T @ weight.numpy() @ right)
        assert m.amplification == pytest.approx(float(change.norm()) / within, rel=1e-2)
        assert (m.inputs_by_chance, m.outputs_by_chance) == (m.directions / len(right), m.directions / len(left))


def test_progress_is_told(tiny_folders: dict[str, Path]) -> None:
    model = adapted(opened(tiny_folders["llama"]), AdapterConfig(r=2, target_modules=["q_proj"]), pooler_type="mean")
    told: list[float] = []
    found = adapter_overlap(loaded(model), lambda share, _: told.append(share))
    assert told == pytest.approx([i / len(found.modules) for i in range(len(found.modules))])


@pytest.mark.parametrize("shape", [(90, 60), (60, 90)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_leading_spaces_by_lanczos_are_numpys(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int], dtype: torch.dtype
) -> None:
    monkeypatch.setattr(module, "SMALL", 0)
    generator = torch.Generator().manual_seed(0)
    weight = (torch.randn(shape, generator=generator) * torch.linspace(1, 4, shape[1])).to(dtype)
    left, right = leading_spaces(weight, 5)
    wanted_left, wanted_right = numpys(weight, 5)
    assert cosines(left.numpy(), wanted_left) == pytest.approx(1, abs=1e-4)
    assert cosines(right.numpy(), wanted_right) == pytest.approx(1, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 12), st.integers(2, 12), st.integers(1, 5), st.integers(0, 1000))
def test_directions_make_the_update(out: int, into: int, rank: int, seed: int) -> None:
    made = torch.Generator().manual_seed(seed)
    b = torch.randn(out, rank, generator=made, dtype=torch.float64)
    a = torch.randn(rank, into, generator=made, dtype=torch.float64)
    left, values, right = Factors(a, b, 1.0).directions()
    torch.testing.assert_close(left * values @ right.T, b @ a, rtol=1e-9, atol=1e-9)
    assert len(values) == torch.linalg.matrix_rank(b @ a)
    none, zeros, _ = Factors(a, torch.zeros_like(b), 1.0).directions()
    assert none.shape == (out, 0)
    assert len(zeros) == 0


@pytest.mark.parametrize("kind", PLAIN)
def test_two_adapters_as_their_dense_updates(tiny_folders: dict[str, Path], kind: str) -> None:
    before = {n: t.double() for n, t in opened(tiny_folders["llama"]).model.state_dict().items()}
    first = adapted(opened(tiny_folders["llama"]), AdapterConfig(**{"r": 4, **KINDS[kind]}), pooler_type="mean")
    second = adapted(
        opened(tiny_folders["llama"]), AdapterConfig(r=3, target_modules=["q_proj", "up_proj"]), pooler_type="mean"
    )
    changes = [{n: t - before[n] for n, t in merged(m).items() if n in before} for m in (first, second)]
    found = adapter_pair(loaded(first), loaded(second))
    for m in found.modules:
        a, b = (change[f"model.layers.{m.layer}.{m.module}.weight"].flatten() for change in changes)
        assert m.norms == pytest.approx((float(a.norm()), float(b.norm())), rel=1e-5)
        assert m.cosine == pytest.approx(float(torch.nn.functional.cosine_similarity(a, b, dim=0)), abs=1e-5)
    names = {m.name for m in found.modules}
    assert names.isdisjoint(found.only_first)
    assert names.isdisjoint(found.only_second)
    assert any("up_proj" in name for name in found.only_second) or any("up_proj" in name for name in names)


def test_an_adapter_against_itself_and_against_nothing(tiny_folders: dict[str, Path]) -> None:
    base = opened(tiny_folders["llama"])
    one = loaded(adapted(base, AdapterConfig(r=4, target_modules=["q_proj"]), pooler_type="mean"))
    found = adapter_pair(one, one)
    assert (found.only_first, found.only_second) == ((), ())
    assert found.cosine == pytest.approx(1)
    for m in found.modules:
        assert (m.cosine, m.inputs, m.outputs) == pytest.approx((1, 1, 1))
    other = adapted(opened(tiny_folders["llama"]), AdapterConfig(r=4, target_modules=["q_proj"]), pooler_type="mean")
    for name, parameter in other.named_parameters():
        if "lora_B" in name:
            parameter.data.zero_()
    nothing = adapter_pair(one, loaded(other))
    assert math.isnan(nothing.cosine)
    assert all(math.isnan(m.cosine) and math.isnan(m.inputs) for m in nothing.modules)
    with pytest.raises(AdapterError, match="without an adapter"):
        adapter_pair(one, loaded(base.model))
