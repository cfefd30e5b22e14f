"""One candidate: a base model, what it needs, and the adapters that go with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from core.config.base_model import BaseModelConfig
from core.config.example import ExampleEntry
from core.config.families import FAMILIES, Family
from core.config.hub_name import split_revision
from core.config.strict_model import ClosedModel
from core.errors import ConfigError

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
Count = Annotated[int, Field(ge=1)]

#: What is put around a text before it is read: nothing, or the tokenizer's own template with the text as a user's turn.
#: The same as `core.results.ChatTemplate`, which brings numpy: looking for files must stay light.
ChatTemplate = Literal["none", "user"]


class ArchitectureNumbers(ClosedModel):
    """The sizes that a config.json states, so that needs are known before any file is fetched."""

    hidden_size: Count
    num_hidden_layers: Count
    num_attention_heads: Count
    num_key_value_heads: Count
    head_dim: Count
    intermediate_size: Count
    vocab_size: Count
    max_position_embeddings: Count
    sliding_window: Count | None = None
    tie_word_embeddings: bool = False


class AdapterEntry(ClosedModel):
    """An adapter of a candidate: a PEFT folder (or Hub id), and texts to try it on.

    `revision` is the branch, tag or commit of an adapter on the Hub; `path: org/name@revision` says the same.
    """

    id: Identifier
    path: Annotated[str, Field(min_length=1)]
    revision: str | None = None
    title: str = ""
    summary: str = ""
    examples: tuple[ExampleEntry, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _split_revision(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("path"), str):
            return data
        path, revision = _split(data["path"], data.get("revision"), "AdapterEntry")
        return {**data, "path": path, "revision": revision}


class CandidateConfig(ClosedModel):
    """What one YAML of the catalogue says.

    Paths that begin with `./` or `../` are relative to the YAML file. `revision` is the base model's branch, tag or
    commit on the Hub; `pretrained_model_name_or_path: org/name@revision` says the same. `chat_template` says whether
    texts are put into the tokenizer's chat template (`user`: as what a user says) or read as they are (`none`).
    `stored_bytes` is the size of the files that a load fetches from the Hub.
    """

    id: Identifier
    title: str = ""
    role: Literal["demo", "candidate", "teacher", "own"] = "own"
    summary: str = ""
    licence: str = ""
    url: str = ""
    gated: bool = False
    base_model: BaseModelConfig
    revision: str | None = None
    architecture: ArchitectureNumbers | None = None
    parameters: Count | None = None
    stored_bytes: Count | None = None
    max_tokens: Annotated[int, Field(ge=2)] | None = None
    chat_template: ChatTemplate | None = None
    adapters: tuple[AdapterEntry, ...] = ()
    examples: tuple[ExampleEntry, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _split_revision(cls, data: Any) -> Any:
        base = data.get("base_model") if isinstance(data, dict) else None
        key = "pretrained_model_name_or_path"
        fields = base.model_dump() if isinstance(base, BaseModelConfig) else base
        if not isinstance(fields, dict) or not isinstance(fields.get(key), str):
            return data
        name, revision = _split(fields[key], data.get("revision"), "CandidateConfig")
        base = base if name == fields[key] else {**fields, key: name}
        return {**data, "base_model": base, "revision": revision}

    @model_validator(mode="after")
    def _check_adapters(self) -> Self:
        ids = [a.id for a in self.adapters]
        twice = next((i for i in ids if ids.count(i) > 1), None)
        if twice:
            raise ConfigError(f"Candidate '{self.id}' has two adapters '{twice}'.", fix="give each its own id.")
        return self

    @property
    def name(self) -> str:
        """What a person reads."""
        return self.title or self.id

    def relative_to(self, folder: Path) -> CandidateConfig:
        """The same candidate with `./` and `../` paths made absolute from `folder`."""
        data: dict[str, Any] = self.model_dump()
        base = data["base_model"]
        base["pretrained_model_name_or_path"] = _anchor(base["pretrained_model_name_or_path"], folder)
        if base["pretrained_adapter_path"]:
            base["pretrained_adapter_path"] = _anchor(base["pretrained_adapter_path"], folder)
        for adapter in data["adapters"]:
            adapter["path"] = _anchor(adapter["path"], folder)
        return CandidateConfig(**data)


def _split(name: str, revision: Any, field: str) -> tuple[str, Any]:
    """Name and revision apart; a revision that is not even text is left for the field's own check."""
    if revision is not None and not isinstance(revision, str):
        return name, revision
    return split_revision(name, revision, field)


def _anchor(path: str, folder: Path) -> str:
    return str((folder / path).resolve()) if path.startswith(("./", "../")) else path


def parameter_count(numbers: ArchitectureNumbers, family: Family) -> int | None:
    """Parameters with the language-model head, tied weights once; None where the family is not known.

    The sum over embedding, attention, gated MLP and norms as the transformers classes define them
    (Gemma 2 has four norms a layer, the others two; none has biases).
    """
    norms_a_layer = FAMILIES[family].norms
    if norms_a_layer is None:
        return None
    n = numbers
    attention = n.hidden_size * n.head_dim * 2 * (n.num_attention_heads + n.num_key_value_heads)
    norms = norms_a_layer * n.hidden_size
    layer = attention + 3 * n.hidden_size * n.intermediate_size + norms
    embeddings = n.vocab_size * n.hidden_size * (1 if n.tie_word_embeddings else 2)
    return embeddings + n.num_hidden_layers * layer + n.hidden_size


def backbone_parameter_count(numbers: ArchitectureNumbers, family: Family) -> int | None:
    """Parameters without the language-model head: what a classifier loads."""
    total = parameter_count(numbers, family)
    if total is None or numbers.tie_word_embeddings:
        return total
    return total - numbers.vocab_size * numbers.hidden_size
