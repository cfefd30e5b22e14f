"""How a backbone will be held in memory, from file headers or numbers alone: quantised or not.

Importing this imports no torch.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.config.base_model import DtypeName
from core.config.candidate import CandidateConfig
from core.config.quantisation import Quantisation
from core.files.folders import ModelFolder
from core.files.quantisation import stored_method
from core.files.safetensors_headers import ITEM_BYTES, TensorEntry
from core.model.memory import DTYPE_BYTES, backbone_parameters

#: In the names of matrices that are looked up rather than multiplied, and of experts.
_NO_LINEAR = (
    "embed",
    "wte.",
    "wpe.",
    "relative_attention_bias",
    "position_",
    "token_type",
    "shared.weight",
    ".experts.",
)
_OUTSIDE = (
    *("score.", "pooler.", "classifier.", "pre_classifier.", "lm_head.", "head.", "v_head.", "sequence_summary."),
    *("logits_proj.", "classification_head."),
)
#: Types in which codes are stored, and not numbers.
_CODES = frozenset({"U8", "I8", "I16", "U16", "I32", "U32", "F8_E4M3", "F8_E5M2", "F8_E8M0"})
#: In the names of what lies beside codes.
_BESIDE_CODES = (
    *(".absmax", ".quant_map", ".quant_state", "nested_", ".SCB", ".weight_format"),
    *("scale", "zero", "g_idx", "weight_shape"),
)
#: Bytes of the tables that each 4-bit layer keeps: 16 values, and 256 more where scales are quantised too.
_TABLES = {False: 64, True: 64 + 1024 + 4}
#: Bytes a number while a matrix is quantised on a CPU. 4 bits: in float32, scaled in float32, their places as int32 and
#: as bytes. 8 bits: in float16, scaled and rounded in float32, and as bytes.
_WHILE_QUANTISED: dict[int, int] = {4: 13, 8: 11}


@dataclass(frozen=True)
class Held:
    """How a backbone will be held.

    Attributes:
        parameters: the numbers that it stands for.
        bytes: of its weights in memory, scales of quantised ones included.
        largest: bytes that are taken besides while its largest matrix is quantised.
        type: the name of the codes (`nf4`), or of the dtype where nothing is quantised.
    """

    parameters: int
    bytes: int
    largest: int
    type: str


def held_backbone(folder: ModelFolder, dtype: DtypeName, quantisation: Quantisation) -> Held:
    """From headers alone. What is stored as codes stays as it is stored, with its scales."""
    width, method = DTYPE_BYTES[dtype], stored_method(folder.config)
    tensors = [t for name, t in folder.tensors.items() if not name.startswith("lm_head.")]
    if method is not None:
        sizes = [t.end - t.start if _is_kept(t) else t.count * width for t in tensors]
        numbers = sum(_numbers(t, folder) for t in tensors)
        return Held(numbers, sum(sizes), max(sizes, default=0), method)
    parameters = backbone_parameters(folder)
    if not quantisation.is_used:
        return Held(parameters, parameters * width, 0, dtype)
    size = sum(quantised_bytes(t, quantisation) if _is_linear(t) else t.count * width for t in tensors)
    largest = max((t.count for t in tensors if _is_linear(t)), default=0)
    return Held(parameters, size, _WHILE_QUANTISED[quantisation.bits] * largest, quantisation.name)


def _is_kept(tensor: TensorEntry) -> bool:
    """Whether a stored tensor is held as it is: codes, and what is needed to read them."""
    return tensor.dtype in _CODES or any(part in tensor.name for part in _BESIDE_CODES)


def _numbers(tensor: TensorEntry, folder: ModelFolder) -> int:
    """Numbers that a stored tensor stands for: several in a code of more bits than the method has; scales are none."""
    if any(part in tensor.name for part in _BESIDE_CODES):
        return 0
    if tensor.dtype not in _CODES or tensor.dtype.startswith("F8"):
        return tensor.count
    fields = folder.config["quantization_config"]
    bits = fields.get("bits") or fields.get("w_bit") or (8 if fields.get("load_in_8bit") else 4)
    return tensor.count * 8 * ITEM_BYTES[tensor.dtype] // int(bits)


def held_parameters(candidate: CandidateConfig, parameters: int) -> Held:
    """The same of a candidate whose files are not here: what its YAML says to be embeddings is not quantised."""
    base, numbers = candidate.base_model, candidate.architecture
    width, embedded = DTYPE_BYTES[base.torch_dtype], numbers.vocab_size * numbers.hidden_size if numbers else 0
    size = int((parameters - embedded) * _bytes_a_number(base.quantisation)) + embedded * width
    largest = numbers.hidden_size * numbers.intermediate_size if numbers else 0
    return Held(parameters, size, _WHILE_QUANTISED[base.quantisation.bits] * largest, base.quantisation.name)


def quantised_bytes(tensor: TensorEntry, quantisation: Quantisation) -> int:
    """What a matrix takes in memory: its codes, and their scales."""
    if quantisation.bits == 8:
        return tensor.count + 4 * tensor.shape[0]
    return int(tensor.count * _bytes_a_number(quantisation)) + _TABLES[quantisation.double_quantisation]


def _bytes_a_number(quantisation: Quantisation) -> float:
    """Codes and scales: blocks of 64 share four bytes; doubly quantised one byte, and 256 of those four bytes."""
    if quantisation.bits == 8:
        return 1.0
    return 0.5 + (1 / 64 + 4 / (64 * 256) if quantisation.double_quantisation else 4 / 64)


def _is_linear(tensor: TensorEntry) -> bool:
    """Whether a stored tensor is the weight of a linear layer of the backbone, by its name and shape.

    Embeddings are not. Experts that are stored one by one are held together in a tensor of three axes, which is no
    linear layer either.
    """
    if len(tensor.shape) != 2 or not tensor.name.endswith(".weight"):
        return False
    return not any(part in tensor.name for part in _NO_LINEAR) and not tensor.name.startswith(_OUTSIDE)
