"""Parts of the logits of stock classifiers: what the pooler takes is what is split."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.engine.encoding import Encoded, Encoder
from core.explain.pooling import compare_poolers, pooling
from core.explain.position_parts import position_parts
from core.explain.probe import Probe
from tests.model.heads.test_stock import logits, opened, stock
from tests.tiny import make_tiny_tokenizer


def probe(folder: Path) -> Probe:
    model = opened(folder).model.requires_grad_(False)
    return Probe(model, Encoder(make_tiny_tokenizer(), 64), ("a", "b", "c"), "single_label_classification", "cpu", 512)


def text(ids: list[int]) -> Encoded:
    return Encoded("", ids, [(0, 0)] * len(ids), len(ids))


@pytest.mark.parametrize(("end", "taken"), [([], -1), ([7], -2), ([7, 7], -3)])
def test_a_token_that_is_never_pooled_has_no_part(end: list[int], taken: int, tmp_path: Path) -> None:
    theirs = stock("llama", tmp_path, pad_token_id=7)
    made, encoded = probe(tmp_path), text([1, 20, 21, 22, *end])
    mask = made.read_mask(encoded)
    split = position_parts(made, made.states(encoded), mask)
    assert split.exact
    assert np.flatnonzero(split.values.any(axis=0)).tolist() == [len(encoded.ids) + taken]
    with torch.no_grad():
        expected = theirs(input_ids=torch.tensor([encoded.ids])).logits[0].numpy()
    np.testing.assert_allclose(split.values.sum(axis=1), expected, atol=1e-5)
    np.testing.assert_allclose(split.logits, expected, atol=1e-5)
    assert pooling(made, made.states(encoded), mask).weights.argmax() == len(encoded.ids) + taken


@pytest.mark.parametrize(
    ("name", "fields", "exact"),
    [
        ("bert", {}, False),
        ("deberta-v2", {}, False),
        ("funnel", {}, False),
        ("eurobert", {"classifier_pooling": "late"}, True),
        ("modernbert", {"classifier_pooling": "mean"}, False),
        ("ctrl", {}, False),
    ],
)
def test_a_head_of_the_architectures_own_is_split_or_its_gap_said(
    name: str, fields: dict[str, str], exact: bool, tmp_path: Path
) -> None:
    stock(name, tmp_path, **fields)
    made, encoded = probe(tmp_path), text([1, *range(20, 29), 2])
    states, mask = made.states(encoded), made.read_mask(encoded)
    split = position_parts(made, states, mask)
    np.testing.assert_allclose(split.logits, logits(made.model)[0].numpy(), atol=1e-5)
    assert split.exact == exact
    assert split.values.shape == (3, 11)
    if exact:
        np.testing.assert_allclose(split.values.sum(axis=1), split.logits, atol=1e-5)
    assert [verdict.trained for verdict in compare_poolers(made, states, mask)].count(True) == 1
