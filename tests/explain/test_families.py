"""Every family that opens: each view answers, or refuses in words; the parts sum to the logit, and maps are theirs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
import torch
from transformers.utils import logging as hf_logging

from core.config.components import POOLERS
from core.engine.encoding import Encoded, Encoder
from core.errors import AppError, CheckpointError
from core.explain import attention
from core.explain.attention_mask import compare_masks
from core.explain.attributions.run import attribute
from core.explain.capabilities import capabilities, require
from core.explain.contributions.checked_backbones import CHECKED_BACKBONES
from core.explain.contributions.run import contributions, own_logits
from core.explain.depth import trace
from core.explain.head_geometry import class_vectors
from core.explain.minimal_flip import find
from core.explain.pooling import compare_poolers, pooling
from core.explain.position_parts import position_parts
from core.explain.probe import Probe
from core.results import AttributionOptions, Capability, ContributionOptions, Unit
from core.tasks.progress import ignore_progress
from tests.explain.adapted import probing
from tests.explain.families import families, tiny_classifier
from tests.model.conftest import LABELS
from tests.tiny import make_tiny_tokenizer

IDS = [5, 9, 17, 33, 65, 129, 40]
TEXT = Encoded("abcdefg", IDS, [(i, i + 1) for i in range(7)], 7)
UNITS = tuple(Unit(TEXT.text[i], i, i + 1, (i,)) for i in range(7))
ENCODER = Encoder(make_tiny_tokenizer(), 64)
#: The same words again for what takes words away, with their characters.
WORDS = ENCODER.encode(["My card has not arrived"])[0]
UNITS_OF_WORDS = tuple(
    Unit(
        match[0],
        match.start(),
        match.end(),
        tuple(i for i, (_, end) in enumerate(WORDS.offsets) if start < end <= stop),
    )
    for match in re.finditer(r"\S+", WORDS.text)
    for start, stop in [(match.start(), match.end())]
)
#: Whose kernels for chunks of a sequence are written for GPUs: each pass takes seconds here.
SLOW = ("qwen3_next", "qwen3_5_text", "qwen3_5_moe_text", "qwen4_exp_text", "nemotron_h", "falcon_h1")
#: Families that people classify with, each of another build.
NAMED = (
    *("albert", "bert", "big_bird", "bloom", "codegen", "ctrl", "deberta-v2", "distilbert", "electra", "esm", "falcon"),
    *("flaubert", "fnet", "funnel", "gpt2", "gpt_neo", "gpt_neox", "gpt_oss", "gptj", "llama", "longformer", "mixtral"),
    *("modernbert", "mpnet", "mpt", "nystromformer", "openai-gpt", "opt", "phi3", "qwen3", "rembert", "roberta"),
    *("roformer", "rwkv", "xlm", "xlnet", "yoso"),
)


def attributions(probe: Probe) -> object:
    options = AttributionOptions(LABELS[0], steps=2, baseline="zero")
    return attribute(probing(probe.model), TEXT, UNITS, options, lambda *_: None)


VIEWS: Mapping[Capability, Callable[[Probe], object]] = {
    Capability.DEPTH: lambda probe: trace(probe, TEXT),
    Capability.ATTENTION: lambda probe: [
        attention.capture(probe, TEXT, part, 2**30) for part in ("overview", "rollout", 1)
    ],
    Capability.ATTENTION_MASK: lambda probe: compare_masks(probe, TEXT),
    Capability.ATTRIBUTIONS: attributions,
    Capability.HEAD_GEOMETRY: class_vectors,
}


def answered(probe: Probe) -> set[Capability]:
    """The views that answer; the others refuse in words, and so does whoever asks for them."""
    told = capabilities(probe)
    for capability, view in VIEWS.items():
        if told.can(capability):
            with suppress(CheckpointError):  # of this text alone: one shorter than a family can read, say
                view(probe)
        else:
            with pytest.raises(AppError):
                require(probe, capability)
            assert len(told.why_not(capability)) > 20
            assert told.problems[capability].fix
    return {capability for capability in VIEWS if told.can(capability)}


def logits(probe: Probe) -> torch.Tensor | None:
    """(K,) by the classifier itself; None where it cannot read text alone (boxes, pictures), or not in numbers."""
    try:
        with torch.no_grad():
            result = probe.classifier(input_ids=torch.tensor([IDS])).logits[0].double()
    except Exception:
        return None
    return result if result.isfinite().all() else None


def transformers_maps(probe: Probe) -> list[torch.Tensor]:
    """What the family hands out by itself for all layers, where these are (1, H, T, T); else nothing."""
    before = probe.backbone.config._attn_implementation
    try:
        probe.backbone.set_attn_implementation("eager")
        with torch.no_grad():
            output = probe.backbone(input_ids=torch.tensor([IDS]), output_attentions=True, return_dict=True)
    except Exception:
        return []
    finally:
        probe.backbone.set_attn_implementation(before)
    maps = [m for m in getattr(output, "attentions", None) or () if isinstance(m, torch.Tensor)]
    if probe.backbone.config.model_type.endswith("cpmant"):  # its maps are also of a prompt of its own, then cut out
        return []
    full = len(maps) == probe.depth and all(m.dim() == 4 and m.shape[2:] == (len(IDS), len(IDS)) for m in maps)
    return maps if full and all(bool((m >= 0).all()) for m in maps) else []  # SqueezeBERT hands out scores


def adds_up(probe: Probe, expected: torch.Tensor) -> str:
    """The backbone's class where its input contributions are shares that sum to the logit; empty where they fall.

    Falls are told as such, with the reason.
    """
    logits = own_logits(probe, probe.states(TEXT), probe.read_mask(TEXT))
    result = contributions(probe, TEXT, UNITS, ContributionOptions(LABELS[0], "logit"), logits)
    assert result.values.shape == (len(IDS),)
    assert result.value == pytest.approx(float(expected[0]), rel=1e-4, abs=1e-4)
    assert bool(result.why_not) == (result.method == "occlusion")
    assert not result.exact or abs(result.total - float(expected[0])) <= 2e-4 * max(1.0, abs(result.value))
    return type(probe.backbone).__name__ if result.exact else ""


def check(name: str) -> tuple[set[Capability], str] | None:
    """What a family can, after all views were asked, and what `adds_up`; None where it does not classify this text."""
    model = tiny_classifier(name)
    probe = None if model is None else replace(probing(model), encoder=ENCODER)
    expected = None if probe is None else logits(probe)
    if probe is None or expected is None:
        return None
    states = probe.states(TEXT)
    parts = position_parts(probe, states)
    largest = max(1.0, float(expected.abs().max()))
    assert np.abs(parts.sums - expected.numpy()).max() <= 1e-4 * largest, f"{name}: the parts are not the logit"
    assert pooling(probe, states).weights.sum() == pytest.approx(1, abs=1e-4)
    assert len(compare_poolers(probe, states)) == len(POOLERS)
    if name in NAMED and name != "funnel":  # Funnel reads nothing below five tokens, which is told
        flip = find(probe, WORDS, UNITS_OF_WORDS, np.arange(len(WORDS.ids), dtype=float), 8, ignore_progress)
        assert flip.tried <= 8
    shares = adds_up(probe, expected)
    can = answered(probe)
    theirs = transformers_maps(probe)
    if theirs:
        assert Capability.ATTENTION in can, f"{name} hands out maps, and the page says that it has none"
        for layer, maps in enumerate(theirs):
            np.testing.assert_allclose(attention.maps(probe, TEXT, layer, 2**30).maps, maps[0], atol=1e-5)
    return can, shares


def test_every_family_is_explained_or_refused_in_words() -> None:
    """One test, since the families are found here and their number is what it says."""
    hf_logging.set_verbosity_error()
    checked = {name: told for name in families() if name not in SLOW and (told := check(name)) is not None}
    results = {name: can for name, (can, _) in checked.items()}
    shares = {name: backbone for name, (_, backbone) in checked.items()}
    print(f"\n{sum(map(bool, shares.values()))} with shares:", ", ".join(name for name in shares if shares[name]))
    print("occlusion in their place:", ", ".join(name for name in shares if not shares[name]))
    assert {backbone for backbone in shares.values() if backbone} == CHECKED_BACKBONES
    print(f"\n{len(results)} families; without", *(f"\n  {name}: {set(VIEWS) - can}" for name, can in results.items()))
    assert len(results) > 150
    assert {*NAMED} <= {*results}, "a family that people classify with is not among them"
    attended = {name for name, can in results.items() if Capability.ATTENTION in can}
    assert attended >= {"deberta-v2", "mpnet", "falcon", "xlnet", "xlm", "longformer", "nystromformer", "gpt_oss"}
    assert attended >= {"albert", "openai-gpt", "ctrl", "flaubert"}
    assert {name for name in NAMED if Capability.DEPTH not in results[name]} == {"albert", "flaubert", "funnel", "xlm"}
