"""`Quantisation`: in how few bits the backbone's linear layers are held in memory."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from core.config.strict_model import ClosedModel, suggest
from core.errors import ConfigError

Method = Literal["none", "bitsandbytes"]
CodeType = Literal["nf4", "fp4"]
ComputeType = Literal["float16", "bfloat16", "float32"]

#: Short names, for a YAML's one word and the command line: the fields that they stand for.
NAMED: dict[str, dict[str, Any]] = {
    "none": {},
    "int8": {"method": "bitsandbytes", "bits": 8},
    "nf4": {"method": "bitsandbytes"},
    "nf4-double": {"method": "bitsandbytes", "double_quantisation": True},
    "fp4": {"method": "bitsandbytes", "type": "fp4"},
    "fp4-double": {"method": "bitsandbytes", "type": "fp4", "double_quantisation": True},
}
#: Other words for the same.
_ALIASES = {
    "8bit": "int8",
    "8-bit": "int8",
    "bitsandbytes-8bit": "int8",
    "bitsandbytes-8-bit": "int8",
    "4bit": "nf4",
    "4-bit": "nf4",
    "bitsandbytes": "nf4",
    "bitsandbytes-4bit": "nf4",
    "bitsandbytes-4-bit": "nf4",
}
_OF_4_BITS = ("type", "double_quantisation", "compute_dtype")


class Quantisation(ClosedModel):
    """How the linear layers of a backbone are held; embeddings, norms, pooler and head stay in `torch_dtype`.

    With 4 bits (Dettmers et al. 2023, QLoRA) blocks of 64 weights share a scale, which `double_quantisation` keeps in
    8 bits too; products are computed in `compute_dtype` (None: float32). With 8 bits (Dettmers et al. 2022, LLM.int8)
    each row has a scale, inputs are rounded to 8 bits, and input columns with a value above `outlier_threshold` are
    computed in 16 bits; 0 turns that off.
    """

    method: Method = "none"
    bits: Literal[4, 8] = 4
    type: CodeType = "nf4"
    double_quantisation: bool = False
    compute_dtype: ComputeType | None = None
    outlier_threshold: Annotated[float, Field(ge=0)] = 6.0

    @model_validator(mode="before")
    @classmethod
    def _of_a_name(cls, data: Any) -> Any:
        if data is None or data is False:  # what YAML makes of `none` and `off`
            return {}
        return named(data) if isinstance(data, str) else data

    @model_validator(mode="after")
    def _check_fields(self) -> Self:
        """A field that would do nothing is refused by name."""
        idle: tuple[str, ...] = ()
        if self.method == "none":
            idle = ("bits", *_OF_4_BITS, "outlier_threshold")
        elif self.bits == 8:
            idle = _OF_4_BITS
        else:
            idle = ("outlier_threshold",)
        default = {name: field.default for name, field in type(self).model_fields.items()}
        wrong = next((name for name in idle if getattr(self, name) != default[name]), None)
        if wrong:
            bits = "method 'none'" if self.method == "none" else f"{self.bits} bits"
            fix = "set method to 'bitsandbytes', or " if self.method == "none" else ""
            raise ConfigError(f"quantisation.{wrong} has no effect with {bits}.", fix=f"{fix}remove '{wrong}'.")
        return self

    @property
    def is_used(self) -> bool:
        """Whether anything is quantised at load."""
        return self.method != "none"

    @property
    def name(self) -> str:
        """The short name of its codes: `nf4-double`; `none` where nothing is quantised."""
        if not self.is_used:
            return "none"
        if self.bits == 8:
            return "int8"
        return self.type + ("-double" if self.double_quantisation else "")


def named(name: str) -> dict[str, Any]:
    """The fields of a short name.

    Raises:
        ConfigError: no such name, with the nearest one.
    """
    lowered = name.strip().lower()
    fields = NAMED.get(_ALIASES.get(lowered, lowered))
    if fields is None:
        raise ConfigError(f"There is no quantisation '{name}'.", fix=suggest(name, NAMED))
    return fields


_TITLES = {
    "none": "whole weights",
    "int8": "8 bits (LLM.int8)",
    "nf4": "4 bits (NF4)",
    "nf4-double": "4 bits (NF4), scales quantised too",
    "fp4": "4 bits (FP4)",
    "fp4-double": "4 bits (FP4), scales quantised too",
}


def quantisation_title(name: str) -> str:
    """What a person reads for a short name; one that is not known stands for itself."""
    return _TITLES.get(name, name)


def quantisation_named(name: str) -> Quantisation:
    """As a person types it on the command line or picks it on a page.

    Raises:
        ConfigError: no such name.
    """
    return Quantisation(**named(name))
