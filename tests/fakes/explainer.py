"""An explainer without a model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, overload

import numpy as np

from core.explain.text_units import read
from core.explain.two_texts import compare
from core.results import (
    Ablation,
    AtScale,
    AttentionCost,
    AttentionMaps,
    AttentionOverview,
    AttentionPart,
    AttentionRollout,
    AttributionCost,
    AttributionOptions,
    Attributions,
    Capabilities,
    Capability,
    ContributionOptions,
    Contributions,
    Deletions,
    FlipCost,
    HeadGeometry,
    Lens,
    MaskEffect,
    MinimalFlip,
    PoolerVerdict,
    Pooling,
    PositionParts,
    Problem,
    QuantisationEffect,
    Reading,
    Report,
    ScaleCurve,
    Selection,
    TwoTexts,
)
from core.services import Explainer
from tests.fakes import attributions, effects, explanations, report
from tests.fakes.catalogue import HEADS, LAYERS
from tests.fakes.engine import FakeEngine
from tests.fakes.explanations import words_of
from tests.fakes.predictions import predict
from tests.fakes.task import FakeTask, FakeTasks


class FakeExplainer:
    """Every token is a word.

    Attributes:
        attention_budget: bytes that attention maps may take.
        seconds: what a search for the minimal flip takes by its estimate.
        problems: what every pair lacks, and why; a regression lacks the minimal flip besides;
            `asked` are the pairs whose capabilities were asked for.
    """

    def __init__(self, engine: FakeEngine, tasks: FakeTasks) -> None:
        self.attention_budget = 2**29
        self.seconds = 1.0
        self.problems: dict[Capability, Problem] = {}
        self.asked: list[Selection] = []
        self._engine = engine
        self._tasks = tasks

    def capabilities(self, selection: Selection) -> Capabilities:
        self.asked.append(selection)
        problems = dict(self.problems)
        model = self._engine.models.get(selection)
        if model is not None and model.problem_type == "regression":
            problems[Capability.MINIMAL_FLIP] = Problem("A regression has no verdict that could flip.")
        return Capabilities(problems)

    def reading(self, selection: Selection, text: str) -> Reading:
        return read(predict(self._engine.answering(selection), text))

    def pooling(self, selection: Selection, text: str) -> Pooling:
        return explanations.pooling(self._engine.answering(selection).pooler, self._words(selection, text))

    def poolers(self, selection: Selection, text: str) -> list[PoolerVerdict]:
        return explanations.poolers(self._engine.answering(selection), self.reading(selection, text).prediction)

    def contributions(self, selection: Selection, text: str, options: ContributionOptions) -> Contributions:
        return explanations.contributions(self.reading(selection, text).prediction, options)

    def deletions(self, selection: Selection, text: str, options: ContributionOptions) -> Deletions:
        model, reading = self._engine.answering(selection), self.reading(selection, text)
        return explanations.deletions(model, reading, options)

    def position_parts(self, selection: Selection, text: str) -> PositionParts:
        prediction = self.reading(selection, text).prediction
        return explanations.position_parts(prediction.labels, words_of(prediction), np.array(prediction.logits))

    def depth(self, selection: Selection, text: str) -> Lens:
        return explanations.depth(self._engine.answering(selection), self.reading(selection, text).prediction)

    def head_geometry(self, selection: Selection) -> HeadGeometry:
        return explanations.head_geometry(self._engine.answering(selection))

    def attribution_cost(self, selection: Selection, text: str, options: AttributionOptions) -> AttributionCost:
        self.reading(selection, text)
        return attributions.cost(options)

    def attributions(self, selection: Selection, text: str, options: AttributionOptions) -> FakeTask[Attributions]:
        model, reading = self._engine.answering(selection), self.reading(selection, text)
        key = ("attributions", selection, text, options)
        return self._tasks.task(lambda: attributions.attributions(model, reading, options), *key)

    def attention_cost(self, selection: Selection, text: str) -> AttentionCost:
        tokens = len(self._words(selection, text))
        return AttentionCost(LAYERS, HEADS, tokens, number_bytes=4, budget=self.attention_budget)

    @overload
    def attention(self, selection: Selection, text: str, part: Literal["overview"]) -> AttentionOverview: ...
    @overload
    def attention(self, selection: Selection, text: str, part: Literal["rollout"]) -> AttentionRollout: ...
    @overload
    def attention(self, selection: Selection, text: str, part: int) -> AttentionMaps: ...
    def attention(self, selection: Selection, text: str, part: AttentionPart) -> Any:
        words = self._words(selection, text)
        match part:
            case "overview":
                return explanations.attention_overview(words)
            case "rollout":
                return explanations.attention_rollout(words)
            case _:
                return explanations.attention_maps(words, part)

    def attention_task(self, selection: Selection, text: str, part: AttentionPart) -> FakeTask[bool]:
        return self._tasks.task(lambda: True, "attention", selection, text, part)

    def at_scale(self, selection: Selection, text: str, scale: float) -> AtScale:
        return effects.at_scale(self._engine.answering(selection), text, round(scale, 3))

    def scale_curve(self, selection: Selection, text: str) -> FakeTask[ScaleCurve]:
        model = self._engine.answering(selection)
        return self._tasks.task(lambda: effects.scale_curve(model, text), "scales", selection, text)

    def ablation(self, selection: Selection, text: str) -> FakeTask[Ablation]:
        model = self._engine.answering(selection)
        return self._tasks.task(lambda: effects.ablation(model, text), "ablation", selection, text)

    def attention_mask(self, selection: Selection, text: str) -> MaskEffect:
        return effects.attention_mask(self._engine.answering(selection), text)

    def quantisation_effect(self, selection: Selection, text: str) -> FakeTask[QuantisationEffect]:
        model = self._engine.load(selection)
        whole = replace(model, selection=Selection(f"{selection.candidate}-whole", selection.adapter))

        def work() -> QuantisationEffect:
            return QuantisationEffect("nf4", "float32", predict(model, text), predict(whole, text))

        return self._tasks.task(work, "quantisation effect", selection, text)

    def two_texts(self, selection: Selection, text: str, other: str) -> TwoTexts:
        return compare(self.reading(selection, text), self.reading(selection, other))

    def flip_cost(self, selection: Selection, text: str, budget: int) -> FlipCost:
        self.reading(selection, text)
        return FlipCost(budget, self.seconds)

    def minimal_flip(self, selection: Selection, text: str, budget: int) -> FakeTask[MinimalFlip]:
        model, reading = self._engine.answering(selection), self.reading(selection, text)
        key = ("flip", selection, text, budget)
        return self._tasks.task(lambda: effects.minimal_flip(model, reading, budget), *key)

    def report(self, selection: Selection, text: str, label: str) -> Report:
        return report.report(self._engine.answering(selection), self.reading(selection, text), label)

    def _words(self, selection: Selection, text: str) -> list[str]:
        return words_of(self.reading(selection, text).prediction)


_: type[Explainer] = FakeExplainer
