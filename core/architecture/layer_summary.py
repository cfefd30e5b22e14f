"""torchinfo's summary, after which the model is what it was before."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.architecture.outlines import META
from core.architecture.valueless import Valueless
from core.engine.loader import LoadedPair
from core.errors import CheckpointError
from core.explain.probe import make_probe
from core.model.peft_wrappers import unwrap_peft

#: torchinfo keeps the last summary of each class, and with it the model, in a dictionary of its module.
_LOCK = threading.Lock()
TOKENS = 16
#: On Python 3.11 and later torchinfo prints its own name of a unit.
_UNITS = re.compile(r"\(Units\.([MGT])\w+\)")
COLUMNS = ("input_size", "output_size", "num_params", "trainable")


def layer_summary(model: nn.Module, batch: Mapping[str, Tensor], depth: int = 4) -> str:
    """The text of `torchinfo.summary`, from one forward pass in evaluation mode over `batch`.

    `batch` holds input_ids (B, T) and attention_mask (B, T), on the model's device. Tied weights count twice in it.
    Nothing of the model is changed when this returns, and nothing keeps it alive.
    """
    import torchinfo
    from torchinfo import torchinfo as inside

    with _LOCK, as_it_was(model):
        before = dict(inside._cached_forward_pass)
        try:
            result = torchinfo.summary(
                model,
                input_data=dict(batch),
                verbose=0,
                depth=depth,
                col_names=COLUMNS,
                col_width=18,
                row_settings=("depth", "var_names"),
                cache_forward_pass=False,
                mode="eval",
            )
            return _UNITS.sub(r"(\1)", str(result))
        finally:
            inside._cached_forward_pass.clear()
            inside._cached_forward_pass.update(before)


def summary_of_pair(pair: LoadedPair, depth: int) -> str:
    """On modules of its own around the pair's weights: torchinfo hooks what it runs."""
    model = make_probe(pair).classifier
    return layer_summary(model, example(model.device, model.config.get_text_config().vocab_size), depth)


def summary_of_outline(model: nn.Module, depth: int) -> str:
    """Of a model on the meta device.

    Raises:
        CheckpointError: its code looks at values, and there are none.
    """
    outline = unwrap_peft(model)
    try:
        with META, Valueless():
            return layer_summary(outline, example(META, 2), depth)
    except RuntimeError as error:
        raise CheckpointError(
            f"torchinfo cannot run a {type(outline).__name__} without weights: its code looks at values.",
            fix="load the candidate, and open the summary again.",
        ) from error


def example(device: torch.device, vocabulary: int, tokens: int = TOKENS) -> dict[str, Tensor]:
    """One text of the first tokens of a vocabulary: input_ids (1, T), attention_mask (1, T)."""
    ids = torch.arange(tokens, device="cpu") % vocabulary
    mask = torch.ones(1, tokens, dtype=torch.long, device=device)
    mask = mask.as_subclass(_EveryToken) if mask.is_meta else mask
    return {"input_ids": ids.unsqueeze(0).to(device), "attention_mask": mask}


class _EveryToken(Tensor):
    """A mask without values that answers the one question which transformers asks of it: are all tokens real?"""

    def all(self, *_args: Any, **_options: Any) -> Tensor:
        """Yes."""
        return torch.ones((), dtype=torch.bool, device="cpu")


@contextmanager
def as_it_was(model: nn.Module) -> Iterator[None]:
    """Puts back, whatever happens: training flags, hooks, requires_grad, buffers, gradients, random states."""
    modules = list(model.modules())
    flags = [(m, m.training) for m in modules]
    hooks = [(held, dict(held)) for m in modules for held in _hooks(m)]
    buffers = [(m, dict(m._buffers)) for m in modules]
    requested = [(p, p.requires_grad, p.grad) for p in model.parameters()]
    python, numpy = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng(devices=list(range(torch.cuda.device_count()))):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        for parameter, requires_grad, gradient in requested:
            if parameter.requires_grad != requires_grad:
                parameter.requires_grad_(requires_grad)
            parameter.grad = gradient
        for module, held in buffers:
            module._buffers.clear()
            module._buffers.update(held)
        for now, before in hooks:
            now.clear()
            now.update(before)
        for module, flag in flags:
            module.training = flag


def _hooks(module: nn.Module) -> Iterator[dict[Any, Any]]:
    """Every table of hooks that a module has."""
    return (held for name, held in vars(module).items() if "hooks" in name and isinstance(held, dict))
