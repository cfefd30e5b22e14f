"""Both ways through a classifier keep what `ForwardPass` promises, and agree with each other."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.engine.backends.forward_pass import ForwardPass
from core.engine.backends.torch import PaddedPass, bulk_is_imported, bulk_pass
from core.engine.backends.torch.packed import pack
from core.model.share import sibling
from tests.model.conftest import opened

ROWS = [[3, 4, 5, 6, 7], [8], [9, 10, 11], [12, 13, 14]]


@pytest.fixture(params=["mean", "gem", "context"])
def both(request: pytest.FixtureRequest, tiny_folders: dict[str, Path]) -> tuple[ForwardPass, ForwardPass]:
    model = sibling(opened(tiny_folders["mistral"], "mistral").model, pooler_type=request.param)
    packed = pack(model)
    assert packed is not None
    return packed, PaddedPass(model, "cpu")


def test_logits_come_in_the_order_of_the_rows_and_agree(both: tuple[ForwardPass, ForwardPass]) -> None:
    one, other = (forward(ROWS) for forward in both)
    assert one.logits.shape == other.logits.shape == (4, 4)
    assert one.logits.dtype == other.logits.dtype == torch.float32
    torch.testing.assert_close(one.logits, other.logits, rtol=1e-4, atol=1e-5)
    for forward in both:
        for i, row in enumerate(ROWS):
            torch.testing.assert_close(forward([row]).logits[0], one.logits[i], rtol=1e-4, atol=1e-5)


def test_a_weight_a_token_and_none_for_padding(both: tuple[ForwardPass, ForwardPass]) -> None:
    for forward in both:
        weights = forward(ROWS).weights
        if weights is not None:
            assert [len(row) for row in weights] == [len(row) for row in ROWS]
            assert [sum(row) for row in weights] == pytest.approx([1.0] * 4)
    assert (both[0](ROWS).weights is None) == (both[1](ROWS).weights is None)


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("tokens", [1, 6, 1000])
def test_a_plan_has_every_text_once(both: tuple[ForwardPass, ForwardPass], workers: int, tokens: int) -> None:
    lengths = [5, 1, 3, 3, 40, 2, 2, 2, 17]
    for forward in both:
        plan = forward.plan(lengths, tokens, workers)
        assert sorted(i for batch in plan for i in batch) == list(range(len(lengths)))
        assert all(plan)


def test_bulk_is_for_known_families_on_a_cpu(tiny_folders: dict[str, Path]) -> None:
    llama, bert = (opened(tiny_folders["llama"]).model, opened(tiny_folders["bert"], "vanilla").model)
    assert bulk_pass(llama, "cpu") is not None
    assert bulk_pass(llama, "cuda") is None
    assert bulk_pass(bert, "cpu") is None
    assert bulk_is_imported()
