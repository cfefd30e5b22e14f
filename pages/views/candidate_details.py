"""What is known of a candidate, as HTML: sizes, needs, where it comes from, whether it is healthy."""

from __future__ import annotations

import html
from urllib.parse import urlparse

from core.config.components import head_title, pooler_title
from core.results import (
    AdapterSummary,
    Availability,
    CandidateSummary,
    CheckStatus,
    HealthReport,
    LoadedModel,
    Requirements,
    Selection,
)
from core.words import durations, numbers, stated_results
from core.words import health as health_words
from core.words import model_size as words
from core.words.outputs import noun
from core.words.sizes import size
from core.words.untrained_head import MARK
from pages.ui.markup import NO_BREAK, facts, note, sentence, text
from pages.ui.server_paths import hidden

_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
_TEMPLATES = {"none": "there, not applied", "user": "applied"}
_KIND = {
    CheckStatus.PASSED: ("hl-passed", "passed"),
    CheckStatus.NOTE: ("hl-notekind", "note"),
    CheckStatus.WARNING: ("hl-warning", "warning"),
    CheckStatus.REFUSED: ("hl-refused", "refused"),
}


def caption(candidate: CandidateSummary, *, loaded: bool) -> str:
    """How large its base is, and whether it can be loaded: below its name in the list."""
    parameters = f"{numbers.count(candidate.parameters)} parameters" if candidate.parameters else "size not known"
    misfits = sum(adapter.problem is not None for adapter in candidate.adapters)
    state = "in memory" if loaded else candidate.availability.value
    if misfits and candidate.availability is Availability.READY:
        some = f"{state}, {misfits} of {len(candidate.adapters)} adapters {'does' if misfits == 1 else 'do'} not fit"
        state = some if len(candidate.adapters) > 1 else f"its adapter {Availability.UNFIT.value}"
    return f"{parameters} · {state}"


def head(candidate: CandidateSummary, selection: Selection, *, untrained_head: bool = False) -> str:
    """Name, summary, what it is and where it comes from; its adapters, each with its state; its sizes.

    `untrained_head`: what a load has found out about the chosen pair.
    """
    mask = "its own mask" if candidate.mask == "the model's own" else candidate.mask
    tags = [candidate.role, mask, candidate.licence, "gated: needs an accepted licence" * candidate.gated]
    if candidate.role == "own":
        tags[0] = "shared by all who use this server"
    labels = "".join(f'<span class="hl-tag">{text(tag)}</span>' for tag in tags if tag)
    if untrained_head:
        state = '<span class="hl-tag hl-warning">untrained head</span>'
    else:
        state = _pill(_state(candidate, selection))
    summary = f"<p>{text(candidate.summary)}</p>" if candidate.summary else ""
    parts = (
        f"<h2>{text(candidate.title or candidate.id)}</h2>",
        f'<div class="hl-tags">{state}{labels}</div>',
        f"{summary}{_source(candidate)}",
        facts(_sizes(candidate, selection), stacked=True),
        f"{_counted(candidate, selection)}{_adapters(candidate, selection)}",
    )
    return f'<section class="hl-card">{"".join(parts)}</section>'


def _state(candidate: CandidateSummary, selection: Selection) -> Availability:
    """Of the chosen pair: the adapter's on this base, where there is one that stands in the way."""
    adapter = next((a for a in candidate.adapters if a.id == selection.adapter), None)
    if adapter is None or candidate.availability in (Availability.MISSING, Availability.ON_HUB):
        return candidate.availability
    return adapter.state


def _pill(state: Availability) -> str:
    style = {Availability.READY: " hl-on", Availability.UNFIT: " hl-refused", Availability.MISSING: " hl-warning"}
    return f'<span class="hl-tag{style.get(state, "")}">{text(state.value)}</span>'


def _adapters(candidate: CandidateSummary, selection: Selection) -> str:
    """Each adapter with its state on this base, and how good it is; why the chosen one does not fit is said below."""
    rows = [f"<li><span>{_adapter(a, chosen=a.id == selection.adapter)}</span></li>" for a in candidate.adapters]
    return f'<ul class="hl-adapters">{"".join(rows)}</ul>' if rows else ""


def _adapter(adapter: AdapterSummary, *, chosen: bool) -> str:
    problem = adapter.problem.problem if adapter.problem is not None else adapter.message
    why = hidden(problem) if adapter.state is not Availability.READY and not chosen else ""
    name = f"<strong>{text(adapter.title or adapter.id)}</strong> {_pill(adapter.state)}"
    said = why or stated_results.leading(adapter.stated)
    return f'{name} <span class="hl-muted">{text(said)}</span>' if said else name


def _source(candidate: CandidateSummary) -> str:
    link = ""
    if urlparse(candidate.url).scheme in ("http", "https"):
        link = f' · <a href="{html.escape(candidate.url)}" target="_blank" rel="noopener noreferrer">Model card</a>'
    source = f"{candidate.source} @ {candidate.revision}" if candidate.revision else hidden(candidate.source)
    return f'<p class="hl-source">{text(source)}{link}</p>'


def _counted(candidate: CandidateSummary, selection: Selection) -> str:
    """What the numbers above count; nothing where none is known."""
    if not candidate.parameters:
        return ""
    adapter = next((a for a in candidate.adapters if a.id == selection.adapter), None)
    read = candidate.tokens_read(selection.adapter)
    has_adapter = adapter is not None and adapter.parameters is not None
    return note(words.counted(read, candidate.max_tokens, has_adapter=has_adapter))


def _sizes(candidate: CandidateSummary, selection: Selection) -> list[tuple[str, str, str]]:
    """Numbers of the base, and how much of a text the chosen pair reads."""
    rows = [("Layers", candidate.layers, ""), ("Hidden size", candidate.hidden_size, "")]
    adapter = next((a for a in candidate.adapters if a.id == selection.adapter), None)
    read = candidate.tokens_read(selection.adapter)
    parameters = [("Parameters", *words.base(candidate.parameters))] if candidate.parameters else []
    if adapter is not None and adapter.parameters:
        parameters.append(("Adapter", *words.adapter(adapter.parameters)))
    if candidate.stored_bytes:
        parameters.append(("Base on disk", size(candidate.stored_bytes), ""))
    longest = [("Longest text", f"{read:,}", "tokens")] if read else []
    return parameters + [(name, f"{value:,}", unit) for name, value, unit in rows if value] + longest


def needs(requirements: Requirements) -> str:
    """Memory by dtype; the one that will be used in bold, with what loading takes at its highest."""
    if not requirements.weights:
        return note("Its weights are in memory already, with another pair of the same base.")
    used = requirements.dtype
    by_dtype = {name: requirements.parameters * width for name, width in _BYTES.items()}
    by_dtype[used] = requirements.weights
    rows = "".join(
        f'<tr class="{"hl-used" if name == used else ""}"><td>{name}{" (used)" if name == used else ""}</td>'
        f'<td class="hl-right">{size(width).replace(" ", NO_BREAK)}</td></tr>'
        for name, width in by_dtype.items()
    )
    fits = "fits in" if requirements.fits else "is more than"
    return (
        f'<table class="hl-table"><thead><tr><th>Weights in</th><th class="hl-right">Memory</th></tr></thead>'
        f'<tbody>{rows}</tbody></table><p class="hl-note">Loading takes {size(requirements.peak)} '
        f"at its highest: it {fits} the {size(requirements.available)} free on {text(requirements.device)}.</p>"
    )


def in_memory(model: LoadedModel, name: str) -> str:
    """One line of the list of what is in memory."""
    return f'<p>{text(name)} <span class="hl-muted">{size(model.bytes).replace(" ", NO_BREAK)}</span>{_mark(model)}</p>'


def loaded(model: LoadedModel) -> str:
    """What is in memory, and how it is put together."""
    task = model.problem_type.replace("_", " ").removesuffix(" classification")
    return facts(
        [
            ("In memory", size(model.bytes), f"{words.held(model)}, {_held(model)} on {model.device}"),
            ("Pooler", pooler_title(model.pooler), ""),
            ("Head", head_title(model.head), "untrained: random" if model.untrained_head else ""),
            ("Task", task, f"{len(model.labels):,} {noun(model.problem_type, len(model.labels))}"),
            *([("Chat template", _TEMPLATES[model.chat_template], "")] if model.chat_template else []),
            ("Loaded in", durations.duration(model.load_seconds), ""),
        ],
        stacked=True,
    )


def _held(model: LoadedModel) -> str:
    """The type of its weights; of a quantised one its codes, and the type of the rest."""
    return model.dtype if model.quantisation == "none" else f"{model.quantisation} and {model.dtype}"


def _mark(model: LoadedModel) -> str:
    return f' <em class="hl-mark">{MARK}</em>' if model.untrained_head else ""


def health(report: HealthReport) -> str:
    """Every check in words, with what to do where there is something to do."""
    rows = []
    for check in report.checks:
        style, kind = _KIND[check.status]
        fix = f' <span class="hl-muted">{text(hidden(sentence(check.fix)))}</span>' if check.fix else ""
        rows.append(
            f'<li><span class="hl-kind {style}">{kind}</span><span>{text(hidden(check.message))}{fix}</span></li>'
        )
    return f'<p class="hl-note">{text(health_words.of(report))}</p><ul class="hl-checks">{"".join(rows)}</ul>'
