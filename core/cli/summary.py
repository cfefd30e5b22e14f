"""`summary`: how a candidate is put together and what it costs, without loading it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from core.cli.options import Adapter, Candidate, Json, select
from core.cli.output import print_json, print_table, say
from core.cli.progress import busy
from core.errors import CheckpointError
from core.in_process import InProcessServices
from core.results import Architecture, Costs, View
from core.words import architecture as words
from core.words import sizes

As = Annotated[
    View, typer.Option("--as", help="As a classifier, with the language-model head (causal_lm), or the backbone alone.")
]
Tokens = Annotated[int, typer.Option("--tokens", metavar="T", min=1, help="Length of the text whose costs are shown.")]
Depth = Annotated[int, typer.Option("--depth", metavar="D", min=1, help="Levels of modules in torchinfo's table.")]


def summary(
    candidate: Candidate,
    adapter: Adapter = None,
    view: As = "classifier",
    tokens: Tokens = 2048,
    depth: Depth = 3,
    json: Json = False,
) -> None:
    """Parameters, modules, memory and FLOPs, also of a candidate whose weights are not here."""
    services = InProcessServices()
    selection = select(services.engine, candidate, adapter)
    with busy("putting the architecture together"):
        result = services.architectures.architecture(selection, view)
        spent = services.architectures.costs(selection, tokens, view)
    try:
        with busy("torchinfo's table"):
            text = services.architectures.layer_summary(selection, view, depth=depth)
    except CheckpointError as error:
        text = ""
        say(f"{error.problem} Its modules are told without that table.")
    if json:
        print_json({"candidate": selection.candidate, "adapter": selection.adapter, **_document(result, spent, text)})
        return
    say(words.SOURCES[result.source])
    print_table(("what", "number"), _facts(result), title=str(selection))
    if text:
        typer.echo(text)
    for tied in result.tied:
        say(f"torchinfo counts {' and '.join(tied.names)}, which are one tensor, each for itself.")
    _tell_costs(result, spent)
    for message in (result.remark, spent.flops_reason):
        if message:
            say(message)


def _facts(result: Architecture) -> list[tuple[str, str]]:
    sizes = result.sizes
    unused = result.parameters - result.used
    facts = [("parameters (tied weights once)", f"{result.used:,}")]
    parts = {"of these the base's": result.backbone, "of these low-rank factors": result.factors}
    parts |= {"of these pooler and head": result.head, "kept by PEFT besides, unused": unused}
    if result.view == "classifier":
        facts += [(name, f"{count:,}") for name, count in parts.items() if count]
    if result.tuning:
        facts.append((f"trained with {result.tuning}", f"{result.trained:,}"))
    facts += [(f"saved by {' = '.join(tied.names)}", f"{tied.saved:,}") for tied in result.tied]
    return [
        *facts,
        ("modules", f"{len(result.nodes):,}"),
        ("last module", result.last_module_name),
        ("layers", f"{sizes.layers:,}"),
        ("hidden size", f"{sizes.hidden_size:,}"),
        ("attention heads", f"{sizes.heads:,}"),
        ("key-value heads", f"{sizes.kv_heads:,}"),
        ("vocabulary", f"{sizes.vocabulary:,}"),
    ]


def _tell_costs(result: Architecture, spent: Costs) -> None:
    rows = [(row.dtype, *(_size(n) for n in (row.weights, row.full, row.lora))) for row in spent.memory]
    print_table(("weights in", "memory", "full fine-tuning", "LoRA"), rows, title="Memory, without activations")
    flops = spent.flops_per_token
    print_table(
        ("what", "number"),
        [
            (f"KV cache in {result.dtype}", _size(spent.kv_cache)),
            ("attention maps of all layers, float32", _size(spent.attention)),
            ("FLOPs a token, forward", "–" if flops is None else " ".join(sizes.operations(flops))),
        ],
        title=f"One text of {spent.tokens:,} tokens",
    )


def _size(count: int | None) -> str:
    return "–" if count is None else sizes.size(count)


def _document(result: Architecture, spent: Costs, text: str) -> dict[str, Any]:
    """The keys of `analyze_model` that need no weights stand under the same names."""
    plain = asdict(result)
    nodes = plain.pop("nodes")
    return {
        **plain,
        "named_modules": {node["path"]: node["kind"] for node in nodes},
        "modules": nodes,
        "freeze_map": list(result.cells),
        "costs": {**asdict(spent), "flops_per_token": spent.flops_per_token},
        "torchinfo": text,
    }
