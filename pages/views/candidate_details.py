"""What is known of a candidate, as HTML: sizes, needs, where it comes from, whether it is healthy."""

from __future__ import annotations

import html
from urllib.parse import urlparse

from core.config.components import head_title, pooler_title
from core.results import Availability, CandidateSummary, CheckStatus, HealthReport, LoadedModel, Requirements
from core.words import durations, numbers
from core.words.sizes import size
from core.words.untrained_head import MARK
from pages.ui.markup import facts, sentence, text

_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
_TEMPLATES = {"none": "there, not applied", "user": "applied"}
_KIND = {
    CheckStatus.PASSED: ("hl-passed", "passed"),
    CheckStatus.NOTE: ("hl-notekind", "note"),
    CheckStatus.WARNING: ("hl-warning", "warning"),
    CheckStatus.REFUSED: ("hl-refused", "refused"),
}


def caption(candidate: CandidateSummary, *, loaded: bool) -> str:
    """How large it is, and where its weights are: below its name in the list."""
    parameters = numbers.count(candidate.parameters) if candidate.parameters else "size not known"
    return f"{parameters} · {'in memory' if loaded else candidate.availability.value}"


def head(candidate: CandidateSummary) -> str:
    """Name, summary, what it is and where it comes from."""
    tags = [candidate.role, candidate.mask, candidate.licence, "gated: needs an accepted licence" * candidate.gated]
    labels = "".join(f'<span class="hl-tag">{text(tag)}</span>' for tag in tags if tag)
    state = " hl-on" if candidate.availability is Availability.READY else ""
    here = f'<span class="hl-tag{state}">{text(candidate.availability)}</span>'
    summary = f"<p>{text(candidate.summary)}</p>" if candidate.summary else ""
    return (
        f'<section class="hl-card"><h2>{text(candidate.title or candidate.id)}</h2>'
        f'<div class="hl-tags">{here}{labels}</div>{summary}{_source(candidate)}'
        f"{facts(_sizes(candidate))}</section>"
    )


def _source(candidate: CandidateSummary) -> str:
    link = ""
    if urlparse(candidate.url).scheme in ("http", "https"):
        link = f' · <a href="{html.escape(candidate.url)}" target="_blank" rel="noopener noreferrer">Model card</a>'
    source = f"{candidate.source} @ {candidate.revision}" if candidate.revision else candidate.source
    return f'<p class="hl-source">{text(source)}{link}</p>'


def _sizes(candidate: CandidateSummary) -> list[tuple[str, str, str]]:
    rows = [
        ("Layers", candidate.layers, ""),
        ("Hidden size", candidate.hidden_size, ""),
        ("Longest text", candidate.max_tokens, "tokens"),
    ]
    parameters = [("Parameters", numbers.count(candidate.parameters), "")] if candidate.parameters else []
    return parameters + [(name, f"{value:,}", unit) for name, value, unit in rows if value]


def needs(requirements: Requirements) -> str:
    """Memory by dtype; the one that will be used in bold, with what loading takes at its highest."""
    used = requirements.dtype
    by_dtype = {name: requirements.parameters * width for name, width in _BYTES.items()}
    by_dtype[used] = requirements.weights
    rows = "".join(
        f'<tr class="{"hl-used" if name == used else ""}"><td>{name}{" (used)" if name == used else ""}</td>'
        f'<td class="hl-right">{size(width)}</td></tr>'
        for name, width in by_dtype.items()
    )
    fits = "fits in" if requirements.fits else "is more than"
    return (
        f'<table class="hl-table"><thead><tr><th>Weights in</th><th class="hl-right">Memory</th></tr></thead>'
        f'<tbody>{rows}</tbody></table><p class="hl-note">Loading takes {size(requirements.peak)} '
        f"at its highest: it {fits} the {size(requirements.available)} free on {text(requirements.device)}.</p>"
    )


def in_memory(model: LoadedModel) -> str:
    """One line of the list of what is in memory."""
    return f'<p>{text(str(model.selection))} <span class="hl-muted">{size(model.bytes)}</span>{_mark(model)}</p>'


def loaded(model: LoadedModel) -> str:
    """What is in memory, and how it is put together."""
    task = model.problem_type.replace("_", " ").removesuffix(" classification")
    return facts(
        [
            ("In memory", size(model.bytes), f"{_held(model)} on {model.device}"),
            ("Pooler", pooler_title(model.pooler), ""),
            ("Head", head_title(model.head), "untrained: random" if model.untrained_head else ""),
            ("Task", task, f"{len(model.labels)} {'output' if task == 'regression' else 'classes'}"),
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
        fix = f' <span class="hl-muted">{text(sentence(check.fix))}</span>' if check.fix else ""
        rows.append(f'<li><span class="hl-kind {style}">{kind}</span><span>{text(check.message)}{fix}</span></li>')
    return f'<ul class="hl-checks">{"".join(rows)}</ul>'
