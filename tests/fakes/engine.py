"""An engine without a model. For page tests."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import replace

from core.config.candidate import CandidateConfig
from core.engine.untrained_head import require_head
from core.errors import AppError, CheckpointError, MemoryBudgetError, NotFoundError
from core.results import (
    AdapterSummary,
    CandidateSummary,
    ChatTemplate,
    LoadedModel,
    LoadStage,
    LoadState,
    Prediction,
    Requirements,
    Selection,
)
from core.services import Engine
from tests.fakes.catalogue import candidate, catalogue, config, in_memory
from tests.fakes.predictions import predict


class FakeEngine:
    """Loads in no time, or when the test says so.

    Attributes:
        hold: keeps loads under way until it is set.
        room: pairs that may be in memory at once; `models` are those that are.
        asked: texts that were classified. loads: what was asked to be loaded, and what to be kept for it.
        templates: candidates whose tokenizer brings a chat template.
    """

    def __init__(self) -> None:
        self.offered = catalogue()
        self.models: dict[Selection, LoadedModel] = {}
        self.states: dict[Selection, LoadState] = {}
        self.hold = threading.Event()
        self.hold.set()
        self.asked: list[str] = []
        self.room = 4
        self.templates: set[str] = set()
        self.loads: list[tuple[Selection, tuple[Selection, ...]]] = []

    def candidates(self) -> list[CandidateSummary]:
        return list(self.offered)

    def problems(self) -> list[AppError]:
        return [AppError("bad.yaml: BaseModelConfig has no field 'num_label'.", fix="did you mean 'num_labels'?")]

    def add_candidate(
        self,
        source: str,
        *,
        title: str = "",
        adapter: str = "",
        model_type: str = "",
        pooler_type: str | None = None,
        quantisation: str = "none",
    ) -> CandidateSummary:
        if not source.startswith("/models/"):
            raise NotFoundError(f"There is no folder '{source}'.", fix="check the path.")
        adapters = (AdapterSummary("added", "added", "", (), True),) if adapter else ()
        added = candidate(source.rsplit("/", 1)[-1], "own", title=title or source, adapters=adapters)
        self.offered.append(added)
        return added

    def add_quantised(self, candidate_id: str, quantisation: str) -> CandidateSummary:
        known = self.summary(candidate_id)
        if quantisation == "none":
            raise NotFoundError(f"'{candidate_id}' is held as <none> already.", fix="choose another quantisation.")
        added = candidate(f"{candidate_id}-{quantisation}", "own", title=known.title, adapters=known.adapters)
        self.offered.append(added)
        return added

    def remove_candidate(self, candidate_id: str) -> None:
        if self.summary(candidate_id).role != "own":
            raise NotFoundError(f"'{candidate_id}' came with the app.", fix="remove only candidates that you added.")
        for selection in [s for s in self.models if s.candidate == candidate_id]:
            self.unload(selection)
        self.offered = [c for c in self.offered if c.id != candidate_id]

    def summary(self, candidate_id: str) -> CandidateSummary:
        """What the catalogue says of a candidate."""
        known = {c.id: c for c in self.offered}
        if candidate_id not in known:
            raise NotFoundError(f"There is no candidate '{candidate_id}'.", fix=f"choose of {', '.join(known)}.")
        return known[candidate_id]

    def candidate(self, candidate_id: str) -> CandidateConfig:
        return config(self.summary(candidate_id))

    def resolve(self, candidate: str, adapter: str | None = None) -> Selection:
        adapters = [a.id for a in self.summary(candidate).adapters]
        if adapter is not None and adapter not in adapters:
            raise NotFoundError(f"'{candidate}' has no adapter '{adapter}'.", fix=f"choose of {', '.join(adapters)}.")
        return Selection(candidate, adapter)

    def quantised(self, selection: Selection, quantisation: str) -> Selection:
        self.summary(selection.candidate)
        return selection

    def requirements(self, selection: Selection, keep: Collection[Selection] = ()) -> Requirements:
        parameters = self.summary(selection.candidate).parameters or 0
        width, dtype = (2, "bfloat16") if parameters > 10**9 else (4, "float32")
        return Requirements("cpu", dtype, parameters, width * parameters, width * parameters + 2**20, 32 * 2**30)

    def require_room(self, *selections: Selection) -> None:
        if len(selections) > self.room:
            problem = f"This needs {len(selections)} loaded at once, and HEADLIGHT_MAX_LOADED is {self.room}."
            raise MemoryBudgetError(problem, fix=f"raise HEADLIGHT_MAX_LOADED to {len(selections)} or more.")

    def start_load(self, selection: Selection, *, keep: Collection[Selection] = ()) -> LoadState:
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
        template: ChatTemplate = selection.chat_template or "none"
        has_one = selection.candidate in self.templates
        self.models[selection] = replace(in_memory(selection), chat_template=template if has_one else None)
        self.states[selection] = LoadState(selection, LoadStage.READY, 1.0)

    def stop_load(self, selection: Selection) -> None:
        if selection not in self.models and selection in self.states:
            words = f"The download of '{selection.candidate}' was stopped."
            self.states[selection] = replace(self.states[selection], error=words, fix="load it again.")

    def load_state(self, selection: Selection, wait: float = 0.0) -> LoadState | None:
        return self.states.get(selection)

    def load(self, selection: Selection) -> LoadedModel:
        if selection not in self.models:
            self.start_load(selection)
        if selection not in self.models and not self.states[selection].error:
            self.finish(selection)
        if selection not in self.models:
            raise CheckpointError(self.states[selection].error, fix=self.states[selection].fix)
        return self.models[selection]

    def answering(self, selection: Selection) -> LoadedModel:
        """The pair, for a verdict."""
        model = self.load(selection)
        require_head(model, selection)
        return model

    def unload(self, selection: Selection) -> None:
        self.models.pop(selection, None)
        self.states.pop(selection, None)

    def loaded(self) -> list[LoadedModel]:
        return list(self.models.values())

    def loaded_model(self, selection: Selection) -> LoadedModel | None:
        return self.models.get(selection)

    def classify(self, selection: Selection, texts: Sequence[str]) -> list[Prediction]:
        self.asked += texts
        model = self.answering(selection)
        return [predict(model, text) for text in texts]


_: type[Engine] = FakeEngine
