"""A pair can what its views do: each view is asked, and answers just where the capabilities say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import transformers
from transformers import PreTrainedConfig

from core.checkpoints.adapter_update.service import AdapterUpdateService
from core.dry_run.service import DryRunService
from core.engine.engine import Engine
from core.errors import AppError
from core.explain.capabilities import capabilities
from core.explain.explainer import Explainer
from core.explain.probe import Probe
from core.model.classifier import classifier_class
from core.results import AttributionOptions, Capability, ContributionOptions, Problem, Selection
from core.settings import Settings
from core.tasks.runner import TaskRunner
from tests.explain.adapted import probing
from tests.explain.conftest import TYPES
from tests.tiny import make_tiny_tokenizer, save_tiny_classifier

TEXT, OTHER = "My card has not arrived.", "My card has arrived."
Ask = Callable[[Explainer, Selection], object]


def attributions(explainer: Explainer, selection: Selection) -> object:
    label = explainer.reading(selection, TEXT).prediction.labels[0]
    return explainer.attributions(selection, TEXT, AttributionOptions(label, steps=2)).result()


def attention(explainer: Explainer, selection: Selection) -> object:
    explainer.attention_cost(selection, TEXT)
    return explainer.attention(selection, TEXT, "overview")


def contributions(explainer: Explainer, selection: Selection) -> object:
    options = ContributionOptions(explainer.reading(selection, TEXT).prediction.labels[0])
    return explainer.deletions(selection, TEXT, options), explainer.contributions(selection, TEXT, options)


VIEWS: Mapping[Capability, Ask] = {
    Capability.VERDICT: lambda e, s: e.engine.classify(s, [TEXT]),
    Capability.POOLING: lambda e, s: (e.pooling(s, TEXT), e.poolers(s, TEXT)),
    Capability.CONTRIBUTIONS: contributions,
    Capability.DEPTH: lambda e, s: e.depth(s, TEXT),
    Capability.ADAPTER_EFFECT: lambda e, s: e.at_scale(s, TEXT, 0),
    Capability.ATTENTION_MASK: lambda e, s: e.attention_mask(s, TEXT),
    Capability.ATTENTION: attention,
    Capability.ATTRIBUTIONS: attributions,
    Capability.TWO_TEXTS: lambda e, s: e.two_texts(s, TEXT, OTHER),
    Capability.MINIMAL_FLIP: lambda e, s: e.minimal_flip(s, TEXT, 20).result(),
    Capability.ADAPTER_UPDATE: lambda e, s: AdapterUpdateService(e.engine, TaskRunner(1)).adapter_update(s),
    Capability.HEAD_GEOMETRY: lambda e, s: e.head_geometry(s),
    Capability.DRY_RUN: lambda e, s: DryRunService(e.engine, TaskRunner(1)).run(s, (TEXT,)).result(),
}


def refusal(ask: Ask, explainer: Explainer, selection: Selection) -> Problem | None:
    """What a view raises, in words; None where it answers."""
    try:
        ask(explainer, selection)
    except AppError as error:
        return Problem.of(error)
    return None


def lacking(explainer: Explainer, selection: Selection) -> set[Capability]:
    """What the pair lacks, after asking every view for it: those refuse in the same words, and no other does."""
    seen = {capability: refusal(ask, explainer, selection) for capability, ask in VIEWS.items()}
    told = explainer.capabilities(selection)
    assert {capability: problem for capability, problem in seen.items() if problem} == told.problems
    return {capability for capability in Capability if not told.can(capability)}


def test_every_capability_is_asked_for() -> None:
    assert VIEWS.keys() == set(Capability)


@pytest.mark.parametrize("adapter", [None, "mean", "attention-sequential"])
@pytest.mark.parametrize("family", TYPES)
def test_every_family_with_and_without_an_adapter(explainer: Explainer, family: str, adapter: str | None) -> None:
    lacks = set() if adapter else {Capability.ADAPTER_EFFECT, Capability.ADAPTER_UPDATE}
    assert lacking(explainer, Selection(family, adapter, untrained_head=adapter is None)) == lacks


@pytest.fixture
def own(tmp_path: Path) -> Explainer:
    """An explainer over folders that a test makes itself."""
    settings = Settings(catalogue=tmp_path / "none", user_catalogue=tmp_path / "own", device="cpu")
    return Explainer(Engine(settings), TaskRunner(1))


@pytest.mark.parametrize(
    ("problem", "labels", "lacks"),
    [
        ("regression", ["value"], {Capability.HEAD_GEOMETRY, Capability.MINIMAL_FLIP}),
        ("regression", ["warmth", "length"], {Capability.HEAD_GEOMETRY, Capability.MINIMAL_FLIP}),
        ("multi_label_classification", ["a", "b", "c"], set()),
    ],
)
def test_regressions_and_several_labels(
    own: Explainer, tmp_path: Path, problem: Any, labels: list[str], lacks: set[Capability]
) -> None:
    folder = save_tiny_classifier(tmp_path / "model", "llama", labels, problem)
    expected = lacks | {Capability.ADAPTER_EFFECT, Capability.ADAPTER_UPDATE}
    assert lacking(own, own.engine.resolve(str(folder))) == expected


SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}
#: Configs of other architectures, and what their views refuse beside those about adapters.
OTHERS: Mapping[str, tuple[dict[str, Any], set[Capability]]] = {
    "GPT2Config": ({"n_embd": 32, "n_layer": 2, "n_head": 4}, set()),
    "OPTConfig": ({**SIZES, "ffn_dim": 48, "word_embed_proj_dim": 32}, set()),
    "RobertaConfig": ({**SIZES, "pad_token_id": 0}, set()),
    "DebertaV2Config": (SIZES, {Capability.ATTENTION_MASK}),
    "AlbertConfig": ({**SIZES, "embedding_size": 16}, {Capability.DEPTH}),
    "FalconConfig": (SIZES, set()),
    "FNetConfig": (SIZES, {Capability.ATTENTION_MASK, Capability.ATTENTION}),
    "RwkvConfig": (SIZES, {Capability.ATTENTION_MASK, Capability.ATTENTION}),
}


def made(name: str, sizes: dict[str, Any]) -> PreTrainedConfig:
    tokenizer = make_tiny_tokenizer()
    config: type[PreTrainedConfig] = getattr(transformers, name)
    ids = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    return config(**{"vocab_size": len(tokenizer), "num_labels": 3, **ids, **sizes})


@pytest.mark.parametrize("name", OTHERS)
def test_other_architectures(own: Explainer, tmp_path: Path, name: str) -> None:
    sizes, lacks = OTHERS[name]
    config = made(name, sizes)
    classifier_class(type(config))(config).save_pretrained(tmp_path / "model")
    make_tiny_tokenizer().save_pretrained(tmp_path / "model")
    selection = own.engine.resolve(str(tmp_path / "model"))
    assert lacking(own, selection) == lacks | {Capability.ADAPTER_EFFECT, Capability.ADAPTER_UPDATE}


def test_whatever_an_architecture_raises_is_words(monkeypatch: pytest.MonkeyPatch) -> None:
    config = made("GPT2Config", OTHERS["GPT2Config"][0])
    probe = probing(classifier_class(type(config))(config).eval())

    def broken(*_: object) -> object:
        raise TypeError("an output of another kind")

    monkeypatch.setattr(Probe, "states", broken)
    seen = capabilities(probe)
    for capability in (Capability.ATTENTION_MASK, Capability.ATTENTION):
        assert "an output of another kind" in seen.why_not(capability)
        assert "another architecture" in seen.problems[capability].fix
    assert seen.can(Capability.HEAD_GEOMETRY)


def test_it_is_asked_once_for_a_loaded_pair(explainer: Explainer) -> None:
    first = explainer.capabilities(Selection("llama", "mean"))
    assert explainer.capabilities(Selection("llama", "mean")) is first
