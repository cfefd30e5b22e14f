"""What a load will need, from headers or architecture numbers alone."""

from __future__ import annotations

from core.config.base_model import DtypeName
from core.config.candidate import CandidateConfig, backbone_parameter_count
from core.errors import MemoryBudgetError
from core.files.folders import AdapterFolder, ModelFolder
from core.results import Requirements
from core.words.sizes import gibibytes

DTYPE_BYTES: dict[DtypeName, int] = {
    "float16": 2,
    "bfloat16": 2,
    "float32": 4,
    "float64": 8,
    "int8": 1,
    "uint8": 1,
    "bool": 1,
    "int16": 2,
    "int32": 4,
    "int64": 8,
}

#: Activations of one batch, which grow with a model's width, buffers and the allocator's slack.
OVERHEAD_SHARE, OVERHEAD_BYTES = 0.02, 128 * 2**20


def backbone_parameters(folder: ModelFolder) -> int:
    """Parameters that a classifier reads from a checkpoint: all but the language-model head."""
    return sum(t.count for name, t in folder.tensors.items() if not name.startswith("lm_head."))


def estimate(
    parameters: int,
    dtype: DtypeName,
    device: str,
    free: int,
    stored: int | None = None,
    *,
    weights: int | None = None,
    transient: int = 0,
    held_as: str = "",
) -> Requirements:
    """Weights, and the peak with overhead. Weights of another stored dtype are converted tensor by tensor.

    Where they are not all held in that dtype (`core.model.held`), `weights` are their bytes, `held_as` the name of what
    they are held in, and `transient` the bytes that loading takes besides: before any batch does.
    """
    weights = parameters * DTYPE_BYTES[dtype] if weights is None else weights
    peak = max(int(weights * (1 + OVERHEAD_SHARE)) + OVERHEAD_BYTES, weights + transient)
    return Requirements(device, held_as or dtype, parameters, weights, peak, free, stored)


def catalogue_parameters(candidate: CandidateConfig) -> int | None:
    """Parameters of a classifier on a candidate whose files are not here; None when the YAML says too little."""
    if candidate.architecture is None:
        return candidate.parameters
    counted = backbone_parameter_count(candidate.architecture, candidate.base_model.architecture.family)
    return counted if counted is not None else candidate.parameters


def adapter_parameters(folder: AdapterFolder) -> int:
    """Numbers in an adapter file, pooler and head included."""
    return sum(t.count for t in folder.tensors.values())


def attached_parameters(folder: AdapterFolder) -> int:
    """Numbers that an adapter adds in memory: PEFT keeps the parts that it replaces beside those that it brings."""
    whole = sum(t.count for name, t in folder.tensors.items() if ".lora_" not in name)
    return adapter_parameters(folder) + whole


def require_memory(name: str, needs: Requirements) -> None:
    """Refuse a load that does not fit.

    Raises:
        MemoryBudgetError: stating need and free.
    """
    if needs.fits:
        return
    fix = "unload another candidate, or choose a smaller one"
    if needs.dtype in ("float32", "float64"):
        fix += ", or torch_dtype bfloat16 (half the memory)"
    raise MemoryBudgetError(
        f"Loading {name} needs {gibibytes(needs.peak)} on {needs.device} "
        f"({needs.parameters:,} parameters in {needs.dtype}), and {gibibytes(needs.available)} are free.",
        fix=fix + ".",
    )
