"""How a model is put together, what of it is trained, and what it costs. Nothing here needs its weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

#: As what a candidate is looked at.
View = Literal["classifier", "causal_lm", "backbone"]
#: Where the architecture was read: the model in memory, its folder's config, or the catalogue's numbers alone.
Source = Literal["memory", "folder", "numbers"]
#: How a candidate without an adapter would be trained.
Tuning = Literal["lora", "full"]
#: `adapted`: a frozen weight with a trained low-rank update; `empty`: no parameters.
Status = Literal["frozen", "adapted", "partly trained", "trained", "empty"]
#: How `tuning` begins where a candidate without an adapter is shown with one that it would be given.
NEW_ADAPTER = "a new LoRA adapter"


@dataclass(frozen=True)
class ModuleNode:
    """One module of a model; a tree is a tuple of them, each after its parent.

    Attributes:
        path: its name in the model, "" for the model itself.
        kind: its class.
        own: parameters that it holds itself; a tied weight counts where it stands first.
        total: with those of all modules below it.
        trained: how many of `total` training changes.
        dtype: torch's name; "mixed" where there are several, "" without parameters.
        shapes: its own weights by name, tied ones included.
        unit: whether the freeze map shows it as one: what holds parameters, with an adapter's factors inside it.
    """

    path: str
    kind: str
    depth: int
    own: int
    total: int
    trained: int
    dtype: str
    shapes: tuple[tuple[str, tuple[int, ...]], ...]
    status: Status
    unit: bool = False

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition(".")[2]

    @property
    def parent(self) -> str:
        """The path of the module around it."""
        return self.path.rpartition(".")[0]


@dataclass(frozen=True)
class TiedWeights:
    """Names under which a model holds one and the same tensor."""

    names: tuple[str, ...]
    parameters: int

    @property
    def saved(self) -> int:
        """Parameters that are not held again."""
        return self.parameters * (len(self.names) - 1)


@dataclass(frozen=True)
class FreezeCell:
    """One module of the freeze map. `layer` is None outside the layers, where `module` is its whole path."""

    layer: int | None
    module: str
    path: str
    status: Status
    parameters: int
    trained: int


@dataclass(frozen=True)
class Sizes:
    """The numbers that costs follow from.

    Attributes:
        windows: for each layer the sliding window in tokens, or None where it sees everything.
        cached: whether text generation can keep keys and values: not where tokens see later ones.
        token_matrix: numbers in the matrices that every token is multiplied with, adapter and pooler included.
        text_matrix: numbers in those that a text is multiplied with once: the head after the pooler.
        layer_matrix: numbers in the layers' own matrices, which quantisation shrinks; `layer_rows` their rows.
        dense: False where not every token goes through every matrix (experts), so that FLOPs are not known.
    """

    hidden_size: int
    heads: int
    kv_heads: int
    head_dim: int
    vocabulary: int
    positions: int
    windows: tuple[int | None, ...]
    cached: bool
    token_matrix: int
    text_matrix: int
    layer_matrix: int
    layer_rows: int
    dense: bool

    @property
    def layers(self) -> int:
        """Number of transformer layers."""
        return len(self.windows)


@dataclass(frozen=True)
class Architecture:
    """A candidate from the outside.

    Attributes:
        name: what a person calls it.
        tuning: in words, what trains it: its adapter, a new one, or nothing but the whole.
        dtype: of its weights.
        parameters: all that are held, tied ones once; an adapter's and PEFT's copy of a replaced head included.
        base_parameters: without an adapter's factors and PEFT's copies: what full fine-tuning would train.
        factors: an adapter's low-rank factors.
        head: those of pooler and head, without PEFT's copies.
        trained: how many training changes.
        last_module_name: the last of the named modules.
        remark: what a person should know of how it would be trained; else empty.
    """

    name: str
    view: View
    source: Source
    tuning: str
    dtype: str
    nodes: tuple[ModuleNode, ...]
    parameters: int
    base_parameters: int
    factors: int
    trained: int
    tied: tuple[TiedWeights, ...]
    last_module_name: str
    sizes: Sizes
    remark: str = ""
    head: int = 0

    @property
    def used(self) -> int:
        """Parameters that a pass goes through: without PEFT's copies."""
        return self.base_parameters + self.factors

    @property
    def backbone(self) -> int:
        """Those of the base without pooler and head: what Candidates calls the base's parameters."""
        return self.base_parameters - self.head

    @cached_property
    def cells(self) -> tuple[FreezeCell, ...]:
        """The freeze map: every module that holds parameters, in the order of the model."""
        return tuple(_cells(self.nodes))

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules inside the layers, in the order of the first layer that has them."""
        return tuple(dict.fromkeys(c.module for c in self.cells if c.layer is not None))

    @property
    def replaced(self) -> Counter[str]:
        """By path, parameters that PEFT keeps of what an adapter replaced whole: nothing uses them."""
        held = [(n.own, (n.path, *_around(n.path))) for n in self.nodes if "original_module" in n.path.split(".")]
        return sum((Counter(dict.fromkeys(paths, own)) for own, paths in held), Counter())

    def found(self, words: str, depth: int | None = None) -> tuple[ModuleNode, ...]:
        """Modules whose path or class holds the words, and those around them; without words, those up to a depth."""
        if not (requested := words.strip().lower()):
            return tuple(n for n in self.nodes if depth is None or n.depth <= depth)
        hits = {n.path for n in self.nodes if requested in n.path.lower() or requested in n.kind.lower()}
        around = {path for hit in hits for path in _around(hit)}
        return tuple(n for n in self.nodes if n.path in hits or n.path in around)


def _around(path: str) -> Iterator[str]:
    while path:
        path = path.rpartition(".")[0]
        yield path


def _cells(nodes: tuple[ModuleNode, ...]) -> Iterator[FreezeCell]:
    for node in nodes:
        if not node.unit:
            continue
        parts = node.path.split(".")
        number = next((i for i, part in enumerate(parts) if part.isdigit()), None)
        layer = None if number is None else int(parts[number])
        module = node.path if number is None else ".".join(parts[number + 1 :]) or node.name
        yield FreezeCell(layer, module, node.path, node.status, node.total, node.trained)
