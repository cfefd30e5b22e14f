"""An engine without a model: the same names, answers made of the text's letters. For page tests."""

from __future__ import annotations

import dataclasses
import math
import threading
import zlib
from collections.abc import Collection, Sequence

from core.errors import AppError, InputError, MemoryBudgetError, NotFoundError
from core.results import (
    AdapterSummary,
    Availability,
    CandidateSummary,
    Capabilities,
    Capability,
    Check,
    CheckStatus,
    HealthReport,
    LoadedModel,
    LoadStage,
    LoadState,
    Prediction,
    Problem,
    Requirements,
    Selection,
    Token,
)
from core.settings import Settings

LABELS = tuple(f"class_{i:02d}" for i in range(12))
LONGEST = 8
HEALTH = HealthReport(
    (
        Check("keys", CheckStatus.PASSED, "All 40 adapter tensors found their place."),
        Check("pooler", CheckStatus.WARNING, "No pooler named: <b>mean</b> is assumed.", "name it in the YAML."),
    )
)
_EXAMPLES = ("where is my card", "why was I charged", "how do I top up")
_OTHERS = ("play some jazz", "wake me at six")


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
        layers=4,
        hidden_size=128,
        max_tokens=LONGEST,
        adapters=(),
        examples=("an example",),
        availability=Availability.READY,
    )
    return dataclasses.replace(summary, **changes)  # type: ignore[arg-type]


def catalogue() -> list[CandidateSummary]:
    """One of each kind, in an order that the picker has to mend."""
    adapters = (
        AdapterSummary("intents", "Intents", "Twelve intents.", _EXAMPLES, True),
        AdapterSummary("domains", "Domains", "Twelve domains.", _OTHERS, True),
    )
    hub = {"availability": Availability.ON_HUB, "message": "The weights are not on this machine.", "gated": True}
    return [
        candidate("big", "candidate", parameters=9_000_000_000, url="https://example.org/big", **hub),
        candidate("huge", "teacher", parameters=90_000_000_000, **hub),
        candidate("own", "own", title="Own <b>![x](http://evil.example/x.png)"),
        candidate("several", "own"),
        candidate("values", "own"),
        candidate("broken", "own"),
        candidate("bare", "own", examples=(), summary=""),
        candidate("gone", "own", availability=Availability.MISSING, message="There is no folder '/models/gone'."),
        candidate("demo", "demo", adapters=adapters),
        candidate("demo-two", "demo", adapters=adapters),
    ]


class FakeEngine:
    """`core.engine.engine.Engine` as pages see it. `hold` keeps loads under way until it is set."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.offered = catalogue()
        self.models: dict[Selection, LoadedModel] = {}
        self.states: dict[Selection, LoadState] = {}
        self.hold = threading.Event()
        self.hold.set()
        self.asked: list[str] = []
        self.room = 4
        self.loads: list[tuple[Selection, tuple[Selection, ...]]] = []

    def candidates(self) -> list[CandidateSummary]:
        return list(self.offered)

    def problems(self) -> list[AppError]:
        return [AppError("bad.yaml: BaseModelConfig has no field 'num_label'.", fix="did you mean 'num_labels'?")]

    def add_candidate(
        self, source: str, *, title: str = "", adapter: str = "", model_type: str = "", pooler_type: str | None = None
    ) -> CandidateSummary:
        if not source.startswith("/models/"):
            raise NotFoundError(f"There is no folder '{source}'.", fix="check the path.")
        adapters = (AdapterSummary("added", "added", "", (), True),) if adapter else ()
        added = candidate(source.rsplit("/", 1)[-1], "own", title=title or source, adapters=adapters)
        self.offered.append(added)
        return added

    def remove_candidate(self, candidate_id: str) -> None:
        self.offered = [c for c in self.offered if c.id != candidate_id]

    def requirements(self, selection: Selection, keep: Collection[Selection] = ()) -> Requirements:
        parameters = next(c for c in self.offered if c.id == selection.candidate).parameters or 0
        width, dtype = (2, "bfloat16") if parameters > 10**9 else (4, "float32")
        return Requirements("cpu", dtype, parameters, width * parameters, width * parameters + 2**20, 32 * 2**30)

    def require_room(self, *selections: Selection) -> None:
        if len(selections) > self.room:
            problem = f"This needs {len(selections)} loaded at once, and HEADLIGHT_MAX_LOADED is {self.room}."
            raise MemoryBudgetError(problem, fix=f"raise HEADLIGHT_MAX_LOADED to {len(selections)} or more.")

    def start_load(self, selection: Selection, keep: Collection[Selection] = ()) -> LoadState:
        if selection in self.models:
            return self.states[selection]
        self.loads.append((selection, tuple(keep)))
        self.states[selection] = LoadState(selection, LoadStage.WEIGHTS, 0.25, "4 of 9 tensors")
        if self.hold.is_set():
            self.finish(selection)
        return self.states[selection]

    def finish(self, selection: Selection) -> None:
        """End a load: well, or badly for what is on the Hub or broken."""
        if selection.candidate in ("big", "broken"):
            error = f"'{selection.candidate}' cannot be <read>."
            self.states[selection] = LoadState(selection, LoadStage.FILES, 0.05, "", error, "choose another.")
            return
        kind = {"several": "multi_label_classification", "values": "regression"}.get(selection.candidate)
        self.models[selection] = LoadedModel(
            selection=selection,
            device="cpu",
            dtype="float32",
            parameters=1_130_000,
            bytes=4_520_000,
            own_bytes=100_000,
            labels=LABELS,
            problem_type=kind or "single_label_classification",
            pooler="mean",
            head="vanilla",
            mask="causal",
            max_tokens=LONGEST,
            load_seconds=1.5,
            health=HEALTH,
        )
        self.states[selection] = LoadState(selection, LoadStage.READY, 1.0)

    def load_state(self, selection: Selection, wait: float = 0.0) -> LoadState | None:
        return self.states.get(selection)

    def unload(self, selection: Selection) -> None:
        self.models.pop(selection, None)
        self.states.pop(selection, None)

    def loaded(self) -> list[LoadedModel]:
        return list(self.models.values())

    def loaded_model(self, selection: Selection) -> LoadedModel | None:
        return self.models.get(selection)

    def classify(self, selection: Selection, texts: Sequence[str]) -> list[Prediction]:
        self.asked += texts
        return [predict(self.models[selection], text) for text in texts]


class FakeExplainer:
    """`core.explain.explainer.Explainer` as the row of a section sees it: what pairs lack is for a test to say."""

    def __init__(self) -> None:
        self.problems: dict[Capability, Problem] = {}
        self.asked: list[Selection] = []

    def capabilities(self, selection: Selection) -> Capabilities:
        self.asked.append(selection)
        return Capabilities(dict(self.problems))


def predict(model: LoadedModel, text: str) -> Prediction:
    """An answer that depends on the text, the candidate and the adapter."""
    if not text.strip():
        raise InputError("The text is empty.", fix="write something to classify.")
    salt = f"{model.selection}|{text}|"
    logits = [4 * (zlib.crc32((salt + label).encode(errors="replace")) / 2**32) - 2 for label in model.labels]
    total = math.fsum(map(math.exp, logits))
    match model.problem_type:
        case "multi_label_classification":
            probabilities = [1 / (1 + math.exp(-z)) for z in logits]
        case "regression":
            probabilities = [math.nan] * len(logits)
        case _:
            probabilities = [math.exp(z) / total for z in logits]
    tokens = [Token(w, text.find(w), text.find(w) + len(w)) for w in text.split()]
    kept = tokens[: model.max_tokens]
    return Prediction(
        text=text,
        label=model.labels[logits.index(max(logits))],
        problem_type=model.problem_type,
        labels=model.labels,
        logits=tuple(logits),
        probabilities=tuple(probabilities),
        tokens=tuple(kept),
        pooling_weights=None,
        kept_characters=len(text) if len(kept) == len(tokens) else kept[-1].end,
        total_tokens=len(tokens),
    )
