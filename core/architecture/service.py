"""The architecture of any candidate for pages and the command line: plain data, and quick.

What is in memory is read there, under its lock. Everything else is built on the meta device, from its folder's config
or the catalogue's numbers: nothing is loaded. Importing this file imports no torch.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from core.config.adapter import AdapterConfig
from core.config.candidate import CandidateConfig
from core.engine.engine import Engine
from core.errors import ConfigError
from core.files.locate import locate_candidate, require_adapter
from core.results import Architecture, Costs, Feature, FeatureKey, Selection, Source, Tuning, View
from core.results.architecture import NEW_ADAPTER
from core.tasks.once import Once, OncePerOwner

if TYPE_CHECKING:
    from torch import nn

    from core.architecture.describe import Outline
    from core.engine.loader import LoadedPair

#: Bytes of architectures and summaries that are remembered: of what is not loaded, and of each loaded pair.
OUTLINE_BYTES = 64 * 2**20
PAIR_BYTES = 32 * 2**20


class ArchitectureService:
    """Architectures by candidate. Thread safe; one for a whole process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._outlines = Once(OUTLINE_BYTES)
        self._loaded = OncePerOwner(PAIR_BYTES)

    def architecture(
        self, selection: Selection, view: View = "classifier", tuning: Tuning = "lora", num_labels: int | None = None
    ) -> Architecture:
        """How a candidate is put together.

        `tuning` says how a candidate without an adapter would be trained, `num_labels` how many classes a new head has.

        Raises:
            AppError: neither files nor numbers; files that cannot be used; no such view of this architecture.
        """
        pair = self._pair(selection, view, tuning)
        if pair is not None:
            return self._loaded.of(pair).get(Feature.ARCHITECTURE, lambda: self._read(selection, pair))
        key = FeatureKey(Feature.ARCHITECTURE, self._key(selection, view, tuning, num_labels))

        def described() -> Architecture:
            from core.architecture.describe import describe

            outline = self._outline(selection, view, tuning, num_labels)
            return describe(self._engine.candidate(selection.candidate), view, outline)

        return self._outlines.get(key, described)

    def layer_summary(
        self,
        selection: Selection,
        view: View = "classifier",
        tuning: Tuning = "lora",
        num_labels: int | None = None,
        depth: int = 4,
    ) -> str:
        """torchinfo's summary of the same; of a model in memory that of a probe of it, so that nobody waits.

        Raises:
            AppError: as `architecture`.
        """
        pair = self._pair(selection, view, tuning)
        if pair is not None:
            key = FeatureKey(Feature.LAYER_SUMMARY, options=(depth,))
            from core.architecture.layer_summary import summary_of_pair

            return self._loaded.of(pair).get(key, lambda: summary_of_pair(pair, depth))
        key = FeatureKey(Feature.LAYER_SUMMARY, self._key(selection, view, tuning, num_labels), (depth,))

        def summary() -> str:
            from core.architecture.layer_summary import summary_of_outline

            return summary_of_outline(self._outline(selection, view, tuning, num_labels).model, depth)

        return self._outlines.get(key, summary)

    def costs(
        self,
        selection: Selection,
        tokens: int,
        view: View = "classifier",
        tuning: Tuning = "lora",
        num_labels: int | None = None,
    ) -> Costs:
        """What one text of so many tokens takes. Operations are counted while an outline runs, where it can.

        Raises:
            AppError: as `architecture`.
        """
        result = self.architecture(selection, view, tuning, num_labels)
        key = FeatureKey(Feature.ARCHITECTURE_COSTS, self._key(selection, view, tuning, num_labels), (tokens,))

        def counted() -> Costs:
            from core.architecture.flops import costs_of

            return costs_of(result, self._outline(selection, view, tuning, num_labels).model, tokens)

        return self._outlines.get(key, counted)

    # Inside

    def _pair(self, selection: Selection, view: View, tuning: Tuning) -> LoadedPair | None:
        """The loaded pair, where it is what was asked for."""
        as_it_is = view == "classifier" and (selection.adapter is not None or tuning == "full")
        return self._engine.pair(selection) if as_it_is and self._engine.loaded_model(selection) else None

    def _read(self, selection: Selection, pair: LoadedPair) -> Architecture:
        from core.architecture.describe import Outline, describe
        from core.model.trainable import fitted

        model = pair.predictor.model
        candidate = self._engine.candidate(selection.candidate)
        with pair.predictor.lock.shared():
            trained = fitted(model, candidate.base_model)
            return describe(candidate, "classifier", Outline(model, trained, _tuned(selection.adapter), "memory"))

    def _outline(self, selection: Selection, view: View, tuning: Tuning, num_labels: int | None) -> Outline:
        from core.architecture import outlines
        from core.architecture.describe import Outline
        from core.model.trainable import wanted

        candidate = self._engine.candidate(selection.candidate)
        place, source = self._folder(candidate)
        match view:
            case "backbone":
                return Outline(outlines.outline_backbone(candidate, place), frozenset(), "", source)
            case "causal_lm":
                return Outline(outlines.outline_causal_lm(candidate, place), frozenset(), "", source)
            case "classifier":
                pass
            case _:
                assert_never(view)
        if selection.adapter is not None:
            path = require_adapter(candidate, selection.adapter, self._engine.settings).path
            model: nn.Module = outlines.outline_adapter(candidate, place, path)
            return Outline(model, wanted(model), _tuned(selection.adapter), source)
        plain = outlines.outline_classifier(candidate, place, num_labels)
        if tuning == "full":
            return Outline(plain, wanted(plain), _tuned(None), source)
        config = outlines.default_adapter(candidate.base_model.architecture.family)
        try:
            model = outlines.outline_new_adapter(plain, config)
        except ConfigError as error:
            return Outline(plain, frozenset(), "", source, f"No LoRA adapter is counted: {error.problem}")
        return Outline(model, wanted(model), _new(config), source)

    def _folder(self, candidate: CandidateConfig) -> tuple[Path | None, Source]:
        """The folder of the weights; None where they are not (all) here and numbers stand in for them."""
        place = locate_candidate(candidate, self._engine.settings)
        if place is None or not place.can_be_opened:
            return None, "numbers"
        if place.contents.has_weights or candidate.architecture is None:
            return place.path, "folder"
        return None, "numbers"

    def _key(self, selection: Selection, view: View, tuning: Tuning, num_labels: int | None) -> tuple[object, ...]:
        """Everything that decides what comes out, the state of the files included."""
        candidate = self._engine.candidate(selection.candidate)
        places = [self._folder(candidate)[0]]
        if selection.adapter is not None:
            places.append(require_adapter(candidate, selection.adapter, self._engine.settings).path)
        files = [f for p in places if p and p.is_dir() for f in sorted(p.glob("*.*")) if f.exists()]
        stamps = tuple((str(f), f.stat().st_mtime_ns) for f in files)
        return selection, view, tuning, num_labels, candidate.to_json(), stamps


def _tuned(adapter: str | None) -> str:
    return "all weights" if adapter is None else f"the adapter '{adapter}'"


def _new(config: AdapterConfig) -> str:
    where = config.target_modules if isinstance(config.target_modules, str) else ", ".join(config.target_modules)
    where = "all linear layers" if where == "all-linear" else where
    return f"{NEW_ADAPTER} of rank {config.r} on {where}"
