"""Whether an architecture's own head, taken apart into pooler and head, still answers as transformers' class does."""

from __future__ import annotations

import torch

from core.errors import CheckpointError
from core.model.classifier import PooledClassifier
from core.model.heads.stock import StockHead
from core.model.pooled_config import parts_of
from core.model.stock_classifier import with_backbone
from core.model.stock_pooling import stock_pooling

#: The same head by two ways, in whatever type the weights are: how far apart, as a share of the largest logit.
SAME_HEAD = 0.05
#: Tokens that every vocabulary has (Canine's are characters, and it states no size).
_FEW = 256


def require_own_head(model: PooledClassifier) -> None:
    """One short text by both ways, where the pooler is the architecture's own.

    Raises:
        CheckpointError: it reads something else of the backbone than its last states (Canine).
    """
    if not isinstance(model.score, StockHead) or model.device.type == "meta":
        return
    if stock_pooling(model.config) != (parts_of(model.config)[0], not model.pools_logits):
        return  # somebody asked for another pooler
    count = getattr(model.config.get_text_config(), "vocab_size", None) or _FEW
    ids = torch.tensor([[min(number, count - 1) for number in range(3, 8)]], device=model.device)
    with torch.inference_mode():
        ours = model(input_ids=ids).logits
        theirs = with_backbone(model.score.stock_class, model.score.config, model)(input_ids=ids).logits
    if (ours - theirs).abs().max() > SAME_HEAD * theirs.abs().max():
        raise CheckpointError(
            f"The head of {model.score.stock_class.__name__} reads something else than the last states of its "
            "backbone: it cannot be looked into, and is not taken over.",
            fix="classify with transformers itself, or set head_type to 'vanilla' and train a head.",
        )
