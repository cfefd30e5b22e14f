"""A head that reads something else than the last states is not taken over."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.errors import CheckpointError
from core.model.own_head import require_own_head
from core.model.poolers.cls import FirstTokenPooling
from tests.model.heads.test_stock import opened, stock


def test_a_head_that_is_taken_apart_rightly_passes_and_another_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock("bert", tmp_path)
    model = opened(tmp_path).model
    require_own_head(model)
    whole = FirstTokenPooling.forward
    monkeypatch.setattr(FirstTokenPooling, "forward", lambda self, h, m: whole(self, torch.flip(h, [1]), m))
    with pytest.raises(CheckpointError, match="BertForSequenceClassification reads something else"):
        require_own_head(model)
