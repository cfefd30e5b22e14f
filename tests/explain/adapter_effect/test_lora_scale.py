"""Scales of the adapter's update against PEFT's own merge and scales; flips; everything put back."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from peft import LoraConfig, PeftModel, get_peft_model
from peft.tuners.lora import LoraLayer
from scipy.special import softmax
from transformers import GPT2Config, Qwen2MoeConfig

from core.config import AdapterConfig
from core.engine.engine import Engine
from core.errors import AdapterError
from core.explain.adapter_effect import lora_scale
from core.explain.adapter_effect.lora_modules import lora_parts
from core.explain.adapter_effect.lora_scale import at_scale, logits_with, scale_curve
from core.explain.explainer import Explainer
from core.model.classifier import classifier_class
from core.model.share import sibling
from core.results import Flip, ScaleCurve, Selection
from core.settings import Settings
from core.tasks.runner import TaskRunner
from tests.engine.conftest import let_go
from tests.explain.adapted import TEXT, adapted, merged_logits, moved, probing, traces
from tests.model.conftest import LABELS, opened
from tests.tiny import save_tiny_classifier

TYPES = {"llama": "llama", "gemma2": "gemma2-bidirectional", "mistral": "mistral", "bert": "vanilla"}
KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "rslora": {"use_rslora": True},
    "dora": {"use_dora": True},
    "patterns": {"rank_pattern": {"q_proj": 2, r"layers\.1\..*v_proj": 6}, "alpha_pattern": {"q_proj": 3}},
    "one layer": {"layers_to_transform": [1]},
    "all linear": {"target_modules": "all-linear"},
    "embeddings": {"target_modules": ("embed_tokens", "q_proj")},
    "embeddings dora": {"target_modules": ("embed_tokens", "down_proj"), "use_dora": True},
    "saved": {"modules_to_save": ["embed_tokens"], "bias": "all"},
}
SCALES = (0.0, 0.5, 1.0, 2.0)


def quiet(*_: object) -> None:
    """Progress that nobody watches."""


def near(found: torch.Tensor, wanted: torch.Tensor) -> None:
    assert (found - wanted).abs().max() <= 3e-5 * max(1.0, float(wanted.abs().max()))


@pytest.mark.parametrize("kind", KINDS)
def test_every_scale_equals_pefts_merge(tiny_folders: dict[str, Path], kind: str) -> None:
    base = opened(tiny_folders["llama"], torch_dtype="float64")
    model = adapted(base, AdapterConfig(r=4, **KINDS[kind]), pooler_type="attention")
    probe = probing(model)
    parts = lora_parts(probe)
    together = logits_with(
        probe, TEXT, parts, torch.tensor(SCALES, dtype=torch.float64)[:, None].expand(-1, len(parts))
    )
    for scale, row in zip(SCALES, together, strict=True):
        wanted = merged_logits(model, scale)
        torch.testing.assert_close(row, wanted, rtol=0, atol=1e-9)
        torch.testing.assert_close(torch.tensor(at_scale(probe, TEXT, scale).logits), wanted, rtol=0, atol=1e-9)
    assert (together[0] - together[2]).abs().max() > 1e-2, "the update does nothing here"


@pytest.mark.parametrize("family", TYPES)
@pytest.mark.parametrize("head", ["vanilla", "sequential"])
def test_every_family_and_head(tiny_folders: dict[str, Path], family: str, head: str) -> None:
    targets = ("query", "value", "dense") if family == "bert" else ("q_proj", "v_proj", "down_proj")
    config = AdapterConfig(r=2, target_modules=targets)
    model = adapted(opened(tiny_folders[family], TYPES[family]), config, pooler_type="gem", head_type=head)
    for scale in SCALES:
        found = torch.tensor(at_scale(probing(model), TEXT, scale).logits).float()
        near(found, merged_logits(model, scale))


@pytest.mark.parametrize("kind", ["plain", "rslora", "patterns"])
def test_equals_pefts_own_scales(tiny_folders: dict[str, Path], kind: str) -> None:
    model = adapted(opened(tiny_folders["mistral"], "mistral"), AdapterConfig(r=4, **KINDS[kind]), pooler_type="mean")
    for scale in SCALES:
        theirs = copy.deepcopy(model)
        for module in theirs.modules():
            if isinstance(module, LoraLayer):
                module.set_scale("default", scale)
        with torch.inference_mode():
            wanted = theirs(input_ids=torch.tensor([TEXT.ids])).logits[0]
        near(torch.tensor(at_scale(probing(model), TEXT, scale).logits).float(), wanted)


def test_off_keeps_pooler_and_head(tiny_folders: dict[str, Path]) -> None:
    """The base model under the trained pooler and head; PEFT's `disable_adapter` would take those away as well."""
    base = opened(tiny_folders["llama"])
    model = adapted(base, AdapterConfig(r=4), pooler_type="attention")
    probe = probing(model)
    plain = sibling(base.model, pooler_type="attention", num_labels=len(LABELS))
    plain.pooler.load_state_dict(probe.pooler.state_dict())
    plain.score.load_state_dict(probe.head.state_dict())
    with torch.inference_mode():
        wanted = plain(input_ids=torch.tensor([TEXT.ids])).logits[0]
        with model.disable_adapter():
            without_head = model(input_ids=torch.tensor([TEXT.ids])).logits[0]
    found = torch.tensor(at_scale(probe, TEXT, 0).logits).float()
    near(found, wanted)
    assert (without_head - found).abs().max() > 0.1


@pytest.mark.parametrize("kind", ["plain", "dora"])
def test_rows_in_one_batch_keep_to_the_budget(tiny_folders: dict[str, Path], kind: str) -> None:
    model = adapted(opened(tiny_folders["llama"]), AdapterConfig(r=4, **KINDS[kind]), pooler_type="mean")
    seen: list[int] = []
    wide, narrow, tight = (probing(model, tokens) for tokens in (10_000, 3 * len(TEXT.ids), 1))
    wide.backbone.register_forward_pre_hook(
        lambda _m, _a, options: seen.append(options["input_ids"].shape[0]), with_kwargs=True
    )
    parts = lora_parts(wide)
    factors = torch.rand(7, len(parts), generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    rows = [logits_with(probe, TEXT, parts, factors) for probe in (wide, narrow, tight)]
    assert seen == [7, 3, 3, 1, *[1] * 7]
    near(rows[1], rows[0])
    near(rows[2], rows[0])


def other_family(config: Any, **lora: Any) -> PeftModel:
    config.num_labels, config.problem_type = len(LABELS), "single_label_classification"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = classifier_class(type(config))(config)
        return moved(get_peft_model(model.eval(), LoraConfig(r=2, modules_to_save=["score"], **lora)))


def test_experts_that_see_flattened_tokens_run_one_scale_at_a_time() -> None:
    sizes: dict[str, Any] = {
        "hidden_size": 16,
        "intermediate_size": 24,
        "moe_intermediate_size": 8,
        "num_hidden_layers": 2,
    }
    config = Qwen2MoeConfig(
        **sizes,
        vocab_size=40,
        num_attention_heads=2,
        num_key_value_heads=2,
        num_experts=4,
        num_experts_per_tok=2,
        shared_expert_intermediate_size=12,
        pad_token_id=0,
    )
    model = other_family(config, target_modules=r".*shared_expert\.(gate|up|down)_proj")
    probe = probing(model)
    parts = lora_parts(probe)
    found = logits_with(probe, TEXT, parts, torch.tensor(SCALES)[:, None].expand(-1, len(parts)))
    for scale, row in zip(SCALES, found, strict=True):
        near(row, merged_logits(model, scale))


def test_weights_that_are_stored_transposed() -> None:
    config = GPT2Config(n_embd=16, n_layer=2, n_head=2, n_positions=64, vocab_size=40, initializer_range=0.2)
    model = other_family(config, target_modules=["c_attn", "c_fc"], fan_in_fan_out=True)
    curve = scale_curve(probing(model), TEXT, quiet)
    for scale in SCALES:
        near(torch.tensor(curve.at(scale).logits).float(), merged_logits(model, scale))


@pytest.mark.parametrize("kind", ["plain", "dora", "embeddings"])
def test_an_error_in_the_middle_leaves_everything_as_it_was(tiny_folders: dict[str, Path], kind: str) -> None:
    model = adapted(opened(tiny_folders["llama"]), AdapterConfig(r=4, **KINDS[kind]), pooler_type="mean")
    probe = probing(model, tokens_per_batch=2 * len(TEXT.ids))
    values = [list(m.scaling.values()) for m in model.modules() if isinstance(m, LoraLayer)]
    before, logits = traces(model), probe.logits([TEXT.ids])
    calls: list[int] = []

    def breaks(*_: object) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("injected")

    handle = probe.layers[-1].register_forward_hook(breaks)
    with pytest.raises(RuntimeError, match="injected"):
        scale_curve(probe, TEXT, quiet)
    handle.remove()
    assert len(calls) == 3
    assert traces(model) == before
    now = [list(m.scaling.values()) for m in model.modules() if isinstance(m, LoraLayer)]
    assert all(a is b for old, new in zip(values, now, strict=True) for a, b in zip(old, new, strict=True))
    assert torch.equal(probe.logits([TEXT.ids]), logits)
    scale_curve(probe, TEXT, quiet)
    assert traces(model) == before
    assert torch.equal(probe.logits([TEXT.ids]), logits)


@pytest.mark.parametrize("seed", range(4))
def test_the_curve_and_its_flips(tiny_folders: dict[str, Path], seed: int) -> None:
    model = adapted(opened(tiny_folders["llama"]), AdapterConfig(r=4), pooler_type="mean")
    ids = torch.randint(3, 300, (12,), generator=torch.Generator().manual_seed(seed)).tolist()
    text = type(TEXT)("", ids, [(0, 0)] * 12, 12)
    told: list[float] = []
    found = scale_curve(probing(model), text, lambda fraction, _: told.append(fraction))
    assert told == sorted(told)
    np.testing.assert_allclose(found.scales, np.linspace(0, 2, 41))
    np.testing.assert_allclose(found.probabilities, softmax(found.logits, axis=1), atol=1e-6)
    assert found.verdicts == tuple(LABELS[k] for k in found.logits.argmax(axis=1))
    said = found.verdicts[0]
    for flip in found.flips:
        assert flip.before == said != flip.after
        for scale, verdict in ((flip.scale - 0.002, flip.before), (flip.scale + 0.001, flip.after)):
            assert LABELS[int(merged_logits(model, scale, ids).argmax())] == verdict
        said = flip.after
    assert said == found.verdicts[-1]
    assert found.kept == ("head",)


def test_some_curve_flips(tiny_folders: dict[str, Path]) -> None:
    """Or the test above would check nothing."""
    model = adapted(opened(tiny_folders["llama"]), AdapterConfig(r=4), pooler_type="mean")
    flips = 0
    for seed in range(4):
        ids = torch.randint(3, 300, (12,), generator=torch.Generator().manual_seed(seed)).tolist()
        flips += len(scale_curve(probing(model), type(TEXT)("", ids, [(0, 0)] * 12, 12), quiet).flips)
    assert flips


@hypothesis_settings(deadline=None)
@given(st.sets(st.integers(1, 2000), max_size=len(LABELS) - 1))
def test_flips_are_found_to_a_thousandth(thresholds: set[int]) -> None:
    """Verdicts that change at known scales, several of them between two points of the curve."""
    order = sorted(thresholds)

    def steps(_probe: object, _text: object, _parts: object, factors: torch.Tensor, told: Any = None) -> torch.Tensor:
        passed = [sum(round(1000 * float(s)) >= t for t in order) for s in factors[:, 0]]
        return torch.nn.functional.one_hot(torch.tensor(passed), len(LABELS)).float()

    with (
        patch.object(lora_scale, "logits_with", steps),
        patch.object(lora_scale, "lora_parts", lambda _: [None]),
        patch.object(lora_scale, "kept_parts", lambda _: ()),
    ):
        found = scale_curve(probing(torch.nn.Identity()), TEXT, quiet)
    assert found.flips == tuple(Flip(t / 1000, LABELS[i], LABELS[i + 1]) for i, t in enumerate(order))


def test_a_point_that_is_not_on_the_curve() -> None:
    curve = ScaleCurve(LABELS, np.array([0.0, 1.0]), np.eye(2, 4), np.eye(2, 4), LABELS[:2], (), ())
    assert curve.at(1).label == LABELS[1]
    with pytest.raises(ValueError, match=r"0\.5"):
        curve.at(0.5)


def test_without_an_adapter_it_says_what_it_needs(tiny_folders: dict[str, Path]) -> None:
    probe = probing(opened(tiny_folders["llama"]).model)
    for ask in (lambda: at_scale(probe, TEXT, 0), lambda: scale_curve(probe, TEXT, quiet)):
        with pytest.raises(AdapterError, match="without an adapter") as told:
            ask()
        assert "choose an adapter" in told.value.fix


def test_an_adapter_of_whole_modules_only_says_so(tiny_folders: dict[str, Path]) -> None:
    model = adapted(opened(tiny_folders["llama"]), AdapterConfig(r=2), pooler_type="attention")
    for module in model.modules():
        if isinstance(module, LoraLayer):
            module.scaling.clear()
    with pytest.raises(AdapterError, match="only whole modules: pooler, head"):
        lora_parts(probing(model))


@pytest.mark.parametrize("problem", ["multi_label_classification", "regression"])
def test_other_problems(tiny_folders: dict[str, Path], problem: str) -> None:
    model = adapted(opened(tiny_folders["llama"]), AdapterConfig(r=4), pooler_type="mean")
    probe = probing(model, problem=problem)
    found = scale_curve(probe, TEXT, quiet)
    assert found.verdicts == tuple(probe.verdict(torch.tensor(row).float()) for row in found.logits)
    assert np.isnan(found.probabilities).all() == (problem == "regression")
    if problem == "regression":
        assert not found.flips


def test_the_explainer_asks_for_scales_and_remembers_off_and_on(everyone: Path, tmp_path: Path) -> None:
    engine = Engine(Settings(catalogue=everyone, user_catalogue=tmp_path, device="cpu"))
    explainer, selection, text = (
        Explainer(engine, TaskRunner(1)),
        Selection("llama", "attention"),
        "My card has not arrived.",
    )
    on = explainer.at_scale(selection, text, 1)
    assert on.label == engine.classify(selection, [text])[0].label
    np.testing.assert_allclose(on.logits, engine.classify(selection, [text])[0].logits, atol=1e-6)
    assert explainer.at_scale(selection, text, 1) is on
    task = explainer.scale_curve(selection, text)
    assert task.state() is None
    curve = task.result()
    np.testing.assert_allclose(curve.at(1).logits, on.logits, atol=1e-5)
    np.testing.assert_allclose(curve.at(0.35).logits, explainer.at_scale(selection, text, 0.35).logits, atol=1e-5)
    let_go(engine)


def test_a_base_that_stands_alone(tmp_path: Path) -> None:
    folder = save_tiny_classifier(tmp_path / "model", "llama", LABELS)
    engine = Engine(Settings(user_catalogue=tmp_path / "own", device="cpu"))
    selection = engine.resolve(str(folder))
    with pytest.raises(AdapterError, match="without an adapter"):
        Explainer(engine, TaskRunner(1)).at_scale(selection, "My card", 0.5)
    with pytest.raises(AdapterError, match="without an adapter"):
        Explainer(engine, TaskRunner(1)).ablation(selection, "My card").result()
    let_go(engine)
