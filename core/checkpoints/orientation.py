"""Which matrices are kept as (in, out), as GPT-2 keeps its own, and not as (out, in)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from core.checkpoints.checkpoint import Checkpoint
from core.config.families import PREFIX
from core.files.contents import read_table
from core.files.safetensors_headers import TensorEntry

#: Architectures of transformers whose layers are `Conv1D`, which multiplies x W and not x Wᵀ.
FAMILIES = frozenset({"gpt2", "openai-gpt", "imagegpt", "decision_transformer", "clvp"})
#: What those layers are called. Other families have linear layers of these names, kept as (out, in).
MODULES = frozenset({"c_attn", "q_attn", "c_proj", "c_fc"})


def inputs_first(checkpoint: Checkpoint) -> frozenset[str]:
    """Names of the weights that are kept as (in, out).

    The bias of a layer has one number an output, so its length says which axis that is; of a square matrix the other
    layers of the checkpoint say it, and without them the architecture in config.json.
    """
    seen = _seen(checkpoint)
    votes = Counter(vote for vote in seen.values() if vote is not None)
    usual = votes[True] > votes[False] if votes else _kind(checkpoint.path) in FAMILIES
    return frozenset(name for name, vote in seen.items() if (usual if vote is None else vote))


def is_told(checkpoint: Checkpoint) -> bool:
    """Whether biases, or the architecture in config.json, say which axis of such weights is which."""
    return bool(_kind(checkpoint.path)) or any(vote is not None for vote in _seen(checkpoint).values())


def _seen(checkpoint: Checkpoint) -> dict[str, bool | None]:
    """What biases say of each weight that is named so; None where they say nothing."""
    biases = {t.name: t.count for t in checkpoint.tensors if t.name.endswith(".bias")}
    weights = [t for t in checkpoint.tensors if len(t.shape) == 2 and is_named_so(t.name)]
    return {t.name: _by_bias(t, biases.get(f"{t.name.removesuffix('weight')}bias")) for t in weights}


def is_named_so(name: str) -> bool:
    """Whether a tensor is the weight of a layer that GPT-2 has under this name."""
    *_, module, own = ("", *name.split("."))
    return own == "weight" and module in MODULES


def _by_bias(weight: TensorEntry, outputs: int | None) -> bool | None:
    """None where it does not say."""
    axes: Sequence[int] = weight.shape
    if outputs is None or axes[0] == axes[1] or outputs not in axes:
        return None
    return outputs == axes[1]


def _kind(path: Path) -> str:
    folder = path if path.is_dir() else path.parent
    return str(read_table(folder / "config.json").get("model_type", "")).removeprefix(PREFIX)
