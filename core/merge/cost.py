"""What a merge takes, and in which type: from file headers alone. Importing this imports no torch."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

from core.config.base_model import BaseModelConfig, DtypeName
from core.errors import CheckpointError, MemoryBudgetError
from core.files.folders import AdapterFolder, ModelFolder
from core.files.output_folder import existing
from core.files.quantisation import stored_method
from core.merge.request import MergeRequest
from core.model.held import held_backbone
from core.model.memory import DTYPE_BYTES, adapter_parameters
from core.results import MergeCost
from core.words.sizes import gibibytes

#: Bytes of a weight file, but for a tensor that is larger.
FILE_BYTES = 2 * 10**9

#: Of an update in float32: the product of its factors, that product scaled, and what looks for values that are not
#: finite; DoRA has the norms' weights in place of the last.
_UPDATES = 3
#: What the interpreter and the allocator take for a model of any size.
_SLACK = 128 * 2**20
#: In the names of tensors that transformers stacks when it reads them.
_EXPERT = ".experts."

_DTYPES: dict[str, DtypeName] = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}


def stored_dtype(folder: ModelFolder, base: BaseModelConfig) -> DtypeName:
    """The type that most of a base's weights are stored in; that of the candidate where they are stored as codes."""
    sizes: Counter[DtypeName] = Counter()
    for tensor in folder.tensors.values():
        if tensor.dtype in _DTYPES:
            sizes[_DTYPES[tensor.dtype]] += tensor.count
    quantised = stored_method(folder.config) is not None
    return base.torch_dtype if quantised or not sizes else sizes.most_common(1)[0][0]


def merge_cost(request: MergeRequest, free: int) -> MergeCost:
    """Memory and disk. Factors are held in float32, whatever the base's type."""
    dtype = stored_dtype(request.folder, request.base)
    held = held_backbone(request.folder, dtype, request.base.quantisation)
    factors = 4 * adapter_parameters(request.adapter)
    size = held.parameters * DTYPE_BYTES[dtype] + factors
    # Codes are read out layer by layer, and all there as long as numbers stand in their place one after the other.
    is_coded = held.type != dtype
    base = held.bytes + held.parameters * DTYPE_BYTES[dtype] if is_coded else _held_bytes(request.folder, dtype)
    file = 0 if is_coded else _file_bytes(request.folder, dtype)
    memory = base + factors + file + _UPDATES * 4 * _largest_update(request.adapter) + _SLACK
    place = shutil.disk_usage(existing(request.output))
    return MergeCost(memory, free, size, place.free)


def _held_bytes(folder: ModelFolder, dtype: DtypeName) -> int:
    """What is held of a base all the time: what has another type in its files, and experts, which are stacked.

    All else is mapped from the files, and let go as soon as it is written.
    """
    width = DTYPE_BYTES[dtype]
    return sum(
        t.count * width
        for name, t in folder.tensors.items()
        if not name.startswith("lm_head.") and (_DTYPES.get(t.dtype) != dtype or _EXPERT in name)
    )


def _file_bytes(folder: ModelFolder, dtype: DtypeName) -> int:
    """A file that is written, and the weight that is read for it.

    The file is of `FILE_BYTES`, or of one tensor that is larger; or all of a small model.
    """
    sizes = [t.count * DTYPE_BYTES[dtype] for name, t in folder.tensors.items() if not name.startswith("lm_head.")]
    largest = max(sizes, default=0)
    return min(sum(sizes), max(FILE_BYTES, largest)) + largest


def _largest_update(adapter: AdapterFolder) -> int:
    """Numbers in the largest update: rows of its B times columns of its A."""
    rows, columns = Counter[str](), Counter[str]()
    for name, tensor in adapter.tensors.items():
        module, _, factor = name.partition(".lora_")
        if factor and len(tensor.shape) == 2:
            side, place = (rows, 0) if "B" in factor.split(".")[0] else (columns, 1)
            side[module] = tensor.shape[place]
    return max((rows[module] * columns[module] for module in rows), default=0)


def require_cost(cost: MergeCost, output: Path) -> None:
    """Refuse a merge that does not fit.

    Raises:
        MemoryBudgetError: with both numbers.
        CheckpointError: too little disk, with both numbers.
    """
    if cost.memory > cost.free:
        raise MemoryBudgetError(
            f"Merging takes {gibibytes(cost.memory)} of memory, and {gibibytes(cost.free)} are free.",
            fix="unload candidates, or merge on a machine with more memory.",
        )
    if cost.disk > cost.disk_free:
        raise CheckpointError(
            f"The merged checkpoint takes {gibibytes(cost.disk)} of disk, and {gibibytes(cost.disk_free)} are free in "
            f"'{existing(output)}'.",
            fix="choose a folder on another disk, or make room.",
        )
