"""Pooling, position parts and the class lens against other people's arithmetic, for every family, pooler and head."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax
from scipy.stats import entropy

from core import services
from core.engine.encoding import Encoded
from core.engine.engine import Engine
from core.errors import InputError, UntrainedHeadError
from core.explain.depth import trace
from core.explain.explainer import Explainer
from core.explain.pooling import pooling
from core.explain.position_parts import position_parts
from core.explain.probe import Probe, make_probe
from core.figures.report import document
from core.results import AttributionOptions, ContributionOptions, Lens, Selection, by_unit, effective_count
from core.settings import Settings
from core.tasks.runner import TaskRunner
from tests.engine.conftest import let_go
from tests.explain.conftest import POOLERS, TYPES, of_another_problem

Array = np.ndarray[Any, Any]
TEXT = "My card has not arrived yet, my card 🙂 has not."


def probe_of(explainer: Explainer, selection: Selection) -> Probe:
    return make_probe(explainer.engine.pair(selection))


def states_of(probe: Probe, text: str) -> Array:
    """(T, D) by transformers' own way to ask for hidden states."""
    ids = torch.tensor([probe.encode(text).ids])
    with torch.no_grad():
        output = probe.backbone(input_ids=ids, output_hidden_states=True)
    return output.last_hidden_state[0].double().numpy()  # type: ignore[no-any-return]


def by_hand(
    probe: Probe, pooler: str, states: np.ndarray[Any, Any]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The split of the pooled vector (T, D) and what weighs (T,), in numpy and from the papers."""
    count = len(states)
    match pooler:
        case "context":
            weights = np.eye(count)[-1]
        case "cls":
            weights = np.eye(count)[0]
        case "mean":
            weights = np.full(count, 1 / count)
        case "attention":
            inner = {n: p.detach().double().numpy() for n, p in probe.pooler.named_parameters()}
            W, V = (inner[name] for name in sorted(inner, key=lambda n: -inner[n].size))
            weights = softmax((np.tanh(states @ W.T) @ V.T)[:, 0])
        case _:
            eps, p = float(probe.pooler.eps), float(probe.pooler.p.detach())  # type: ignore[arg-type,operator]
            clamped = np.maximum(states, eps)
            vector = (clamped**p).mean(axis=0) ** (1 / p)
            gradient = (clamped / vector) ** (p - 1) * (states >= eps)
            return clamped**p / (clamped**p).sum(axis=0) * vector, gradient.sum(axis=1) / gradient.sum()
    return weights[:, None] * states, weights


@pytest.mark.parametrize("pooler", POOLERS)
@pytest.mark.parametrize("family", TYPES)
def test_contributions_and_weights_equal_numpy(explainer: Explainer, family: str, pooler: str) -> None:
    selection = Selection(family, pooler)
    probe = probe_of(explainer, selection)
    found, weighed = explainer.position_parts(selection, TEXT), explainer.pooling(selection, TEXT)
    parts, weights = by_hand(probe, pooler, states_of(probe, TEXT))
    head = probe.head.weight.detach().double().numpy()  # type: ignore[operator]
    np.testing.assert_allclose(found.values, head @ parts.T, atol=2e-5)
    np.testing.assert_allclose(weighed.weights, weights, atol=1e-5)
    prediction = explainer.engine.classify(selection, [TEXT])[0]
    assert found.exact
    np.testing.assert_allclose(found.sums, prediction.logits, atol=1e-4)
    np.testing.assert_allclose(found.logits, prediction.logits, atol=1e-5)
    assert weighed.effective_tokens == pytest.approx(np.exp(entropy(weights)), rel=1e-3)
    if prediction.pooling_weights is not None:
        np.testing.assert_allclose(weighed.weights, prediction.pooling_weights, atol=1e-6)


def test_the_lead_of_one_class_over_another_is_split_too(explainer: Explainer) -> None:
    found = explainer.position_parts(Selection("llama", "attention"), TEXT)
    first, second = found.labels[:2]
    assert found.between(first, second).sum() == pytest.approx(found.logits[0] - found.logits[1], abs=1e-4)


@pytest.mark.parametrize("family", TYPES)
@pytest.mark.parametrize("pooler", POOLERS)
def test_a_sequential_head_is_linearised_and_says_what_it_leaves_out(
    explainer: Explainer, family: str, pooler: str
) -> None:
    selection = Selection(family, f"{pooler}-sequential")
    found = explainer.position_parts(selection, TEXT)
    assert not found.exact
    assert "slope" in found.method
    states = torch.tensor(states_of(probe_of(explainer, selection), TEXT)).float().unsqueeze(0)
    head = probe_of(explainer, selection).head.double()
    pooled = probe_of(explainer, selection).pooler
    with torch.no_grad():
        mask = torch.ones(1, states.shape[1], dtype=torch.bool)
        vector, split = pooled(states, mask).vectors[0].double(), pooled.split(states, mask)[0].double()
        step = 1e-6
        for t in (0, states.shape[1] - 1):  # the slope along each part, by central differences
            moved = (head((vector + step * split[t])[None]) - head((vector - step * split[t])[None]))[0] / (2 * step)
            np.testing.assert_allclose(found.values[:, t], moved.numpy(), atol=2e-4)
    np.testing.assert_allclose(found.gaps, found.logits - found.values.sum(axis=1))
    np.testing.assert_allclose(found.logits, explainer.engine.classify(selection, [TEXT])[0].logits, atol=1e-5)


@pytest.mark.parametrize("adapter", ["mean", "gem-sequential", "context", "attention"])
@pytest.mark.parametrize("family", TYPES)
def test_the_lens_reads_transformers_hidden_states(explainer: Explainer, family: str, adapter: str) -> None:
    selection = Selection(family, adapter)
    probe, lens = probe_of(explainer, selection), explainer.depth(selection, TEXT)
    ids = torch.tensor([probe.encode(TEXT).ids])
    mask = torch.ones_like(ids, dtype=torch.bool)
    with torch.no_grad():
        states = probe.backbone(input_ids=ids, output_hidden_states=True).hidden_states
        norm = getattr(probe.backbone, "norm", None) or (lambda state: state)
        rows = [probe.classifier.classify(norm(state), mask)[0][0].numpy() for state in states[:-1]]
    rows.append(np.array(explainer.engine.classify(selection, [TEXT])[0].logits))
    np.testing.assert_allclose(lens.logits, np.stack(rows), atol=1e-5 * np.abs(rows).max(), rtol=1e-5)
    np.testing.assert_allclose(lens.probabilities, softmax(lens.logits, axis=1), atol=1e-6)
    assert lens.final_difference <= 1e-5 * np.abs(rows[-1]).max()
    assert lens.verdicts[-1] == explainer.engine.classify(selection, [TEXT])[0].label


@given(st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=2, max_size=9))
def test_decided_at_is_where_the_last_run_of_one_verdict_begins(rows: list[list[int]]) -> None:
    logits = np.array(rows, dtype=float)
    lens = Lens(("a", "b", "c"), logits, softmax(logits, axis=1), 0.0)
    depth = lens.decided_at
    assert all(v == lens.verdicts[-1] for v in lens.verdicts[depth:])
    assert depth == 0 or lens.verdicts[depth - 1] != lens.verdicts[-1]


@given(st.lists(st.floats(0, 1e3), min_size=1, max_size=40).filter(lambda w: sum(w) > 1e-3))
def test_effective_count_is_the_exponential_of_scipys_entropy(weights: list[float]) -> None:
    shares = np.array(weights) / sum(weights)
    assert effective_count(shares) == pytest.approx(np.exp(entropy(shares)), rel=1e-9)


def test_all_poolers_see_the_states_of_one_pass(explainer: Explainer, monkeypatch: pytest.MonkeyPatch) -> None:
    selection, passes = Selection("llama", "gem"), list[str]()
    real = Probe.states

    def counted(self: Probe, text: Encoded) -> torch.Tensor:
        passes.append(text.text)
        return real(self, text)

    monkeypatch.setattr(Probe, "states", counted)
    text = TEXT + " One pass."
    found = explainer.poolers(selection, text)
    explainer.pooling(selection, text)
    explainer.position_parts(selection, text)
    assert passes == [text]
    assert [v.pooling.pooler for v in found] == list(POOLERS)
    assert [v.trained for v in found] == [name == "gem" for name in POOLERS]
    prediction = explainer.engine.classify(selection, [text])[0]
    trained = next(v for v in found if v.trained)
    assert trained.label == prediction.label
    np.testing.assert_allclose(trained.probabilities, prediction.probabilities, atol=1e-6)


def test_one_pooler_alone_equals_a_classifier_built_with_it(explainer: Explainer) -> None:
    """The same base and head under another pooler that has no weights: what the comparison claims to show."""
    probe = probe_of(explainer, Selection("llama", "attention"))
    states = states_of(probe, TEXT)
    head = probe.head.weight.detach().double().numpy()  # type: ignore[operator]
    found = {v.pooling.pooler: v for v in explainer.poolers(Selection("llama", "attention"), TEXT)}
    np.testing.assert_allclose(found["mean"].probabilities, softmax(head @ states.mean(axis=0)), atol=1e-5)
    np.testing.assert_allclose(found["context"].probabilities, softmax(head @ states[-1]), atol=1e-5)


def test_a_second_look_is_remembered_and_unloading_forgets(everyone: Path, tmp_path: Path) -> None:
    engine = Engine(Settings(catalogue=everyone, user_catalogue=tmp_path, device="cpu"))
    explainer, selection = Explainer(engine, TaskRunner(1)), Selection("llama", "mean")
    first = explainer.position_parts(selection, TEXT)
    assert explainer.position_parts(selection, TEXT) is first
    pair = weakref.ref(engine.pair(selection))
    engine.unload(selection)
    gc.collect()
    assert pair() is None, "the explainer keeps an unloaded pair alive"
    assert explainer.position_parts(selection, TEXT) is not first
    let_go(engine)


def test_hooks_and_changes_on_a_probe_are_invisible_to_predictions(explainer: Explainer) -> None:
    selection = Selection("llama", "attention")
    before = explainer.engine.classify(selection, [TEXT])[0].logits
    probe = probe_of(explainer, selection)
    probe.layers[0].register_forward_hook(lambda *_: pytest.fail("a hook of the probe ran in a prediction"))
    probe.classifier.score = torch.nn.Identity()
    probe.backbone.config.is_causal = False
    assert explainer.engine.classify(selection, [TEXT])[0].logits == before
    weights = {p.data_ptr() for p in explainer.engine.pair(selection).predictor.model.parameters()}
    assert {p.data_ptr() for p in probe_of(explainer, selection).model.parameters()} == weights, "weights were copied"


@pytest.mark.parametrize("problem", ["multi_label_classification", "regression"])
def test_other_problems_are_explained_too(problem: Any, tmp_path: Path) -> None:
    explainer, selection, _ = of_another_problem(problem, tmp_path)
    prediction = explainer.engine.classify(selection, [TEXT])[0]
    np.testing.assert_allclose(explainer.position_parts(selection, TEXT).sums, prediction.logits, atol=1e-4)
    lens = explainer.depth(selection, TEXT)
    np.testing.assert_allclose(lens.probabilities[-1], prediction.probabilities, atol=1e-6)
    assert len(explainer.poolers(selection, TEXT)) == len(POOLERS)
    let_go(explainer.engine)


@pytest.mark.parametrize("text", ["a", "é", "🙂", "card " * 2000, "\u200d"])
def test_short_long_and_odd_texts(explainer: Explainer, text: str) -> None:
    for selection in (Selection("llama", "attention"), Selection("bert", "gem")):
        reading = explainer.reading(selection, text)
        found = explainer.position_parts(selection, text)
        assert found.values.shape[1] == len(reading.prediction.tokens)
        np.testing.assert_allclose(found.sums, reading.prediction.logits, atol=1e-4)
        assert explainer.pooling(selection, text).weights.sum() == pytest.approx(1)
        whole = by_unit(found.values, reading.words)
        np.testing.assert_allclose(whole.sum(axis=1), found.sums, atol=1e-9)


def test_an_empty_text_is_refused(explainer: Explainer) -> None:
    for ask in (explainer.reading, explainer.pooling, explainer.position_parts, explainer.depth, explainer.poolers):
        with pytest.raises(InputError, match="empty"):
            ask(Selection("llama", "mean"), "  ")


@pytest.mark.parametrize("adapter", ["context", "mean", "attention", "gem", "gem-sequential"])
def test_nothing_but_bos(explainer: Explainer, adapter: str) -> None:
    probe = probe_of(explainer, Selection("mistral", adapter))
    alone = Encoded("", [1], [(0, 0)], 1)
    states = probe.states(alone)
    found = position_parts(probe, states)
    assert found.values.shape == (4, 1)
    np.testing.assert_allclose(found.logits, probe.logits([[1]])[0].numpy(), atol=1e-5)
    if found.exact:
        np.testing.assert_allclose(found.sums, found.logits, atol=1e-5)
    assert pooling(probe, states).effective_tokens == pytest.approx(1)
    assert trace(probe, alone).final_difference < 1e-5


#: Every question about a verdict, and what it needs besides the pair.
UNTRAINED: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("reading", "pooling", "poolers", "position_parts", "depth", "attention_cost"), (TEXT,)),
    **dict.fromkeys(("scale_curve", "ablation", "attention_mask"), (TEXT,)),
    **dict.fromkeys(("contributions", "deletions"), (TEXT, ContributionOptions("LABEL_0"))),
    "head_geometry": (),
    "attribution_cost": (TEXT, AttributionOptions("LABEL_0")),
    "attributions": (TEXT, AttributionOptions("LABEL_0")),
    "attention": (TEXT, "overview"),
    "attention_task": (TEXT, "rollout"),
    "at_scale": (TEXT, 0.5),
    "two_texts": (TEXT, "another"),
    "flip_cost": (TEXT, 10),
    "minimal_flip": (TEXT, 10),
    "report": (TEXT, "LABEL_0"),
    "quantisation_effect": (TEXT,),
}


def test_all_that_speaks_of_a_verdict_is_known() -> None:
    public = {name for name in vars(services.Explainer) if not name.startswith("_")}
    assert public - {"capabilities"} == UNTRAINED.keys()


@pytest.mark.parametrize("name", UNTRAINED)
def test_an_untrained_head_is_not_explained(explainer: Explainer, name: str) -> None:
    with pytest.raises(UntrainedHeadError, match="no classification head"):
        getattr(explainer, name)(Selection("llama"), *UNTRAINED[name])


def test_an_untrained_head_is_explained_on_request_and_marked(explainer: Explainer) -> None:
    wish = Selection("llama", untrained_head=True)
    reading = explainer.reading(wish, TEXT)
    assert reading.prediction.untrained_head
    found = explainer.position_parts(wish, TEXT)
    np.testing.assert_allclose(found.sums, reading.prediction.logits, atol=1e-4)
    report = document(explainer.report(wish, TEXT, reading.prediction.label))
    assert 'id="verdict" class="hl-untrained"' in report
    assert report.count("untrained head: random") == 2  # in the title, and below the verdict
    with pytest.raises(UntrainedHeadError):
        explainer.reading(Selection("llama"), TEXT)  # also where it is cached
