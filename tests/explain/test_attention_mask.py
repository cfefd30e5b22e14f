"""Both masks against classifiers that were opened with the other one."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from peft import PeftModel
from transformers import BertModel, DebertaV2Config

from core.config import AdapterConfig
from core.errors import CheckpointError
from core.explain.attention_mask import compare_masks, masked
from core.explain.explainer import Explainer
from core.explain.probe import Probe, make_probe
from core.model.classifier import classifier_class
from core.model.open import OpenedClassifier
from core.results import MaskEffect, Selection
from tests.explain.adapted import IDS, TEXT, adapted, probing
from tests.explain.conftest import POOLERS
from tests.model.conftest import LABELS, opened

FAMILIES = ("llama", "gemma2", "mistral")


def pair(folders: dict[str, Path], family: str, **parts: object) -> tuple[Any, Any]:
    """The same weights, adapter included, in a causal and in a bidirectional classifier."""
    bases: list[OpenedClassifier] = [opened(folders[family], kind) for kind in (family, f"{family}-bidirectional")]
    causal, other = (adapted(base, AdapterConfig(r=2), **parts) for base in bases)
    other.load_state_dict(causal.state_dict())
    return causal, other


def logits(model: torch.nn.Module, ids: list[int]) -> torch.Tensor:
    with torch.inference_mode():
        return model(input_ids=torch.tensor([ids])).logits[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize("pooler", POOLERS)
@pytest.mark.parametrize("family", FAMILIES)
def test_both_sides_equal_classifiers_that_were_opened_so(
    tiny_folders: dict[str, Path], family: str, pooler: str
) -> None:
    causal, other = pair(tiny_folders, family, pooler_type=pooler)
    wanted = [logits(model, IDS).numpy() for model in (causal, other)]
    for model, trained in ((causal, "causal"), (other, "bidirectional")):
        found = compare_masks(probing(model), TEXT)
        assert found.trained == trained
        np.testing.assert_allclose(found.causal.logits, wanted[0], atol=1e-5 * np.abs(wanted[0]).max())
        np.testing.assert_allclose(found.bidirectional.logits, wanted[1], atol=1e-5 * np.abs(wanted[1]).max())
        assert [found.causal.label, found.bidirectional.label] == [LABELS[int(w.argmax())] for w in wanted]
    assert np.abs(wanted[0] - wanted[1]).max() > 1e-2, "the masks make no difference here"


@pytest.mark.parametrize("family", FAMILIES)
def test_what_reading_ahead_adds_sums_to_the_change(tiny_folders: dict[str, Path], family: str) -> None:
    causal, other = pair(tiny_folders, family, pooler_type="mean")
    found = compare_masks(probing(causal), TEXT)
    for k, label in enumerate(LABELS):
        assert found.added(label).sum() == pytest.approx(
            found.bidirectional.logits[k] - found.causal.logits[k], abs=1e-4
        )
    with torch.inference_mode():
        ids = torch.tensor([IDS])
        before, after = (m.get_base_model().backbone(input_ids=ids).last_hidden_state[0] for m in (causal, other))
    wanted = np.linalg.norm((after - before).numpy(), axis=1) / np.linalg.norm(before.numpy(), axis=1)
    np.testing.assert_allclose(found.moved, wanted, rtol=1e-4)
    assert found.window == (8 if family in ("gemma2", "mistral") else None)


def test_a_window_becomes_symmetric(tiny_folders: dict[str, Path]) -> None:
    """Mistral's two layers of window 8 read 7 tokens back each; in both directions just as many ahead."""
    model = adapted(opened(tiny_folders["mistral"], "mistral"), AdapterConfig(r=2), pooler_type="mean")
    probe = probing(model)
    changed = [*IDS[:-1], 200]
    with masked(probe, causal=False):
        moved = probe.states(TEXT)[0] - probe.states(type(TEXT)("", changed, TEXT.offsets, len(IDS)))[0]
    reached = [t for t in range(len(IDS)) if float(moved[t].abs().max()) > 1e-6]
    assert reached == list(range(reached[0], len(IDS)))
    assert 0 < len(IDS) - 1 - reached[0] <= 2 * 8


def test_one_token_reads_the_same_under_both(tiny_folders: dict[str, Path]) -> None:
    model = adapted(opened(tiny_folders["llama"]), AdapterConfig(r=2), pooler_type="attention")
    found = compare_masks(probing(model), type(TEXT)("", [5], [(0, 1)], 1))
    np.testing.assert_array_equal(found.causal.logits, found.bidirectional.logits)
    np.testing.assert_array_equal(found.moved, [0.0])


def test_an_encoder_reads_causally_as_transformers_decoder_of_its_kind(explainer: Explainer) -> None:
    selection, text = Selection("bert", "mean"), "My card has not arrived."
    found = explainer.attention_mask(selection, text)
    assert found.trained == "bidirectional"
    np.testing.assert_allclose(
        found.bidirectional.logits, explainer.engine.classify(selection, [text])[0].logits, atol=1e-5
    )
    probe = make_probe(explainer.engine.pair(selection))
    plain = cast(PeftModel, copy.deepcopy(probe.model)).merge_and_unload()
    config = copy.deepcopy(plain.backbone.config)
    config.is_decoder = True
    decoder = BertModel(config, add_pooling_layer=False).eval()
    decoder.load_state_dict(plain.backbone.state_dict())
    ids = torch.tensor([probe.encode(text).ids])
    with torch.inference_mode():
        states = decoder(input_ids=ids).last_hidden_state
        wanted = plain.classify(states, torch.ones_like(ids, dtype=torch.bool))[0][0]
    np.testing.assert_allclose(found.causal.logits, wanted.numpy(), atol=1e-5)


def test_an_architecture_whose_mask_cannot_be_exchanged_says_so() -> None:
    config = DebertaV2Config(
        vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24
    )
    config.num_labels = len(LABELS)
    probe = probing(classifier_class(type(config))(config).eval())
    before = dict(vars(probe.backbone.config))
    with pytest.raises(CheckpointError, match="DebertaV2Model reads in both directions") as told:
        compare_masks(probe, TEXT)
    assert "another architecture" in told.value.fix
    assert vars(probe.backbone.config) == before


@pytest.mark.parametrize("family", FAMILIES)
def test_the_config_is_as_before_also_after_an_error(tiny_folders: dict[str, Path], family: str) -> None:
    for model in pair(tiny_folders, family, pooler_type="mean"):
        probe = probing(model)
        config = probe.backbone.config
        before, said = dict(vars(config)), logits(model, IDS)
        compare_masks(probe, TEXT)
        assert vars(config) == before
        handle = probe.layers[-1].register_forward_hook(lambda *_: broken())
        with pytest.raises(RuntimeError, match="injected"):
            compare_masks(probe, TEXT)
        handle.remove()
        assert vars(config) == before
        assert torch.equal(logits(model, IDS), said)


def broken() -> None:
    raise RuntimeError("injected")


@pytest.mark.parametrize("head", ["vanilla", "sequential"])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_explainer_compares_a_loaded_pair(explainer: Explainer, family: str, head: str) -> None:
    selection = Selection(family, "attention" if head == "vanilla" else "attention-sequential")
    text = "My card 🙂 has not arrived yet, my card has not."
    found: MaskEffect = explainer.attention_mask(selection, text)
    side = found.causal if found.trained == "causal" else found.bidirectional
    prediction = explainer.engine.classify(selection, [text])[0]
    assert side.label == prediction.label
    np.testing.assert_allclose(side.logits, prediction.logits, atol=1e-5 * np.abs(prediction.logits).max())
    np.testing.assert_allclose(side.probabilities, prediction.probabilities, atol=1e-5)
    assert side.position_parts.exact == (head == "vanilla")
    assert sorted(found.leading(2)) == sorted(set(found.leading(2)))
    assert LABELS.index(found.causal.label) in found.leading(len(LABELS))


def test_problems_without_one_verdict(tiny_folders: dict[str, Path]) -> None:
    model = adapted(opened(tiny_folders["llama"]), AdapterConfig(r=2), pooler_type="mean")
    for problem in ("multi_label_classification", "regression"):
        probe: Probe = probing(model, problem=problem)
        found = compare_masks(probe, TEXT)
        assert found.causal.label == probe.verdict(torch.tensor(found.causal.logits).float())
