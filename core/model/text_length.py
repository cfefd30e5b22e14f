"""What the length of a text changes in a model: where the longest of a batch counts, and what it cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from core.errors import CheckpointError
from core.model.peft_wrappers import unwrap_peft

#: Tokens that every family can read which reads text at all: some pool or cut what they read.
SHORT = 8
#: transformers' kinds of rotary embeddings that choose their frequencies by length, and write them into the module at
#: each pass.
_BY_LENGTH = {"longrope", "dynamic"}
#: BigBird's attention of long texts, and that of texts for which there are not enough blocks.
_SPARSE, _FULL = "block_sparse", "original_full"


def depends_on_length(model: nn.Module) -> bool:
    """Whether a text can get other logits beside a longer one, and passes must not run side by side."""
    return any(_rotates_by_length(module) or attends_by_length(module) for module in model.modules())


def _rotates_by_length(module: nn.Module) -> bool:
    kind = getattr(module, "rope_type", None)
    return bool(_BY_LENGTH & set(kind.values() if isinstance(kind, dict) else [kind]))


def attends_by_length(module: nn.Module) -> bool:
    """Whether this is a backbone that reads long texts by another attention than short ones (BigBird)."""
    config = getattr(module, "config", None)
    return hasattr(module, "set_attention_type") and getattr(config, "attention_type", None) == _SPARSE


def choose_attention(module: nn.Module, args: tuple[Any, ...], options: dict[str, Any]) -> None:
    """A hook before a forward of such a backbone: the attention that a fresh one would take for texts so long.

    transformers goes over to full attention with the first short text, and stays there for all that come after it.
    """
    backbone: Any = module
    ids = options.get("input_ids", args[0] if args else None)
    length = (options["inputs_embeds"] if ids is None else ids).shape[1]
    config = backbone.config
    most = (5 + 2 * config.num_random_blocks) * config.block_size  # of transformers' own `forward`
    with torch.device("meta"):  # it makes layers anew and gives them the weights that are there
        backbone.set_attention_type(_FULL if length <= most else _SPARSE)


@contextmanager
def readable(model: nn.Module, length: int) -> Iterator[None]:
    """Around a pass: some families cannot read short texts, and say so in code's words (Funnel below five tokens).

    Raises:
        CheckpointError: with the number of tokens.
    """
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except (RuntimeError, IndexError) as error:
        if length >= SHORT:  # every family reads so many: this is a fault of another kind
            raise
        backbone = getattr(unwrap_peft(model), "backbone", model)
        seen = f"cannot read a text of {length:,} tokens: {' '.join(str(error).split())[:200]}"
        raise CheckpointError(f"{type(backbone).__name__} {seen}", fix="take a longer text.") from error
