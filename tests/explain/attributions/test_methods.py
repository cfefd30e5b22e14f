"""Attributions against Captum called in the plainest way, numpy, and models that are asked by hand."""

from __future__ import annotations

import copy
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from captum.attr import IntegratedGradients
from torch import Tensor, nn

from core.engine.engine import Engine
from core.errors import CheckpointError, InputError, MemoryBudgetError
from core.explain.attributions.cost import Batch, attribution_cost, gradient_bytes, require_gradient_memory
from core.explain.attributions.embedding_function import EmbeddingFunction, embed, own_weights
from core.explain.attributions.methods import gradient_x_input, integrated_gradients, occlusion
from core.explain.contributions import path_shares
from core.explain.contributions.path_shares import PathShares
from core.explain.explainer import Explainer
from core.explain.probe import Probe, make_probe
from core.results import (
    BASELINES,
    METHODS,
    AttributionOptions,
    Attributions,
    Selection,
    TaskState,
    TaskStatus,
    Unit,
    by_unit,
)
from core.settings import Settings
from core.tasks.runner import TaskRunner
from tests.engine.conftest import let_go
from tests.explain.conftest import TYPES, of_another_problem
from tests.tiny import save_tiny_classifier

TEXT = "My card has not arrived yet, my card 🙂 has not."


def ended(
    explainer: Explainer, selection: Selection, text: str, options: AttributionOptions
) -> TaskState[Attributions]:
    task = explainer.attributions(selection, text, options)
    task.start()
    state = task.state(wait=120)
    assert state is not None
    assert state.ended
    return state


def done(explainer: Explainer, selection: Selection, text: str, options: AttributionOptions) -> Attributions:
    state = ended(explainer, selection, text, options)
    assert isinstance(state.result, Attributions), state
    return state.result


def first_label(explainer: Explainer, selection: Selection, text: str = TEXT) -> str:
    return explainer.engine.classify(selection, [text])[0].ranked[0].label


class ByHand:
    """The loaded model itself, one row at a time, without a probe."""

    def __init__(self, explainer: Explainer, selection: Selection, text: str = TEXT) -> None:
        predictor = explainer.engine.pair(selection).predictor
        model: Any = copy.deepcopy(predictor.model)
        model.requires_grad_(False)
        self.model = model
        self.inner: Any = model.get_base_model() if hasattr(model, "get_base_model") else model
        encoded = predictor.encoder.encode([text])[0]
        self.ids, self.special = encoded.ids, encoded.fixed
        self.embed = self.inner.backbone.get_input_embeddings()
        self.labels = predictor.labels

    def of_ids(self, ids: list[int]) -> Tensor:
        with torch.no_grad():
            return self.model(input_ids=torch.tensor([ids])).logits[0]  # type: ignore[no-any-return]

    def of_embeddings(self, embeddings: Tensor) -> Tensor:
        return self.model(inputs_embeds=embeddings).logits  # type: ignore[no-any-return]

    def replaced(self, places: Any) -> list[int]:
        return [0 if i in places and not self.special[i] else n for i, n in enumerate(self.ids)]


@pytest.mark.parametrize("adapter", ["mean", "gem-sequential"])
@pytest.mark.parametrize("family", TYPES)
def test_embeddings_give_the_logits_of_the_ids(explainer: Explainer, family: str, adapter: str) -> None:
    selection = Selection(family, adapter)
    probe = make_probe(explainer.engine.pair(selection))
    logits = explainer.engine.classify(selection, [TEXT])[0].logits
    scale = max(map(abs, logits))
    for target in (0, len(logits) - 1):
        of = embed(probe, probe.encode(TEXT), target, "padding")
        with torch.no_grad():
            assert float(of(of.point)) == pytest.approx(logits[target], abs=1e-5 * scale)


@pytest.mark.parametrize("baseline", BASELINES)
@pytest.mark.parametrize("family", TYPES)
def test_integrated_gradients_equal_captum_in_the_plainest_way(
    explainer: Explainer, family: str, baseline: Any
) -> None:
    selection = Selection(family, "attention")
    label = first_label(explainer, selection)
    found = done(explainer, selection, TEXT, AttributionOptions(label, "tokens", 20, baseline))
    hand = ByHand(explainer, selection)
    k = hand.labels.index(label)
    with torch.no_grad():
        point = hand.embed(torch.tensor([hand.ids]))
        nothing = {
            "padding": hand.embed(torch.tensor([[0]])),
            "zero": torch.zeros(1, 1, point.shape[-1]),
            "mean": hand.embed(torch.arange(hand.embed.num_embeddings)).mean(dim=0)[None, None],
        }[baseline]
        empty = torch.where(torch.tensor(hand.special)[None, :, None], point, nothing)
    values, delta = IntegratedGradients(lambda e: hand.of_embeddings(e)[:, k]).attribute(
        point.clone().requires_grad_(True), empty, n_steps=20, return_convergence_delta=True
    )
    expected = by_unit(values[0].sum(dim=-1).detach().double().numpy(), found.units)
    method = found.methods[METHODS.index("integrated gradients")]
    size = np.abs(expected).max()
    np.testing.assert_allclose(method.values, expected, atol=2e-3 * size)
    assert method.error == pytest.approx(abs(float(delta)), abs=2e-3 * size)
    assert all(v == 0 for v, unit in zip(method.values, found.units, strict=True) if unit.special)


@pytest.mark.parametrize("family", TYPES)
def test_many_steps_complete_the_sum(explainer: Explainer, family: str) -> None:
    """From the mean embedding: these models' padding embedding is zero, where an RMS norm has no slope to follow."""
    selection = Selection(family, "mean")
    label = first_label(explainer, selection)
    hand = ByHand(explainer, selection)
    k = hand.labels.index(label)
    with torch.no_grad():
        point = hand.embed(torch.tensor([hand.ids]))
        mean = hand.embed(torch.arange(hand.embed.num_embeddings)).mean(dim=0)
        empty = torch.where(torch.tensor(hand.special)[None, :, None], point, mean)
        owed = float((hand.of_embeddings(point) - hand.of_embeddings(empty))[0, k])
    method = done(explainer, selection, TEXT, AttributionOptions(label, steps=300, baseline="mean")).methods[3]
    assert method.owed == pytest.approx(owed, abs=1e-4)
    assert method.total == pytest.approx(owed, abs=5e-2 * max(1.0, abs(owed)))
    assert method.error == pytest.approx(abs(method.total - owed), abs=1e-4)


def test_a_padding_baseline_is_the_padding_token_in_place_of_every_other(explainer: Explainer) -> None:
    selection = Selection("bert", "mean")
    label = first_label(explainer, selection)
    hand = ByHand(explainer, selection)
    k = hand.labels.index(label)
    owed = hand.of_ids(hand.ids)[k] - hand.of_ids(hand.replaced(range(len(hand.ids))))[k]
    method = done(explainer, selection, TEXT, AttributionOptions(label)).methods[3]
    assert method.owed == pytest.approx(float(owed), abs=1e-4)


@pytest.mark.parametrize("family", TYPES)
def test_gradient_times_input_and_occlusion_by_hand(explainer: Explainer, family: str) -> None:
    selection = Selection(family, "attention-sequential")
    label = first_label(explainer, selection)
    found = done(explainer, selection, TEXT, AttributionOptions(label, "words", 2))
    hand = ByHand(explainer, selection)
    k = hand.labels.index(label)
    point = hand.embed(torch.tensor([hand.ids])).detach().requires_grad_(True)
    hand.of_embeddings(point)[0, k].backward()
    assert point.grad is not None
    slopes = (point.grad * point).detach()[0].sum(dim=-1).double().numpy()
    np.testing.assert_allclose(found.methods[2].values, by_unit(slopes, found.units), atol=1e-4)
    whole = float(hand.of_ids(hand.ids)[k])
    fallen = [whole - float(hand.of_ids(hand.replaced(unit.tokens))[k]) for unit in found.units]
    np.testing.assert_allclose(found.methods[4].values, fallen, atol=1e-4)
    split = explainer.position_parts(selection, TEXT)
    np.testing.assert_allclose(found.methods[1].values, by_unit(split.of(label), found.units), atol=1e-4)
    assert found.methods[1].owed == pytest.approx(whole, abs=1e-4)
    assert not found.exact


def curved(weights: Tensor, tokens_per_batch: int, seen: list[tuple[int, ...]]) -> Any:
    """A stand-in for a probe: logit k = w_k . (mean over tokens)^2."""

    def classifier(inputs_embeds: Tensor) -> Any:
        seen.append(tuple(inputs_embeds.shape))
        return SimpleNamespace(logits=inputs_embeds.mean(dim=1) ** 2 @ weights.T)

    classifier.dtype = torch.float64  # type: ignore[attr-defined]
    backbone: Any = nn.Module()
    backbone.dtype = torch.float64
    backbone.config = SimpleNamespace(
        get_text_config=lambda: SimpleNamespace(
            hidden_size=weights.shape[1], intermediate_size=4, num_attention_heads=1, num_hidden_layers=1
        )
    )
    return SimpleNamespace(classifier=classifier, backbone=backbone, tokens_per_batch=tokens_per_batch)


@pytest.mark.parametrize("steps", [1, 2, 7, 50])
def test_integrated_gradients_on_a_known_function_equal_numpy(steps: int) -> None:
    chance = np.random.default_rng(3)
    weights, x, x0 = chance.normal(size=(3, 5)), chance.normal(size=(4, 5)), chance.normal(size=(4, 5))
    seen: list[tuple[int, ...]] = []
    probe = curved(torch.tensor(weights), 12, seen)
    of = EmbeddingFunction(probe, 1, torch.tensor(x)[None], torch.tensor(x0)[None])
    values = integrated_gradients(of, steps)
    nodes, shares = np.polynomial.legendre.leggauss(steps)
    expected = np.zeros(4)
    for node, share in zip((nodes + 1) / 2, shares / 2, strict=True):
        mean = (x0 + node * (x - x0)).mean(axis=0)
        expected += share * ((x - x0) * (weights[1] * 2 * mean / 4)).sum(axis=1)
    np.testing.assert_allclose(values, expected, atol=1e-12)
    rise = weights[1] @ (x.mean(axis=0) ** 2 - x0.mean(axis=0) ** 2)
    assert values.sum() == pytest.approx(rise)
    assert max(rows for rows, *_ in seen) <= 3, "12 tokens a batch hold three texts of four"
    slopes = (x * (weights[1] * 2 * x.mean(axis=0) / 4)).sum(axis=1)
    np.testing.assert_allclose(gradient_x_input(of), slopes, atol=1e-12)
    units = (Unit("a", 0, 1, (0, 2)), Unit("b", 1, 2, (1,)), Unit("c", 2, 3, (3,)))
    fallen = []
    for unit in units:
        without = x.copy()
        without[list(unit.tokens)] = x0[list(unit.tokens)]
        fallen.append(weights[1] @ (x.mean(axis=0) ** 2 - without.mean(axis=0) ** 2))
    np.testing.assert_allclose(occlusion(of, units), fallen, atol=1e-12)


def test_a_large_model_takes_fewer_rows_with_gradients() -> None:
    probe = curved(torch.zeros(1, 5), 100_000, [])
    of = EmbeddingFunction(probe, 0, torch.zeros(1, 10, 5), torch.zeros(1, 10, 5))
    assert of.rows == of.gradient_rows == 10_000
    probe.backbone.config.get_text_config = lambda: SimpleNamespace(
        hidden_size=4096, intermediate_size=14336, num_attention_heads=32, num_hidden_layers=32
    )
    assert of.rows == 10_000
    assert 1 <= of.gradient_rows < 20


@pytest.mark.parametrize("family", TYPES)
def test_no_pass_is_larger_than_the_budget_and_no_gradient_stays(explainer: Explainer, family: str) -> None:
    selection, text = Selection(family, "mean"), "card " * 2000
    label = first_label(explainer, selection, text)
    pair = explainer.engine.pair(selection)
    before = explainer.engine.classify(selection, [TEXT])[0].logits
    sizes: list[int] = []
    real = type(make_probe(pair).classifier).forward

    def forward(self: Any, *args: Any, **options: Any) -> Any:
        given: Any = options["input_ids"] if options.get("inputs_embeds") is None else options["inputs_embeds"]
        sizes.append(given.shape[0] * given.shape[1])
        return real(self, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(make_probe(pair).classifier), "forward", forward)
        found = done(explainer, selection, text, AttributionOptions(label, steps=20))
    length = len(explainer.reading(selection, text).prediction.tokens)
    assert max(sizes) <= max(pair.predictor.tokens_per_batch, length)
    assert sum(u.text == "card" for u in found.units) > 20, "equal words at many places are many words"
    model = pair.predictor.model
    assert all(p.grad is None and not p.requires_grad for p in model.parameters())
    assert explainer.engine.classify(selection, [TEXT])[0].logits == before


@pytest.mark.parametrize("text", ["a", "🙂", "e\u0301 e\u0301", "card card"])
@pytest.mark.parametrize("family", ["llama", "bert"])
def test_short_and_odd_texts(explainer: Explainer, family: str, text: str) -> None:
    selection = Selection(family, "gem")
    label = first_label(explainer, selection, text)
    for by, units in (
        ("words", explainer.reading(selection, text).words),
        ("tokens", explainer.reading(selection, text).pieces),
    ):
        found = done(explainer, selection, text, AttributionOptions(label, by, 4))  # type: ignore[arg-type]
        assert found.units == units
        assert all(m.values.shape == (len(units),) and np.isfinite(m.values).all() for m in found.methods)
        assert all(0 <= f.removed.min() <= f.removed.max() <= 1 for f in found.faithfulness)


@pytest.mark.parametrize("problem", ["multi_label_classification", "regression"])
def test_other_problems(problem: Any, tmp_path: Path) -> None:
    explainer, selection, labels = of_another_problem(problem, tmp_path)
    prediction = explainer.engine.classify(selection, [TEXT])[0]
    found = done(explainer, selection, TEXT, AttributionOptions(labels[-1]))
    assert found.logit == pytest.approx(prediction.logits[-1], abs=1e-5)
    assert found.score == ("output" if problem == "regression" else "probability")
    expected = prediction.logits[-1] if problem == "regression" else prediction.probabilities[-1]
    assert found.faithfulness[0].whole == pytest.approx(expected, abs=1e-5)
    let_go(explainer.engine)


def test_half_precision_is_widened_where_that_is_small(everyone: Path, tmp_path: Path) -> None:
    import core.explain.attributions.embedding_function as embedded

    folder = save_tiny_classifier(tmp_path / "model", "llama", ("a", "b", "c"))
    engine = Engine(Settings(user_catalogue=tmp_path / "own", device="cpu"))
    selection = engine.resolve(str(folder))
    explainer = Explainer(engine, TaskRunner(1))
    model = engine.pair(selection).predictor.model.bfloat16()
    before = engine.classify(selection, [TEXT])[0]
    pointers = [p.data_ptr() for p in model.parameters()]
    options = AttributionOptions("b", steps=300, baseline="mean")
    found = done(explainer, selection, TEXT, options)
    assert (found.dtype, found.widened) == ("float32", True)
    assert found.methods[3].error is not None
    assert found.methods[3].error < 1e-2
    assert engine.classify(selection, [TEXT])[0].logits == before.logits
    assert [p.data_ptr() for p in model.parameters()] == pointers
    assert all(p.dtype == torch.bfloat16 for p in model.parameters())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "OWN_BYTES", 10)
        rough = done(explainer, selection, TEXT, AttributionOptions("b", steps=99, baseline="mean"))
    assert (rough.dtype, rough.widened) == ("bfloat16", False)
    np.testing.assert_allclose(rough.methods[4].values, found.methods[4].values, atol=0.2)
    let_go(engine)


def test_the_adapter_is_merged_into_a_copy_only(explainer: Explainer) -> None:
    selection = Selection("llama", "mean")
    model = explainer.engine.pair(selection).predictor.model
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    logits = explainer.engine.classify(selection, [TEXT])[0].logits
    probe = make_probe(explainer.engine.pair(selection))
    assert own_weights(probe) is False
    np.testing.assert_allclose(probe.logits([probe.encode(TEXT).ids])[0], logits, atol=1e-5 * max(map(abs, logits)))
    merged = [m for m in probe.model.modules() if getattr(m, "merged", False)]
    assert merged, "the adapter runs beside the weights"
    assert not any(getattr(m, "merged", False) for m in model.modules())
    assert all(torch.equal(p, before[name]) for name, p in model.named_parameters())
    assert explainer.engine.classify(selection, [TEXT])[0].logits == logits


def test_a_model_without_a_padding_token_says_what_to_choose(tmp_path: Path) -> None:
    folder = save_tiny_classifier(tmp_path / "model", "llama", ("a", "b", "c"))
    engine = Engine(Settings(user_catalogue=tmp_path / "own", device="cpu"))
    selection = engine.resolve(str(folder))
    probe = make_probe(engine.pair(selection))
    probe.classifier.config.pad_token_id = None
    with pytest.raises(CheckpointError, match="zero or the mean"):
        embed(probe, probe.encode(TEXT), 0, "padding")
    of = embed(probe, probe.encode(TEXT), 0, "zero")
    assert float(of.baseline[0, 1:].abs().max()) == 0
    assert torch.equal(of.baseline[0, 0], of.point[0, 0]), "special tokens stay"
    let_go(engine)


def test_what_it_costs_is_told_before_and_no_pass_more_is_made(explainer: Explainer) -> None:
    selection = Selection("llama", "mean")
    label = first_label(explainer, selection)
    options = AttributionOptions(label, steps=11)
    told = explainer.attribution_cost(selection, TEXT, options)
    assert told.seconds > 0
    assert told.passes["gradients"] == 13
    assert told.passes["occlusions"] == len(explainer.reading(selection, TEXT).words)
    rows: list[int] = []
    logits, call, path = Probe.logits, EmbeddingFunction.__call__, path_shares.path_shares

    def counted_logits(self: Probe, given: Any, told: Any = None) -> Tensor:
        rows.append(len(given))
        return logits(self, given, told)

    def counted_call(self: EmbeddingFunction, embeddings: Tensor) -> Tensor:
        rows.append(len(embeddings))
        return call(self, embeddings)

    def counted_path(*given: Any) -> PathShares:
        rows.append(1)
        return path(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.explain.contributions.run.path_shares", counted_path)
        patch.setattr(EmbeddingFunction, "__call__", counted_call)
        patch.setattr(Probe, "logits", counted_logits)
        done(explainer, selection, TEXT, options)
    assert sum(rows) <= sum(told.passes.values())
    more = explainer.attribution_cost(selection, TEXT, AttributionOptions(label, steps=500))
    assert more.measured == told.measured, "one measurement a text"
    assert more.seconds > told.seconds


def test_only_special_tokens_are_refused() -> None:
    units = (Unit("<s>", 0, 0, (0,), "special"),)
    with pytest.raises(InputError, match="special tokens"):
        attribution_cost(units, AttributionOptions("a"), Batch(1, 0.1))


def test_gradients_that_do_not_fit_are_refused_with_both_numbers(explainer: Explainer) -> None:
    probe = make_probe(explainer.engine.pair(Selection("llama", "mean")))
    text = probe.encode(TEXT * 20)
    needs = gradient_bytes(probe, text)
    require_gradient_memory(probe, text, AttributionOptions("a"), needs)
    with pytest.raises(MemoryBudgetError, match=r"Gradients of .* tokens take \d+ MiB, and \d+ MiB are free"):
        require_gradient_memory(probe, text, AttributionOptions("a"), needs - 1)
    require_gradient_memory(probe, text, AttributionOptions("a", methods=("occlusion",)), 0)


def test_it_can_be_stopped_in_the_middle_and_begun_anew(explainer: Explainer) -> None:
    selection = Selection("gemma2", "mean")
    label = first_label(explainer, selection)
    options = AttributionOptions(label, steps=400)
    held, met = threading.Event(), threading.Event()
    real = EmbeddingFunction.__call__

    def slow(self: EmbeddingFunction, embeddings: Tensor) -> Tensor:
        met.set()
        held.wait(30)
        return real(self, embeddings)

    task = explainer.attributions(selection, TEXT, options)
    assert task.state() is None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EmbeddingFunction, "__call__", slow)
        task.start()
        assert met.wait(60)
        task.cancel()
        held.set()
        state = explainer.attributions(selection, TEXT, options).state(wait=60)
    assert state is not None
    assert (state.status, state.result) == (TaskStatus.CANCELLED, None)
    assert done(explainer, selection, TEXT, options).options == options


def test_another_class_steps_or_baseline_is_another_job(explainer: Explainer) -> None:
    selection = Selection("llama", "mean")
    labels = explainer.engine.classify(selection, [TEXT])[0].labels
    first = done(explainer, selection, TEXT, AttributionOptions(labels[0], steps=5))
    assert done(explainer, selection, TEXT, AttributionOptions(labels[0], steps=5)) is first
    other = done(explainer, selection, TEXT, AttributionOptions(labels[1], steps=5))
    assert not np.allclose(first.methods[3].values, other.methods[3].values)


def test_an_expected_failure_is_told(explainer: Explainer) -> None:
    selection = Selection("llama", "context")
    label = first_label(explainer, selection)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.explain.attributions.embedding_function.padding_id", lambda _: None)
        state = ended(explainer, selection, TEXT, AttributionOptions(label, steps=6))
    assert state.problem is not None
    assert not state.problem.is_bug
