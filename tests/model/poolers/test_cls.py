"""The first token under either side of padding."""

from __future__ import annotations

import torch

from core.model.poolers.cls import FirstTokenPooling


def test_it_takes_the_first_real_token() -> None:
    hidden = torch.randn(2, 4, 3)
    mask = torch.tensor([[1, 1, 1, 0], [0, 0, 1, 1]], dtype=torch.bool)
    pooled = FirstTokenPooling()(hidden, mask)
    torch.testing.assert_close(pooled.vectors, torch.stack([hidden[0, 0], hidden[1, 2]]))
    assert pooled.weights is not None
    assert pooled.weights.argmax(dim=1).tolist() == [0, 2]
