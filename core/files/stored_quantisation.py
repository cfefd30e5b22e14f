"""How the weights of a checkpoint are quantised, by its config.json, and what transformers needs to open them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from core.errors import CheckpointError

_ALONE = ("accelerate",)
#: Packages that transformers imports to open weights of a `quant_method`, by the names that `import` takes. A method
#: that is not here is one that transformers does not know: it would take the codes for weights.
PACKAGES: Mapping[str, tuple[str, ...]] = {
    "aqlm": ("aqlm",),
    "auto-round": ("auto_round",),
    "awq": ("gptqmodel",),
    "bitnet": _ALONE,
    "bitsandbytes": ("bitsandbytes",),
    "bitsandbytes_4bit": ("bitsandbytes",),
    "bitsandbytes_8bit": ("bitsandbytes",),
    "compressed-tensors": ("compressed_tensors",),
    "eetq": ("kernels",),
    "fbgemm_fp8": ("fbgemm_gpu",),
    "fp8": _ALONE,
    "fouroversix": ("fouroversix",),
    "fp_quant": ("fp_quant",),
    "gemma": _ALONE,
    "gguf": ("gguf",),
    "gptq": ("optimum", "gptqmodel"),
    "higgs": ("flute", "fast_hadamard_transform"),
    "hqq": ("hqq",),
    "metal": _ALONE,
    "mxfp4": _ALONE,
    "mxfp8": _ALONE,
    "nvfp4": ("kernels",),
    "quanto": ("optimum.quanto",),
    "quark": ("quark",),
    "sinq": ("sinq",),
    "spqr": ("spqr_quant",),
    "torchao": ("torchao",),
    "vptq": ("vptq",),
}
_WHOLE = "give the checkpoint that it was made from, in float16, bfloat16 or float32"
#: Names under which pip installs them, where those differ.
_PIP = {
    "optimum.quanto": "optimum-quanto",
    "auto_round": "auto-round",
    "compressed_tensors": "compressed-tensors",
    "fbgemm_gpu": "fbgemm-gpu-genai",
    "flute": "flute-kernel",
    "quark": "amd-quark",
}
#: What their makers call them, where it is not the name in the file.
_TITLES = {
    "aqlm": "AQLM",
    "awq": "AWQ",
    "fp8": "fp8",
    "gptq": "GPTQ",
    "hqq": "HQQ",
    "mxfp4": "MXFP4",
    "nvfp4": "NVFP4",
    "vptq": "VPTQ",
}


#: Methods that store weights as integers or 8-bit floats, never as plain numbers.
_ALWAYS_CODES = frozenset(
    {"awq", "bitsandbytes", "bitsandbytes_4bit", "bitsandbytes_8bit", "fp8", "gptq", "hqq", "mxfp4"}
)
#: Ends of the names of tensors that stand beside codes.
_SCALES = (".weight_scale_inv", ".weight_scale", ".absmax", ".SCB", ".qzeros", ".g_idx")
_PLAIN = frozenset({"F16", "BF16", "F32", "F64"})


@dataclass(frozen=True)
class StoredQuantisation:
    """What `quantization_config` says. `method` is transformers' `quant_method`; `title` is what a person calls it."""

    method: str
    title: str
    config: Mapping[str, Any]

    @property
    def packages(self) -> tuple[str, ...]:
        """Packages that transformers needs for it, by the names that `import` takes; none where it does not know it."""
        return PACKAGES.get(self.method, ())

    @property
    def is_known(self) -> bool:
        """Whether transformers can open it at all."""
        return self.method in PACKAGES

    @property
    def missing(self) -> tuple[str, ...]:
        """Those of them that are not installed."""
        return tuple(name for name in self.packages if not _is_installed(name))


def stored_quantisation(config: Mapping[str, Any]) -> StoredQuantisation | None:
    """How a checkpoint is quantised; None where it is not.

    Args:
        config: the fields of its config.json.

    Raises:
        CheckpointError: a `quantization_config` that names no method.
    """
    stated = config.get("quantization_config")
    if stated is None and isinstance(inner := config.get("text_config"), Mapping):
        stated = inner.get("quantization_config")
    if not stated:
        return None
    method = _method(stated) if isinstance(stated, Mapping) else ""
    if not method:
        raise CheckpointError(
            "Its config.json has a quantization_config that names no method (quant_method).",
            fix="give the checkpoint it was made from, or write the method into config.json.",
        )
    return StoredQuantisation(method, _title(method, stated), stated)


def require_packages(config: Mapping[str, Any], name: str) -> StoredQuantisation | None:
    """As `stored_quantisation`, of weights that are to be opened; `name` says of what, in the error.

    Raises:
        CheckpointError: a package that transformers needs for it is not installed, or it does not know the method.
    """
    stored = stored_quantisation(config)
    if stored is not None and not stored.is_known:
        raise CheckpointError(
            f"The weights of '{name}' are quantised by {stored.title}, which transformers cannot open.",
            fix=f"{_WHOLE}.",
        )
    if stored is None or not stored.missing:
        return stored
    pip = " ".join(_PIP.get(package, package) for package in stored.missing)
    raise CheckpointError(
        f"The weights of '{name}' are quantised by {stored.title}, and the package "
        f"{' and '.join(stored.missing)} that opens them is not installed.",
        fix=f"{_WHOLE}; or have {pip} installed where this runs.",
        command_fix=f"{_WHOLE}; or run `pip install {pip}`.",
    )


def require_codes(stored: StoredQuantisation, dtypes: Collection[str], name: str) -> None:
    """Refuse weights that are no codes at all although config.json says so: the libraries fail only when they compute.

    Args:
        stored: what config.json says.
        dtypes: those of the tensors in the files, by the names of safetensors.
        name: of what, in the error.

    Raises:
        CheckpointError: nothing but plain floating-point tensors.
    """
    if stored.method in _ALWAYS_CODES and _PLAIN.issuperset(dtypes):
        raise CheckpointError(
            f"config.json says that the weights of '{name}' are quantised by {stored.title}, and their files hold no "
            f"codes, only {', '.join(sorted(dtypes))}.",
            fix="remove quantization_config from config.json, or fetch the files that belong to it.",
        )


def refuse_scales(tensors: Collection[str], name: str) -> None:
    """Refuse what belongs to quantised weights where config.json does not say how they are quantised.

    Raises:
        CheckpointError: with the tensor.
    """
    scale = next((tensor for tensor in sorted(tensors) if tensor.endswith(_SCALES)), None)
    if scale is not None:
        raise CheckpointError(
            f"The weights of '{name}' are quantised ('{scale}' belongs to codes), and config.json does not say how.",
            fix="put the config.json there that belongs to them, with its quantization_config.",
        )


def _method(stated: Mapping[str, Any]) -> str:
    """The name that transformers goes by; old bitsandbytes configs say only how many bits."""
    if stated.get("load_in_4bit") or stated.get("load_in_8bit"):
        return "bitsandbytes"
    method = stated.get("quant_method")
    return method if isinstance(method, str) else ""


def _title(method: str, stated: Mapping[str, Any]) -> str:
    if method.startswith("bitsandbytes"):
        bits = "4 bit" if stated.get("load_in_4bit") else "8 bit" if stated.get("load_in_8bit") else ""
        return f"bitsandbytes ({bits})" if bits else "bitsandbytes"
    return _TITLES.get(method, method)


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # of a package inside one that is not there
        return False
