"""Contributions of every pair add up, or say why they do not: poolers, heads, problems, adapters, digits, lengths."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.special import logit

from core.config import AdapterConfig
from core.engine.encoding import Encoded
from core.engine.engine import Engine
from core.explain.contributions import gate
from core.explain.contributions.run import contributions, own_logits
from core.explain.explainer import Explainer
from core.explain.probe import Probe, make_probe
from core.results import ContributionOptions, Contributions, Selection, Unit
from core.settings import Settings
from core.tasks.runner import TaskRunner
from tests.engine.conftest import let_go
from tests.engine.test_quantised_pairs import wide_classifier
from tests.explain.adapted import TEXT as IDS
from tests.explain.adapted import adapted, probing
from tests.explain.conftest import POOLERS, TYPES, of_another_problem
from tests.explain.families import tiny_classifier
from tests.model.conftest import LABELS, opened

TEXT = "My card has not arrived yet, my card 🙂 has not."


def split(probe: Probe, text: Encoded = IDS, units: tuple[Unit, ...] = (), **options: Any) -> Contributions:
    logits = own_logits(probe, probe.states(text), probe.read_mask(text))
    return contributions(probe, text, units, ContributionOptions(probe.labels[0], **options), logits)


@pytest.mark.parametrize("head", ["", "-sequential"])
@pytest.mark.parametrize("pooler", POOLERS)
@pytest.mark.parametrize("family", TYPES)
def test_every_pooler_and_head_adds_up(explainer: Explainer, family: str, pooler: str, head: str) -> None:
    selection = Selection(family, f"{pooler}{head}")
    prediction = explainer.reading(selection, TEXT).prediction
    top, rival = prediction.ranked[:2]
    result = explainer.contributions(selection, TEXT, ContributionOptions(top.label, apart=True))
    assert (result.quantity, result.exact, result.why_not) == ("log-odds", True, "")
    assert result.value == pytest.approx(float(logit(top.probability)), abs=1e-4)
    assert abs(result.gap) <= 1e-4
    assert result.base is not None
    assert result.adapter is not None
    np.testing.assert_allclose(result.base + result.adapter, result.values)
    assert np.abs(result.adapter).max() > 1e-4
    lead = explainer.contributions(selection, TEXT, ContributionOptions(top.label, "lead", rival.label))
    assert lead.total == pytest.approx(top.logit - rival.logit, abs=2e-4)
    assert explainer.contributions(selection, TEXT, lead.options) is lead


def test_a_last_token_pooler_does_not_give_one_word_everything(explainer: Explainer) -> None:
    result = explainer.contributions(Selection("llama", "context"), TEXT, ContributionOptions(LABELS[0]))
    assert (np.abs(result.values) > 1e-3).sum() > len(result.values) / 2


@pytest.mark.parametrize("problem", ["multi_label_classification", "regression"])
def test_other_problems(problem: Any, tmp_path: Path) -> None:
    explainer, selection, labels = of_another_problem(problem, tmp_path)
    prediction = explainer.engine.classify(selection, [TEXT])[0]
    options = ContributionOptions(labels[-1])
    result, tested = (ask(selection, TEXT, options) for ask in (explainer.contributions, explainer.deletions))
    assert isinstance(result, Contributions)
    assert result.quantity == ("output" if problem == "regression" else "log-odds")
    assert result.total == pytest.approx(prediction.logits[-1], abs=1e-4)
    assert (result.others, result.base) == (0.0, None)
    expected = prediction.logits[-1] if problem == "regression" else prediction.probabilities[-1]
    assert tested.score == pytest.approx(expected, abs=1e-5)  # type: ignore[union-attr]
    let_go(explainer.engine)


@pytest.mark.parametrize(("use_dora", "apart"), [(False, True), (True, False)])
def test_an_update_that_is_more_than_added_is_not_told_apart(
    tiny_folders: dict[str, Path], use_dora: bool, apart: bool
) -> None:
    config = AdapterConfig(r=2, use_dora=use_dora, target_modules=("q_proj", "v_proj", "down_proj"))
    result = split(probing(adapted(opened(tiny_folders["llama"]), config)), apart=True)
    assert result.exact
    assert abs(result.gap) <= 1e-4
    assert (result.base is not None) == apart


def test_adapted_embeddings_add_up_and_are_not_told_apart(tiny_folders: dict[str, Path]) -> None:
    config = AdapterConfig(r=2, target_modules=("embed_tokens", "v_proj"))
    result = split(probing(adapted(opened(tiny_folders["llama"]), config)), apart=True)
    assert result.exact
    assert result.base is None


def test_shares_are_those_of_the_merged_weights(tiny_folders: dict[str, Path]) -> None:
    """PEFT's own merge is another way to the same function."""
    config = AdapterConfig(r=2, target_modules=("q_proj", "v_proj", "up_proj"))
    model = adapted(opened(tiny_folders["mistral"], "mistral"), config)
    beside = split(probing(model))
    merged = split(probing(model.merge_and_unload()))
    np.testing.assert_allclose(beside.values, merged.values, atol=1e-4 * np.abs(merged.values).max())


def test_half_precision_goes_by_what_was_checked(
    tiny_folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = opened(tiny_folders["llama"]).model.requires_grad_(False)
    whole = split(probing(model))
    half = replace(probing(model.bfloat16()))
    result = split(half)
    assert (result.exact, result.dtype) == (True, "bfloat16")
    assert abs(result.gap) <= 0.05 * np.abs(whole.values).sum()
    np.testing.assert_allclose(result.values, whole.values, atol=0.05 * np.abs(whole.values).max())
    monkeypatch.setattr(gate, "CHECKED_BACKBONES", frozenset())
    units = tuple(Unit("x", i, i + 1, (i,)) for i in range(len(IDS.ids)))
    fallen = split(half, units=units)
    assert (fallen.method, fallen.why_not[:33]) == ("occlusion", "LlamaModel was not checked in flo")


@pytest.mark.parametrize("name", ["nf4", "int8"])
def test_quantised_bases(name: str, tmp_path: Path) -> None:
    """4 bits are weights like others; int8 rounds what passes through it: there the gate decides, text by text."""
    engine = Engine(Settings(user_catalogue=tmp_path / "own", device="cpu"))
    selection = engine.quantised(engine.resolve(str(wide_classifier(tmp_path / "base"))), name)
    explainer = Explainer(engine, TaskRunner(1))
    prediction = engine.classify(selection, [TEXT])[0]
    result = explainer.contributions(selection, TEXT, ContributionOptions(prediction.labels[0]))
    assert result.exact or name == "int8", result.why_not
    assert abs(result.gap) <= 1e-4 if result.exact else result.method == "occlusion" and result.why_not
    let_go(engine)


@pytest.mark.parametrize("family", ["llama", "bert"])
def test_a_long_text_adds_up(explainer: Explainer, family: str) -> None:
    result = explainer.contributions(
        Selection(family, "mean"), "My card has not arrived. " * 40, ContributionOptions(LABELS[1])
    )
    assert len(result.values) == 128
    assert result.exact
    assert abs(result.gap) <= 1e-4


def test_what_cannot_be_held_falls_back_to_occlusion_and_says_so() -> None:
    model = tiny_classifier("mamba")
    assert model is not None
    probe = probing(model)
    units = (Unit("<s>", 0, 0, (0,), "special"), Unit("ab", 0, 2, (1, 2)), Unit("c", 3, 4, (3,)))
    text = Encoded("ab c", [1, 20, 21, 22], [(0, 0), (0, 1), (1, 2), (3, 4)], 4)
    result = split(probe, text, units, target="logit")
    assert (result.method, result.exact, result.bias) == ("occlusion", False, 0.0)
    assert "its shares miss" in result.why_not
    with torch.no_grad():
        rows = torch.tensor([[1, 20, 21, 22], [1, 0, 0, 22], [1, 20, 21, 0]])
        whole, one, two = (model(input_ids=row[None]).logits[0, 0].item() for row in rows)
    np.testing.assert_allclose(result.values, [0, whole - one, 0, whole - two], atol=1e-5)


def test_another_thread_predicts_meanwhile_as_ever(explainer: Explainer) -> None:
    selection = Selection("llama", "attention-sequential")
    probe = make_probe(explainer.engine.pair(selection))
    expected = explainer.engine.classify(selection, [TEXT])[0].logits
    wrong: list[object] = []
    done = threading.Event()

    def predict() -> None:
        while not done.is_set():
            logits = explainer.engine.classify(selection, [TEXT])[0].logits
            wrong.extend([logits] if logits != expected else [])

    thread = threading.Thread(target=predict)
    thread.start()
    results = [split(probe, probe.encode(TEXT)).values for _ in range(10)]
    done.set()
    thread.join()
    assert not wrong
    assert all(np.array_equal(values, results[0]) for values in results)
