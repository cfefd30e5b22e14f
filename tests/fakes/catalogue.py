"""The candidates that the fake engine offers, one of each kind."""

from __future__ import annotations

import dataclasses

from core.config import AdapterEntry, BaseModelConfig, CandidateConfig
from core.config.example import ExampleEntry
from core.results import (
    AdapterSummary,
    Availability,
    CandidateSummary,
    Check,
    CheckStatus,
    HealthReport,
    LoadedModel,
    Problem,
    Selection,
)
from core.results.example import Example

LABELS = tuple(f"class_{i:02d}" for i in range(12))
LONGEST = 8
#: A pair whose head is untrained; with its adapter the candidate has a trained one.
UNTRAINED = Selection("untrained")
LAYERS, HEADS, WIDTH = 4, 4, 16
HEALTH = HealthReport(
    (
        Check("keys", CheckStatus.PASSED, "All 40 adapter tensors found their place."),
        Check("pooler", CheckStatus.WARNING, "No pooler named: <b>mean</b> is assumed.", "name it in the YAML."),
    )
)
_EXAMPLES = (
    Example("where is my card", expected="class_03"),
    Example("why was I charged", expected="class_01", hard=True),
    Example("how do I top up"),
)
_OTHERS = (Example("play some jazz"), Example("wake me at six"))
_AN_EXAMPLE = (Example("an example"),)
_HOSTILE = ("<script>alert(1)</script>", '<img src="http://evil.example/y.png">', "![a](http://evil.example) *b*")
_PROBLEM_TYPES = {"several": "multi_label_classification", "values": "regression", "value": "regression"}
_POOLERS = {"own": "gem", "several": "attention", "values": "context"}
_LABELS = {"own": _HOSTILE, "value": LABELS[:1]}


def candidate(candidate_id: str, role: str, **changes: object) -> CandidateSummary:
    """A summary with sensible numbers."""
    summary = CandidateSummary(
        id=candidate_id,
        title=candidate_id.title(),
        role=role,
        summary=f"About {candidate_id}.",
        model_type="llama",
        mask="causal",
        source=f"/models/{candidate_id}",
        licence="Apache-2.0",
        url="",
        gated=False,
        parameters=1_130_000,
        layers=LAYERS,
        hidden_size=128,
        max_tokens=LONGEST,
        adapters=(),
        examples=_AN_EXAMPLE,
        availability=Availability.READY,
    )
    return dataclasses.replace(summary, **changes)  # type: ignore[arg-type]


def catalogue() -> list[CandidateSummary]:
    """One of each kind, in an order that the picker has to mend."""
    adapters = (
        AdapterSummary("intents", "Intents", "Twelve intents.", _EXAMPLES, True),
        AdapterSummary("domains", "Domains", "Twelve domains.", _OTHERS, True),
    )
    one = (AdapterSummary("one", "One <i>*of its own*", "An adapter.", _AN_EXAMPLE, True),)
    hub = {"availability": Availability.ON_HUB, "message": "The weights are not on this machine.", "gated": True}
    other = Problem("Adapter 'other' does not fit the base 'misfit'.", "choose a '<gemma2>' candidate.")
    misfit = AdapterSummary("other", "Other", "An adapter.", _AN_EXAMPLE, True, problem=other)
    return [
        candidate(
            "big", "candidate", parameters=9_000_000_000, url="https://example.org/big", download=18 * 10**9, **hub
        ),
        candidate("huge", "teacher", parameters=90_000_000_000, **hub),
        candidate("own", "own", title="Own <b>![x](http://evil.example/x.png)", adapters=one),
        candidate("several", "own", adapters=one),
        candidate("values", "own", adapters=one),
        candidate("value", "own"),
        candidate("broken", "own"),
        candidate("misfit", "own", adapters=(misfit,)),
        candidate("bare", "own", examples=(), summary=""),
        candidate("untrained", "own", adapters=one),
        candidate("gone", "own", availability=Availability.MISSING, message="There is no folder '/models/gone'."),
        candidate("demo", "demo", adapters=adapters),
        candidate("demo-two", "demo", adapters=adapters),
    ]


def config(summary: CandidateSummary) -> CandidateConfig:
    """The YAML that would say the same."""
    return CandidateConfig(
        id=summary.id,
        title=summary.title,
        base_model=BaseModelConfig(pretrained_model_name_or_path=summary.source, model_type="llama"),
        adapters=tuple(AdapterEntry(id=a.id, path=f"{summary.source}/adapters/{a.id}") for a in summary.adapters),
        examples=tuple(ExampleEntry(text=e.text, expected=e.expected, hard=e.hard) for e in summary.examples),
    )


def in_memory(selection: Selection) -> LoadedModel:
    """A loaded pair: its problem, pooler and classes depend on the candidate."""
    return LoadedModel(
        selection=selection,
        device="cpu",
        dtype="float32",
        parameters=1_130_000,
        bytes=4_520_000,
        own_bytes=100_000,
        labels=_LABELS.get(selection.candidate, LABELS),
        problem_type=_PROBLEM_TYPES.get(selection.candidate, "single_label_classification"),
        pooler=_POOLERS.get(selection.candidate, "mean"),
        head="vanilla",
        mask="causal",
        max_tokens=LONGEST,
        load_seconds=1.5,
        health=HEALTH,
        untrained_head="the checkpoint has no classification head" if selection == UNTRAINED else "",
    )
