"""Architectures without modules."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from core.architecture.costs import costs
from core.errors import NotFoundError
from core.results import (
    Architecture,
    Availability,
    Costs,
    ModuleNode,
    Selection,
    Sizes,
    Status,
    TiedWeights,
    Tuning,
    View,
)
from core.services import Architectures
from tests.fakes.catalogue import HEADS, LAYERS, LONGEST, WIDTH
from tests.fakes.engine import FakeEngine

RANK, VOCABULARY = 2, 320
#: Weights inside of a layer, by their module.
INSIDE = {"self_attn.q_proj": (WIDTH, WIDTH), "mlp.down_proj": (WIDTH, 2 * WIDTH), "input_layernorm": (WIDTH,)}


class FakeArchitectures:
    """Every candidate is put together alike; what is missing altogether is refused."""

    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine

    def architecture(
        self, selection: Selection, view: View = "classifier", tuning: Tuning = "lora", num_labels: int | None = None
    ) -> Architecture:
        candidate = self._engine.summary(selection.candidate)
        if candidate.availability is Availability.MISSING:
            raise NotFoundError(candidate.message, fix="put its files there, or write its numbers into its YAML.")
        adapted = view == "classifier" and (selection.adapter is not None or tuning == "lora")
        whole = view == "classifier" and not adapted
        leaves = list(_leaves(view, num_labels or 2, adapted=adapted, whole=whole))
        nodes = _tree(leaves)
        factors = sum(leaf.trained for leaf in leaves if leaf.status == "adapted")
        return Architecture(
            name=candidate.title,
            view=view,
            source="numbers" if candidate.availability is Availability.ON_HUB else "folder",
            tuning=("all of it" if whole else f"the adapter '{selection.adapter or 'new'}'")
            if view == "classifier"
            else "",
            dtype="float32",
            nodes=nodes,
            parameters=nodes[0].total,
            base_parameters=nodes[0].total - factors,
            factors=factors,
            trained=nodes[0].trained,
            tied=(TiedWeights(("embed_tokens.weight", "lm_head.weight"), VOCABULARY * WIDTH),) * (view == "causal_lm"),
            last_module_name=nodes[-1].path,
            sizes=_sizes(factors, num_labels or 2),
        )

    def costs(
        self,
        selection: Selection,
        tokens: int,
        view: View = "classifier",
        tuning: Tuning = "lora",
        num_labels: int | None = None,
    ) -> Costs:
        return costs(self.architecture(selection, view, tuning, num_labels), tokens)

    def layer_summary(
        self,
        selection: Selection,
        view: View = "classifier",
        tuning: Tuning = "lora",
        num_labels: int | None = None,
        depth: int = 4,
    ) -> str:
        nodes = self.architecture(selection, view, tuning, num_labels).nodes
        return "\n".join(f"{'  ' * n.depth}{n.kind}: {n.total:,}" for n in nodes if n.depth <= depth)


def _sizes(factors: int, labels: int) -> Sizes:
    matrix = LAYERS * sum(prod(shape) for shape in INSIDE.values() if len(shape) > 1)
    return Sizes(
        hidden_size=WIDTH,
        heads=HEADS,
        kv_heads=HEADS // 2,
        head_dim=WIDTH // HEADS,
        vocabulary=VOCABULARY,
        positions=16 * LONGEST,
        windows=(None, LONGEST) * (LAYERS // 2),
        cached=True,
        token_matrix=matrix + factors,
        text_matrix=WIDTH * labels,
        layer_matrix=matrix,
        layer_rows=2 * LAYERS * WIDTH,
        dense=True,
    )


def _leaves(view: View, labels: int, *, adapted: bool, whole: bool) -> Iterator[ModuleNode]:
    """Modules that hold weights, in the order of the model."""
    plain: Status = "trained" if whole else "frozen"
    yield _leaf("embed_tokens", "Embedding", (VOCABULARY, WIDTH), plain)
    for layer in range(LAYERS):
        for name, shape in INSIDE.items():
            kind = "Linear" if len(shape) > 1 else "RMSNorm"
            yield _leaf(f"layers.{layer}.{name}", kind, shape, "adapted" if adapted and len(shape) > 1 else plain)
    if view == "classifier":
        yield _leaf("score", "Linear", (labels, WIDTH), "trained")
    if view == "causal_lm":
        yield _leaf("lm_head", "Linear", (0, WIDTH), "empty")


def _leaf(path: str, kind: str, shape: tuple[int, ...], status: Status) -> ModuleNode:
    factors = RANK * sum(shape) if status == "adapted" else 0
    own = prod(shape)
    trained = own if status == "trained" else factors
    weights = (("weight", shape),)
    depth = path.count(".") + 1
    dtype = "float32" if own else ""
    return ModuleNode(path, kind, depth, own, own + factors, trained, dtype, weights, status, unit=own > 0)


def _tree(leaves: list[ModuleNode]) -> tuple[ModuleNode, ...]:
    """With the modules around them, each before what it holds."""
    nodes = {"": _around("", leaves)}
    for leaf in leaves:
        parts = leaf.path.split(".")
        for i in range(1, len(parts)):
            path = ".".join(parts[:i])
            nodes.setdefault(path, _around(path, [n for n in leaves if n.path.startswith(f"{path}.")]))
        nodes[leaf.path] = leaf
    return tuple(nodes.values())


def _around(path: str, inside: list[ModuleNode]) -> ModuleNode:
    total, trained = sum(n.total for n in inside), sum(n.trained for n in inside)
    status: Status = "frozen" if not trained else "trained" if trained == total else "partly trained"
    kind = "ModuleList" if path == "layers" else "DecoderLayer" if path else "FakeModel"
    return ModuleNode(path, kind, path.count(".") + 1 if path else 0, 0, total, trained, "float32", (), status)


_: type[Architectures] = FakeArchitectures
