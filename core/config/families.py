"""What a `model_type` means, and what is known of each family without torch: the light half of the table of families.

Pages, configs and the catalogue need no more than this. How the modules of a family are built, and by which rules any
other architecture is looked at, stands in `core.model.families`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from core.config.adapter import DEFAULT_TARGETS

Family = Literal["llama", "gemma2", "mistral", "vanilla"]

ModelType = Literal[
    "vanilla",
    "llama",
    "llama-bidirectional",
    "gemma2",
    "gemma2-bidirectional",
    "mistral",
    "mistral-bidirectional",
    "gemma2-9b-it",
    "gemma2-9b-it-bidirectional",
    "gemma2-27b-it",
    "llama3-8b-it",
    "llama3-8b-it-bidirectional",
    "llama3.1-8b-it",
    "vicuna-7b-v1.5",
    "mistral-7b-v0.1",
    "mistral-nemo-instruct-2407",
    "mistral-small-24b-instruct-2501",
    "yi-1.5-34b-chat",
]
MODEL_TYPES: tuple[ModelType, ...] = get_args(ModelType)

#: The field of a transformers config that lifts the causal mask of every layer where it is False.
MASK_FIELD = "is_causal"
#: What our own configs put before a family's name; see `core.model.pooled_config`.
PREFIX = "pooled_"
_BIDIRECTIONAL = "-bidirectional"


@dataclass(frozen=True)
class FamilyEntry:
    """One row.

    Attributes:
        name: transformers' model_type, and a member of `Family`; "vanilla" stands for all that have no row. Its
            `model_types` are members of `ModelType`.
        title: what a person reads.
        prefixes: of the model types that mean it. Vicuna and Yi are Llama architectures.
        dropouts: fields that the architecture really reads. BERT's two names do nothing on a decoder.
        targets: modules that LoRA adapts unless somebody says otherwise.
        norms: in a layer, for counting parameters; None where numbers do not tell them.
        counted_as: the model_type whose config takes the numbers of a YAML; its own name where empty.
        lacks: numbers of a YAML that this config does not have; left in, they would mean something else.
        can_lift: the causal mask can be lifted by name (`llama-bidirectional`).
    """

    name: Family
    title: str
    prefixes: tuple[str, ...]
    dropouts: frozenset[str] = frozenset({"attention_dropout"})
    targets: tuple[str, ...] | str = DEFAULT_TARGETS
    norms: int | None = 2
    counted_as: str = ""
    lacks: tuple[str, ...] = ()
    can_lift: bool = True

    @property
    def model_types(self) -> tuple[str, ...]:
        """Its own name as a person can choose it, and that of the lifted mask."""
        return (self.name, self.name + _BIDIRECTIONAL)[: 1 + self.can_lift]


FAMILIES: dict[Family, FamilyEntry] = {
    entry.name: entry
    for entry in (
        FamilyEntry("llama", "Llama", ("llama", "vicuna", "yi"), lacks=("sliding_window",)),
        FamilyEntry("gemma2", "Gemma 2", ("gemma2",), norms=4),
        FamilyEntry("mistral", "Mistral", ("mistral",)),
        FamilyEntry(
            "vanilla",
            "any other (AutoModel)",
            (),
            dropouts=frozenset({"attention_dropout", "attention_probs_dropout_prob", "hidden_dropout_prob"}),
            targets="all-linear",
            norms=None,
            counted_as="bert",
            lacks=("sliding_window", "num_key_value_heads", "head_dim"),
            can_lift=False,
        ),
    )
}


def not_named(entries: Iterable[FamilyEntry]) -> list[str]:
    """What rows need and the Literals above do not have, in words; empty where all is well."""
    rows = list(entries)
    return [
        *(f"'{row.name}' is not a Family" for row in rows if row.name not in get_args(Family)),
        *(f"'{kind}' is not a ModelType" for row in rows for kind in row.model_types if kind not in MODEL_TYPES),
    ]


_STRAY = not_named(FAMILIES.values())
assert not _STRAY, f"FAMILIES: {'; '.join(_STRAY)}. Add them to the Literals at the top of core/config/families.py."

#: Families whose configs tie the language-model head to the embeddings without saying so.
TIED = frozenset({"gemma", "gemma2", "gemma3", "gemma3_text"})


@dataclass(frozen=True)
class Architecture:
    """What a `model_type` stands for."""

    family: Family
    bidirectional: bool


def architecture_of(model_type: ModelType) -> Architecture:
    """The family behind a name, and whether its mask is lifted; `vanilla` keeps its own mask."""
    for entry in FAMILIES.values():
        if entry.prefixes and model_type.startswith(entry.prefixes):
            return Architecture(entry.name, model_type.endswith(_BIDIRECTIONAL))
    return Architecture("vanilla", False)


def model_types(bidirectional: bool | None = None) -> dict[ModelType, str]:
    """The names that a person can choose for a folder of their own, with titles; those of one mask if it is given."""
    names: dict[ModelType, str] = {}
    for entry in FAMILIES.values():
        for lifted in (False, True)[: 1 + entry.can_lift]:
            if bidirectional in (None, lifted):
                names[_named(entry.name, lifted)] = entry.title + (", bidirectional" if lifted else "")
    return names


def family_named(kind: str) -> Family:
    """The row of transformers' or our own model_type: `pooled_llama` -> `llama`; "vanilla" where it has none."""
    plain = kind.removeprefix(PREFIX)
    return next((name for name in FAMILIES if name == plain), "vanilla")


def model_type_for(config: Mapping[str, Any], bidirectional: bool = False) -> ModelType:
    """The plain name for a config.json; bidirectional if it is, or if so asked and the family can."""
    family = family_named(str(config.get("model_type", "")))
    return _named(family, FAMILIES[family].can_lift and (bidirectional or lifts_mask(config)))


def lifts_mask(config: Any) -> bool:
    """Whether a config (transformers', or a config.json that was read) lifts the causal mask."""
    value = config.get(MASK_FIELD) if isinstance(config, Mapping) else getattr(config, MASK_FIELD, None)
    return value is False


def lifting(bidirectional: bool) -> dict[str, Any]:
    """The fields that lift the mask, for a config that is being built; none where it stays."""
    return {MASK_FIELD: False} if bidirectional else {}


def mask_in_words(kind: str, window: int | None) -> str:
    """`causal`, `bidirectional` or "the model's own", and how far a token sees."""
    return f"{kind}, sliding window {window}" if window else kind


def stated_mask(architecture: Architecture, window: int | None) -> str:
    """The mask as a candidate's name tells it, before its files are read; `core.model.families.mask_of` knows more."""
    if architecture.bidirectional:
        return "bidirectional"
    return "the model's own" if architecture.family == "vanilla" else mask_in_words("causal", window)


def _named(family: Family, bidirectional: bool) -> ModelType:
    requested = family + (_BIDIRECTIONAL if bidirectional else "")
    return next(name for name in MODEL_TYPES if name == requested)
