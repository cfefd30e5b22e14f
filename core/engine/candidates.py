"""The candidates that can be asked: the catalogue's, a person's own, and those that were typed just now."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from core.config.candidate import AdapterEntry, CandidateConfig
from core.config.catalogue import Catalogue, adapter_of, write_candidate
from core.config.quantisation import Quantisation, quantisation_named
from core.engine.candidate_summary import summarise
from core.engine.fit import require_fit
from core.engine.hub_candidate import asked_hub
from core.engine.own_candidate import describe, find, free_id, with_adapter
from core.engine.typed_candidates import TypedCandidates
from core.errors import AppError, ConfigError, NotFoundError
from core.files.locate import is_place, locate_adapter, locate_candidate
from core.results import CandidateSummary, Selection
from core.settings import Settings


class Candidates:
    """By id. Thread safe. Catalogue files are read anew each time, so that an added YAML shows up.

    `in_use` says the ids of candidates that are loaded or being loaded: those are not forgotten.
    """

    def __init__(self, settings: Settings, in_use: Callable[[], Collection[str]]) -> None:
        self._settings = settings
        self._typed = TypedCandidates(in_use)

    def summaries(self) -> list[CandidateSummary]:
        """What the catalogue offers now."""
        return [summarise(c, self._settings) for c in self._catalogue().candidates]

    def problems(self) -> list[AppError]:
        """Catalogue files that could not be read."""
        return list(self._catalogue().problems)

    def get(self, candidate_id: str) -> CandidateConfig:
        """The config behind an id.

        Raises:
            NotFoundError: with the nearest id.
        """
        return self._typed.get(candidate_id) or self._catalogue().get(candidate_id)

    def pair(self, selection: Selection) -> tuple[CandidateConfig, AdapterEntry | None]:
        """The configs behind a selection.

        Raises:
            NotFoundError: no such candidate or adapter, with the nearest id.
        """
        candidate = self.get(selection.candidate)
        return candidate, adapter_of(candidate, selection.adapter) if selection.adapter else None

    def add(
        self,
        source: str,
        title: str,
        adapter: str,
        model_type: str,
        pooler_type: str | None,
        quantisation: str = "none",
    ) -> CandidateSummary:
        """Write one into the user's own catalogue.

        Raises:
            AppError: files that cannot be used; nothing is written then.
        """
        config = describe(source, title, adapter, model_type, pooler_type, self._catalogue().ids, quantisation)
        config = asked_hub(config, self._settings, typed=bool(model_type))
        self._require_fit(config)
        write_candidate(config, self._settings.user_catalogue)
        return summarise(config, self._settings)

    def add_quantised(self, candidate_id: str, quantisation: str) -> CandidateSummary:
        """As `Engine.add_quantised`.

        Raises:
            NotFoundError: no such candidate.
            ConfigError: no such quantisation, or the one that the candidate has.
        """
        config = _quantised(self.get(candidate_id), quantisation_named(quantisation))
        if config is None:
            raise ConfigError(
                f"'{candidate_id}' is held as '{quantisation}' already.", fix="choose another quantisation."
            )
        known = next((c for c in self._catalogue().candidates if c.id == config.id), None)
        if known is None or known.base_model != config.base_model:
            config = config.model_copy(update={"id": free_id(config.id, self._catalogue().ids), "role": "own"})
            write_candidate(config, self._settings.user_catalogue)
        return summarise(config, self._settings)

    def own_file(self, candidate_id: str) -> Path:
        """Where a candidate of the user's own is written.

        Raises:
            NotFoundError: no such candidate, or one that came with the app.
        """
        path = self._settings.user_catalogue / f"{self.get(candidate_id).id}.yaml"
        if not path.is_file():
            raise NotFoundError(f"'{candidate_id}' came with the app.", fix="remove only candidates that you added.")
        return path

    def remove(self, candidate_id: str) -> None:
        """Take one out of the user's own catalogue; its weights stay.

        Raises:
            NotFoundError: as `own_file`.
        """
        self.own_file(candidate_id).unlink()
        self._typed.forget(candidate_id)

    def resolve(self, candidate: str, adapter: str | None) -> Selection:
        """A selection from what a person types: an id, a YAML file, a folder or a Hub id; an adapter id or folder.

        Raises:
            NotFoundError: nothing of that name, with the nearest id.
        """
        catalogue = self._catalogue()
        config = self._typed.add(find(candidate, catalogue, self._typed), catalogue)
        if adapter is not None and adapter not in [a.id for a in config.adapters] and is_place(adapter):
            extended = with_adapter(config, adapter)
            place = _place(extended.adapters[-1])
            config = self._typed.add(extended, catalogue)  # it may give the adapter another id
            return Selection(config.id, next(a.id for a in config.adapters if _place(a) == place))
        if adapter is not None:
            adapter_of(config, adapter)
        return Selection(config.id, adapter)

    def quantised(self, selection: Selection, quantisation: str) -> Selection:
        """As `Engine.quantised`; the candidate is remembered as one that was typed.

        Raises:
            NotFoundError: no such candidate.
            ConfigError: no such quantisation.
        """
        config = _quantised(self.get(selection.candidate), quantisation_named(quantisation))
        if config is None:
            return selection
        return Selection(self._typed.add(config, self._catalogue()).id, selection.adapter)

    def _require_fit(self, config: CandidateConfig) -> None:
        """Refuse what a load would refuse, as far as the files are here.

        Raises:
            AppError: a base without a tokenizer, an adapter of another base, and the like.
        """
        base = locate_candidate(config, self._settings)
        here = base.path if base is not None and base.can_be_opened else None
        adapters = [locate_adapter(config, entry, self._settings) for entry in config.adapters]
        for adapter in adapters or [None]:
            require_fit(config, here, adapter.path if adapter is not None else None)

    def _catalogue(self) -> Catalogue:
        return Catalogue.read(self._settings.catalogue, self._settings.user_catalogue)


def _quantised(config: CandidateConfig, requested: Quantisation) -> CandidateConfig | None:
    """The candidate with its base held otherwise, under a name that says so; None where it is held so already."""
    if config.base_model.quantisation == requested:
        return None
    base = config.base_model.with_changes(quantisation=requested)
    name = requested.name if requested.is_used else "whole"
    return config.model_copy(
        update={"id": f"{config.id[:68]}-{name}", "title": f"{config.name}, {name}", "base_model": base}
    )


def _place(adapter: AdapterEntry) -> tuple[str, str | None]:
    return adapter.path, adapter.revision
