"""One pass along the frozen path of a text and back: what each token and the model's constants add to the logits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from core.engine.encoding import Encoded
from core.errors import CheckpointError
from core.explain.contributions.frozen_path import FrozenPath
from core.explain.contributions.path_rules import Call, by_ratio, mark
from core.explain.probe import Probe
from core.model.backbone import forward_parameters
from core.results import Floats


@dataclass(frozen=True, eq=False)
class PathShares:
    """Of a weighed sum of logits.

    Attributes:
        tokens: (T,), each token's embedding times the gradient at it.
        bias: the same of all that is added and does not come from the text, padding included.
        logits: (K,), of the pass along the path.
    """

    tokens: Floats
    bias: float
    logits: Floats


def path_shares(probe: Probe, text: Encoded, weights: Floats, held: Sequence[nn.Module] = ()) -> PathShares:
    """One forward and one backward pass of one text; `weights` (K,).

    What the modules `held` give out is taken as given: nothing passes through them.

    Raises:
        CheckpointError: an architecture of which the embeddings of tokens cannot be told.
    """
    ids = torch.tensor([text.ids], device=probe.device)
    path = FrozenPath()
    embeddings: list[Tensor] = []
    with ExitStack() as changes, torch.enable_grad():
        changes.enter_context(_leaves(probe, ids, embeddings))
        changes.enter_context(_own_gelus(probe))
        changes.enter_context(_held((*held, *_scores(probe.pooler))))
        logits = _logits(probe, ids, probe.read_mask(text), path)[0]
    if not embeddings:
        raise CheckpointError("its tokens pass another way than its embedding layer", fix="occlude instead.")
    aim = (logits * torch.from_numpy(weights).to(logits.device, logits.dtype)).sum()
    sources = [*embeddings, *path.constants]
    slopes = torch.autograd.grad(aim, sources, allow_unused=True)
    tokens, bias = torch.zeros(len(text.ids), dtype=torch.float64), 0.0
    for place, (slope, source) in enumerate(zip(slopes, sources, strict=True)):
        if slope is None:
            continue
        share = _product(slope, source)
        if place < len(embeddings):
            tokens += share[: len(text.ids)]
            share = share[len(text.ids) :]
        bias += float(share.sum())
    return PathShares(tokens.numpy(), bias, logits.detach().double().cpu().numpy())


def _logits(probe: Probe, ids: Tensor, mask: Tensor, path: FrozenPath) -> Tensor:
    """(1, K). The pooler is no part of the path: means are linear, and a power mean is homogeneous as it is."""
    with path:
        states = probe.backbone(input_ids=ids, return_dict=True, **_without_cache(probe)).last_hidden_state
    mask = mask[:, : states.shape[1]]
    if probe.classifier.pools_logits:
        with path:
            states = probe.head(states)
        return cast(Tensor, probe.pooler(states, mask).vectors)
    vectors = probe.pooler(states, mask).vectors
    with path:
        return cast(Tensor, probe.head(vectors))


def _without_cache(probe: Probe) -> dict[str, Any]:
    return {"use_cache": False} if "use_cache" in forward_parameters(type(probe.backbone)) else {}


@contextmanager
def _leaves(probe: Probe, ids: Tensor, embeddings: list[Tensor]) -> Iterator[None]:
    """What the embedding layer gives out is collected, as leaves that take a gradient.

    It must have been given the text's tokens (1, T), and behind them at most padding (Longformer).
    """

    def collect(_module: nn.Module, given: tuple[Any, ...], options: dict[str, Any], output: Tensor) -> Tensor:
        read = given[0] if given else next(iter(options.values()))
        if not torch.equal(read.reshape(-1)[: ids.numel()], ids.reshape(-1)):
            raise CheckpointError("its embedding layer is given other tokens than the text's", fix="occlude instead.")
        embeddings.append(output.detach().clone().requires_grad_(True))
        return embeddings[-1].clone()  # some families write into their embeddings

    handle = probe.backbone.get_input_embeddings().register_forward_hook(collect, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def _held(modules: Sequence[nn.Module]) -> Iterator[None]:
    handles = [module.register_forward_hook(lambda _m, _given, output: output.detach()) for module in modules]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def _own_gelus(probe: Probe) -> Iterator[None]:
    """Activations with a backward of their own (BLOOM's), which no torch function shows: their ratio, too."""

    def hook(_module: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> Tensor:
        return mark(by_ratio(Call(lambda _x: output.detach(), [given[0]], {})))

    named = [m for m in probe.classifier.modules() if "gelu" in type(m).__name__.lower()]
    handles = [module.register_forward_hook(hook) for module in named]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _scores(pooler: nn.Module) -> list[nn.Module]:
    """Linear layers inside a pooler say how much each state weighs, which is held."""
    return [module for module in pooler.modules() if isinstance(module, nn.Linear)]


def _product(slope: Tensor, source: Tensor) -> Tensor:
    """(..., D) -> (N,), summed over the last axis in float64, on the CPU."""
    share = slope.double() * source.detach().double()
    return (share.sum(dim=-1) if share.dim() else share).reshape(-1).cpu()
