"""What several commands ask for: a candidate, an adapter, JSON; and the selection that comes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, cast

import typer

from core.cli.output import say
from core.cli.progress import loaded
from core.config.quantisation import NAMED
from core.results import ChatTemplate, CheckStatus, LoadedModel, Selection
from core.services import Engine
from core.words.untrained_head import refusal

NO_ADAPTER = "none"

#: Weights on this machine, whether they can be loaded or not.
Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="A candidate, a folder (sharded or not, also an adapter's), a file, "
        "or a Hub id (organisation/model, with @revision if need be) whose weights are here.",
    ),
]
Candidate = Annotated[
    str,
    typer.Argument(
        metavar="CANDIDATE",
        help="A catalogue id, a YAML file, a local folder or a Hub id; "
        "a branch, tag or commit stands behind it (organisation/model@revision).",
    ),
]
Adapter = Annotated[
    str | None,
    typer.Option(
        "--adapter",
        metavar="A",
        help=f"An adapter's id, a folder or a Hub id (also with @revision); '{NO_ADAPTER}' for the base model alone. "
        "Default: the catalogue's first adapter of the candidate.",
    ),
]
UseChatTemplate = Annotated[
    bool | None,
    typer.Option(
        "--chat-template/--no-chat-template",
        help="Read each text in the tokenizer's chat template, as what a user says; or as it is, though there is one. "
        "Default: as the candidate's YAML says, else as it is.",
    ),
]
Quantised = Annotated[
    str | None,
    typer.Option(
        "--quantisation",
        metavar="Q",
        help="Hold the backbone's linear layers in fewer bits: "
        + ", ".join(NAMED)
        + ". Default: as the candidate says.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]
Input = Annotated[
    Path | None,
    typer.Option("--input", metavar="F", help="A .csv, .tsv, .parquet or .jsonl file of texts."),
]
TextColumn = Annotated[
    str | None,
    typer.Option("--text-column", metavar="C", help="The column of the texts. Default: 'text', or the only one."),
]


UntrainedHead = Annotated[
    bool,
    typer.Option(
        "--untrained-head",
        help="Answer also where the head has random start values; every verdict is marked as random.",
    ),
]


def select(
    engine: Engine,
    candidate: str,
    adapter: str | None,
    chat_template: bool | None = None,
    quantisation: str | None = None,
    *,
    untrained_head: bool = False,
) -> Selection:
    """The selection that was asked for; where a catalogue's adapter is chosen for the person, it is said.

    `quantisation` is a short name; None is what the candidate says.

    Raises:
        NotFoundError: no such candidate or adapter.
        ConfigError: no such quantisation.
    """
    selection = _select(engine, candidate, adapter, chat_template)
    selection = replace(selection, untrained_head=untrained_head)
    return selection if quantisation is None else engine.quantised(selection, quantisation)


def _select(engine: Engine, candidate: str, adapter: str | None, chat_template: bool | None) -> Selection:
    chosen = {None: None, True: "user", False: "none"}[chat_template]
    selection = engine.resolve(candidate, None if adapter == NO_ADAPTER else adapter)
    selection = replace(selection, chat_template=cast(ChatTemplate | None, chosen))
    offered = [a.id for a in engine.candidate(selection.candidate).adapters]
    if adapter is not None or not offered:
        return selection
    if len(offered) > 1:
        say(f"Using the adapter '{offered[0]}'; --adapter chooses among {', '.join(offered)}.")
    return replace(selection, adapter=offered[0])


def load(engine: Engine, selection: Selection) -> LoadedModel:
    """Load for verdicts, and tell what a person should know of its health.

    Raises:
        UntrainedHeadError: its head is untrained, and the selection does not ask for it.
    """
    model = loaded(engine, selection)
    if not model.answers(selection):
        raise refusal(model)
    for check in model.health.checks:
        if check.status is CheckStatus.WARNING:
            fix = check.command_fix or check.fix
            say(f"Warning: {check.message}" + (f" Fix: {fix}" if fix else ""))
    return model
