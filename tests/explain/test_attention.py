"""Attention maps, head numbers and rollout against transformers' own capture and plain numpy; memory; refusals."""

from __future__ import annotations

import itertools
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy
from torch.profiler import ProfilerActivity, profile

from core.engine.encoding import Encoded
from core.engine.engine import Engine
from core.errors import CheckpointError, MemoryBudgetError, NotFoundError
from core.explain import attention
from core.explain.attention_hooks import maps_in
from core.explain.explainer import Explainer
from core.explain.probe import Probe, make_probe
from core.results import HEAD_MEASURES, AttentionCost, AttentionRollout, Selection, Unit, between_units, read_by
from core.settings import Settings
from core.tasks.progress import CancelledError
from core.tasks.runner import TaskRunner
from tests.engine.conftest import let_go
from tests.explain.adapted import probing
from tests.explain.conftest import TYPES
from tests.explain.families import tiny_classifier
from tests.tiny import save_tiny_classifier

Array = np.ndarray[Any, Any]
TEXT = "My card has not arrived yet, my card 🙂 has not."
PLENTY = 2**30
LLAMA = Selection("llama", "attention")


def probe_of(explainer: Explainer, selection: Selection) -> Probe:
    return make_probe(explainer.engine.pair(selection))


def captured(probe: Probe, text: str) -> list[Array]:
    """(H, T, T) of each layer, by transformers' own capture of all layers."""
    before = probe.backbone.config._attn_implementation
    probe.backbone.set_attn_implementation("eager")
    with torch.no_grad():
        found = probe.backbone(input_ids=torch.tensor([probe.encode(text).ids]), output_attentions=True).attentions
    probe.backbone.set_attn_implementation(before)
    return [layer[0].numpy() for layer in found]


@pytest.mark.parametrize("family", TYPES)
def test_maps_of_every_layer_equal_transformers(explainer: Explainer, family: str) -> None:
    selection = Selection(family, "mean")
    expected = captured(probe_of(explainer, selection), TEXT)
    for number, layer in enumerate(expected):
        found = explainer.attention(selection, TEXT, number)
        np.testing.assert_allclose(found.maps, layer, atol=1e-6)
        np.testing.assert_allclose(found.maps.sum(axis=-1), 1, atol=1e-5)
        np.testing.assert_array_equal(found.head(1), found.maps[1])


def test_masks_and_windows_are_in_the_maps(explainer: Explainer) -> None:
    """Mistral sees 8 tokens back, Gemma 2 as we open it both ways, its window in every other layer."""
    mistral = explainer.attention(Selection("mistral", "mean"), TEXT, 0).maps
    away = np.subtract.outer(np.arange(mistral.shape[1]), np.arange(mistral.shape[1]))
    assert mistral.shape[1] > 10
    assert not mistral[:, (away < 0) | (away >= 8)].any()
    assert (mistral[:, (away >= 0) & (away < 8)] > 0).all()
    gemma = [explainer.attention(Selection("gemma2", "mean"), TEXT, layer).maps for layer in (0, 1)]
    assert (gemma[1] > 0).all()
    assert not gemma[0][:, np.abs(away) > 8].any()


@pytest.mark.parametrize("family", TYPES)
def test_head_numbers_equal_numpy(explainer: Explainer, family: str) -> None:
    selection = Selection(family, "attention")
    maps = np.stack(captured(probe_of(explainer, selection), TEXT)).astype(np.float64)  # (L, H, T, T)
    found = explainer.attention(selection, TEXT, "overview")
    count = maps.shape[-1]
    places = np.arange(count)
    expected = {
        "effective tokens": np.exp(entropy(maps, axis=-1)).mean(axis=-1),
        "first token": maps[..., 0].mean(axis=-1),
        "token before": maps[..., places[1:], places[:-1]].mean(axis=-1),
        "itself": maps[..., places, places].mean(axis=-1),
        "distance": (maps * np.abs(places[:, None] - places)).sum(axis=-1).mean(axis=-1),
    }
    assert tuple(found.values) == HEAD_MEASURES
    assert found.shape == maps.shape[:2]
    for name, values in expected.items():
        np.testing.assert_allclose(found.values[name], values, rtol=1e-4, err_msg=name)


@pytest.mark.parametrize("family", TYPES)
def test_rollout_equals_numpy(explainer: Explainer, family: str) -> None:
    selection = Selection(family, "gem")
    expected = np.eye(len(explainer.reading(selection, TEXT).prediction.tokens))
    for layer in captured(probe_of(explainer, selection), TEXT):
        mixed = 0.5 * layer.astype(np.float64).mean(axis=0) + 0.5 * np.eye(len(expected))
        expected = mixed / mixed.sum(axis=1, keepdims=True) @ expected
    found = explainer.attention(selection, TEXT, "rollout")
    np.testing.assert_allclose(found.matrix, expected, atol=1e-6)
    weights = explainer.pooling(selection, TEXT).weights
    np.testing.assert_allclose(read_by(found.matrix, weights), weights @ expected, atol=1e-6)
    assert read_by(found.matrix, weights).sum() == pytest.approx(1, abs=1e-5)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=8), st.integers(0, 2**32 - 1))
def test_attention_between_words_keeps_rows_at_one(sizes: list[int], seed: int) -> None:
    total = sum(sizes)
    matrix = np.random.default_rng(seed).dirichlet(np.ones(total), size=total)
    starts = np.cumsum([0, *sizes])
    units = tuple(Unit("x", 0, 1, tuple(range(a, b))) for a, b in itertools.pairwise(starts))
    found = between_units(matrix, units)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    for i, query in enumerate(units):
        for j, key in enumerate(units):
            block = matrix[np.ix_(query.tokens, key.tokens)]
            assert found[i, j] == pytest.approx(block.sum(axis=1).mean())


def test_words_of_a_real_text(explainer: Explainer) -> None:
    reading, maps = explainer.reading(LLAMA, TEXT), explainer.attention(LLAMA, TEXT, 1)
    assert len(reading.words) < len(reading.pieces)
    np.testing.assert_allclose(between_units(maps.head(1), reading.words).sum(axis=1), 1, atol=1e-5)


def hooks(probe: Probe) -> list[dict[int, object]]:
    """What is hung on the modules of every layer."""
    modules = [module for layer in probe.layers for module in layer.modules()]
    return [dict(held) for m in modules for held in (m._forward_hooks, m._forward_pre_hooks)]


@pytest.mark.parametrize("family", TYPES)
def test_predictions_and_the_probe_are_untouched(explainer: Explainer, family: str) -> None:
    selection = Selection(family, "attention")
    before = explainer.engine.classify(selection, [TEXT])[0].logits
    probe = probe_of(explainer, selection)
    ids = [probe.encode(TEXT).ids]
    probed = probe.logits(ids)
    implementation, hooked = probe.backbone.config._attn_implementation, hooks(probe)
    for part in ("overview", "rollout", 1):
        attention.capture(probe, probe.encode(TEXT), part, PLENTY)
        assert probe.backbone.config._attn_implementation == implementation
        assert hooks(probe) == hooked
    assert explainer.engine.classify(selection, [TEXT])[0].logits == before
    assert torch.equal(probe.logits(ids), probed)
    np.testing.assert_allclose(probed[0].double().numpy(), before, rtol=0, atol=1e-5 * max(map(abs, before)))


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_everything_is_put_back_after_an_error(
    explainer: Explainer, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    probe = probe_of(explainer, LLAMA)
    expected = probe.logits([probe.encode(TEXT).ids])
    hooked = hooks(probe)
    assert probe.backbone.config._attn_implementation == "sdpa"

    def fails(_: object) -> None:
        assert probe.backbone.config._attn_implementation == "eager"
        raise error("in the middle")

    monkeypatch.setattr(attention, "measured", fails)
    with pytest.raises(error, match="in the middle"):
        attention.overview(probe, probe.encode(TEXT), PLENTY)
    assert probe.backbone.config._attn_implementation == "sdpa"
    assert hooks(probe) == hooked
    assert torch.equal(probe.logits([probe.encode(TEXT).ids]), expected)


def test_a_stop_is_heard_between_layers(explainer: Explainer) -> None:
    probe, told = probe_of(explainer, LLAMA), []

    def stops(fraction: float, stage: str) -> None:
        told.append((fraction, stage))
        if fraction > 0:
            raise CancelledError

    with pytest.raises(CancelledError):
        attention.rollout(probe, probe.encode(TEXT), PLENTY, stops)
    assert told == [(0.0, "layer 0, up to 1"), (0.5, "layer 1, up to 1")]
    assert probe.backbone.config._attn_implementation == "sdpa"


def test_maps_of_one_layer_at_a_time(explainer: Explainer, monkeypatch: pytest.MonkeyPatch) -> None:
    probe = probe_of(explainer, LLAMA)
    alive: list[weakref.ref[torch.UntypedStorage]] = []
    real = attention.measured

    def noted(seen: torch.Tensor) -> torch.Tensor:
        assert all(ref() is None for ref in alive), "the maps of an earlier layer are still there"
        alive.append(weakref.ref(seen.untyped_storage()))
        return real(seen)

    monkeypatch.setattr(attention, "measured", noted)
    attention.overview(probe, probe.encode(TEXT), PLENTY)
    assert len(alive) == 2


def test_layers_above_the_chosen_one_do_not_run(explainer: Explainer) -> None:
    probe = probe_of(explainer, LLAMA)
    attention.require_maps(probe)  # what is tried once, with a few tokens
    probe.layers[1].register_forward_pre_hook(lambda *_: pytest.fail("layer 1 ran"))
    assert attention.maps(probe, probe.encode(TEXT), 0, PLENTY).layer == 0


# Memory


def test_the_estimate_is_heads_times_tokens_squared() -> None:
    needs = AttentionCost(layers=32, heads=32, tokens=2048, number_bytes=4, budget=2 * 2**30)
    assert needs.peak == 32 * 2048**2 * 8 + 2048**2 * 8
    assert needs.kept == 32 * 2048**2 * 4 == 512 * 2**20
    assert needs.all_layers == 16 * 2**30
    assert needs.fits
    half = AttentionCost(32, 32, 2048, 2, 2 * 2**30)
    assert half.peak == 32 * 2048**2 * 10 + 2048**2 * 4
    assert not AttentionCost(32, 32, 2048, 2, half.peak - 1).fits


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_estimate_is_what_torch_allocates(explainer: Explainer, dtype: torch.dtype) -> None:
    """The allocator's own log of one pass, less what the states of 128 tokens take beside the maps."""
    probe = probe_of(explainer, Selection("llama", "mean"))
    for parameter in probe.model.parameters():
        parameter.data = parameter.data.to(dtype)
    text = probe.encode("card " * 200)
    needs = attention.capture_cost(probe, text, PLENTY)
    assert (needs.tokens, needs.heads, needs.layers, needs.number_bytes) == (128, 4, 2, dtype.itemsize)
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as watched:
        attention.maps(probe, text, 1, PLENTY)
    log = [e for e in watched.profiler.kineto_results.events() if e.name() == "[memory]"]
    live = np.cumsum([event.nbytes() for event in sorted(log, key=lambda event: event.start_ns())])
    assert 0.9 * needs.peak < live.max() < 1.5 * needs.peak


def test_above_the_budget_is_refused_with_both_figures(everyone: Path, tmp_path: Path) -> None:
    settings = Settings(catalogue=everyone, user_catalogue=tmp_path, device="cpu", attention_budget_mb=0.25)
    explainer = Explainer(Engine(settings), TaskRunner(1))
    long = "card " * 200
    assert not explainer.attention_cost(LLAMA, long).fits
    for part in ("overview", "rollout", 1):
        with pytest.raises(MemoryBudgetError, match=r"4 heads, 128 x 128 tokens\) needs 640 KiB, and 256 KiB is the"):
            explainer.attention(LLAMA, long, part)
    assert explainer.attention_cost(LLAMA, "card").fits
    assert explainer.attention(LLAMA, "card", 1).maps.shape[0] == 4
    let_go(explainer.engine)


def test_kept_maps_stay_within_the_budget(everyone: Path, tmp_path: Path) -> None:
    settings = Settings(catalogue=everyone, user_catalogue=tmp_path, device="cpu", attention_budget_mb=0.7)
    explainer = Explainer(Engine(settings), TaskRunner(1))
    texts = [f"{number} " + "card " * 200 for number in range(5)]
    first = explainer.attention(LLAMA, texts[0], 1)
    assert first.nbytes == explainer.attention_cost(LLAMA, texts[0]).kept
    assert explainer.attention(LLAMA, texts[0], 1) is first
    for text in texts:
        kept = explainer.attention(LLAMA, text, 1)
    assert explainer.attention(LLAMA, texts[4], 1) is kept
    assert explainer.attention(LLAMA, texts[0], 1) is not first
    let_go(explainer.engine)


def test_as_a_job_it_answers_at_once_afterwards(explainer: Explainer) -> None:
    text = TEXT + " As a job."
    task = explainer.attention_task(LLAMA, text, "rollout")
    assert task.state() is None
    assert task.result()
    found = explainer.attention(LLAMA, text, "rollout")
    assert isinstance(found, AttentionRollout)
    probe = probe_of(explainer, LLAMA)
    np.testing.assert_array_equal(found.matrix, attention.rollout(probe, probe.encode(text), PLENTY).matrix)


# Odd ones


@pytest.mark.parametrize("text", ["a", "🙂", "card " * 2000, "\u200d", "again again again"])
@pytest.mark.parametrize("family", TYPES)
def test_short_long_and_odd_texts(explainer: Explainer, family: str, text: str) -> None:
    selection = Selection(family, "context")
    reading = explainer.reading(selection, text)
    count = len(reading.prediction.tokens)
    assert explainer.attention(selection, text, 1).maps.shape == (4, count, count)
    assert explainer.attention(selection, text, "rollout").matrix.shape == (count, count)
    overview = explainer.attention(selection, text, "overview").values
    assert all(np.isfinite(values).all() for values in overview.values())
    np.testing.assert_allclose(
        between_units(explainer.attention(selection, text, 1).head(1), reading.words).sum(1), 1, atol=1e-5
    )


def test_one_token_has_none_before_it(explainer: Explainer) -> None:
    probe = probe_of(explainer, LLAMA)
    alone = attention.overview(probe, type(probe.encode("a"))("", [1], [(0, 0)], 1), PLENTY).values
    assert np.isnan(alone["token before"]).all()
    np.testing.assert_array_equal(alone["effective tokens"], 1)


@pytest.mark.parametrize("layer", [2, 3, -1])
def test_a_layer_that_is_not_there(explainer: Explainer, layer: int) -> None:
    with pytest.raises(NotFoundError, match=f"no layer {layer}: this model has layers 0 to 1"):
        explainer.attention(LLAMA, TEXT, layer)


def test_an_architecture_without_maps_is_told(explainer: Explainer) -> None:
    probe = probe_of(explainer, LLAMA)
    for layer in probe.layers:
        layer.self_attn.register_forward_hook(lambda _m, _a, output: (output[0], None))  # type: ignore[union-attr]
    with pytest.raises(CheckpointError, match="LlamaModel hands out no attention maps"):
        attention.overview(probe, probe.encode(TEXT), PLENTY)


def test_square_tensors_that_are_no_maps_are_not_taken(explainer: Explainer) -> None:
    """Some families hand out position biases of the same shape beside the maps."""
    probe = probe_of(explainer, LLAMA)
    expected = attention.maps(probe, probe.encode(TEXT), 0, PLENTY).maps

    def beside(_module: object, _args: object, output: Any) -> Any:
        return output[0], torch.randn_like(output[1]), output[1]

    probe.layers[0].self_attn.register_forward_hook(beside)  # type: ignore[union-attr]
    probe.layers[0].register_forward_hook(lambda *_: pytest.fail("the layer went on"))
    np.testing.assert_array_equal(attention.maps(probe, probe.encode(TEXT), 0, PLENTY).maps, expected)


@pytest.mark.parametrize("problem", ["multi_label_classification", "regression"])
def test_a_candidate_without_an_adapter_and_other_problems(problem: Any, tmp_path: Path) -> None:
    labels = ("a", "b", "c") if problem.startswith("multi") else ("value",)
    folder = save_tiny_classifier(tmp_path / "model", "mistral", labels, problem)
    explainer = Explainer(Engine(Settings(user_catalogue=tmp_path / "own", device="cpu")), TaskRunner(1))
    selection = explainer.engine.resolve(str(folder))
    expected = captured(probe_of(explainer, selection), TEXT)
    np.testing.assert_allclose(explainer.attention(selection, TEXT, 1).maps, expected[1], atol=1e-6)
    let_go(explainer.engine)


# Other builds of attention


def family(name: str) -> tuple[Probe, Encoded]:
    model = tiny_classifier(name)
    assert model is not None
    ids = list(range(5, 16))
    return probing(model), Encoded("", ids, [(0, 0)] * len(ids), len(ids))


def test_windows_are_put_where_they_read() -> None:
    """Longformer hands out, for each token, the keys around it by distance."""
    probe, text = family("longformer")
    count, reach = len(text.ids), probe.backbone.config.attention_window[0] // 2
    probe.backbone.set_attn_implementation("eager")
    with torch.no_grad():
        theirs = probe.backbone(input_ids=torch.tensor([text.ids]), output_attentions=True).attentions
    for number, windows in enumerate(theirs):
        expected = np.zeros((4, count, count))
        for query, place in itertools.product(range(count), range(2 * reach + 1)):
            if 0 <= (key := query + place - reach) < count:
                expected[:, query, key] = windows[0, :, query, place]
        found = attention.maps(probe, text, number, PLENTY).maps
        np.testing.assert_allclose(found, expected, atol=1e-7)
        np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-5)


def test_tokens_that_all_read_and_that_read_all_are_put_where_they_are() -> None:
    """As Longformer's own classifier has it: the first token reads everything, and everything reads it."""
    probe, text = family("longformer")
    count, reach = len(text.ids), probe.backbone.config.attention_window[0] // 2
    first = torch.tensor([[1] + [0] * (count - 1)])
    probe.backbone.register_forward_pre_hook(
        lambda _module, args, options: (
            args,
            options | {"global_attention_mask": first[:, : options["input_ids"].shape[1]]},
        ),
        with_kwargs=True,
    )
    probe.backbone.set_attn_implementation("eager")
    with torch.no_grad():
        output = probe.backbone(input_ids=torch.tensor([text.ids]), output_attentions=True)
    windows, globally = output.attentions[0][0], output.global_attentions[0][0]
    expected = np.zeros((4, count, count))
    for query, place in itertools.product(range(1, count), range(2 * reach + 1)):
        if 0 < (key := query + place - reach) < count:
            expected[:, query, key] = windows[:, query, 1 + place]
        expected[:, query, 0] = windows[:, query, 0]
    expected[:, 0] = globally[:, :count, 0]
    found = attention.maps(probe, text, 0, PLENTY).maps
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-5)


def test_what_goes_to_a_sink_is_in_no_row_and_in_no_number_of_tokens() -> None:
    probe, text = family("gpt_oss")
    maps = attention.maps(probe, text, 0, PLENTY).maps
    sums = maps.sum(axis=-1)
    assert (sums < 1).all()
    assert (sums > 0).all()
    found = attention.overview(probe, text, PLENTY).values
    shares = maps / sums[..., None]
    np.testing.assert_allclose(found["effective tokens"][0], np.exp(entropy(maps, axis=-1)).mean(axis=-1), rtol=1e-4)
    np.testing.assert_allclose(found["first token"][0], maps[..., 0].mean(axis=-1), rtol=1e-4)
    away = np.abs(np.subtract.outer(np.arange(len(text.ids)), np.arange(len(text.ids))))
    np.testing.assert_allclose(found["distance"][0], (shares * away).sum(axis=-1).mean(axis=-1), rtol=1e-4)
    np.testing.assert_allclose(attention.rollout(probe, text, PLENTY).matrix.sum(axis=-1), 1, atol=1e-5)


@pytest.mark.parametrize("name", ["deberta-v2", "mpnet", "falcon", "xlnet"])
def test_maps_that_are_handed_out_on_request_are_not_kept_for_all_layers(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe, text = family(name)
    alive: list[weakref.ref[torch.UntypedStorage]] = []
    real = attention.measured

    def noted(seen: torch.Tensor) -> torch.Tensor:
        assert all(ref() is None for ref in alive), "the maps of an earlier layer are still there"
        alive.append(weakref.ref(seen.untyped_storage()))
        return real(seen)

    monkeypatch.setattr(attention, "measured", noted)
    attention.overview(probe, text, PLENTY)
    assert len(alive) == 2


def test_a_layer_that_runs_again_and_again_has_maps_for_each_time() -> None:
    probe, text = family("albert")
    probe.backbone.set_attn_implementation("eager")
    with torch.no_grad():
        theirs = probe.backbone(input_ids=torch.tensor([text.ids]), output_attentions=True).attentions
    assert attention.capture_cost(probe, text, PLENTY).layers == len(theirs) == 2
    for number, layer in enumerate(theirs):
        np.testing.assert_allclose(attention.maps(probe, text, number, PLENTY).maps, layer[0], atol=1e-6)


@pytest.mark.parametrize(
    "part",
    [
        torch.full((1, 4, 3, 3), 1.0),
        torch.full((1, 4, 3, 3), -0.1),
        torch.zeros(1, 4, 3, 3),
        torch.ones(1, 4, 3, 3, dtype=torch.bool),
        torch.full((2, 4, 3, 3), 1 / 3),
        torch.full((1, 4, 3, 4), 1 / 4),
        None,
    ],
)
def test_what_is_no_map_is_not_taken_for_one(part: torch.Tensor | None) -> None:
    assert maps_in(part, 3) is None
