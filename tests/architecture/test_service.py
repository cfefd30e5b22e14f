"""What pages ask: the same from memory as from the folder, absent candidates, other views, and what is remembered."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from core.architecture.costs import costs
from core.architecture.layer_summary import example, layer_summary
from core.architecture.service import ArchitectureService
from core.checkpoints.in_memory import analyze_model
from core.config.catalogue import read_candidate, write_candidate
from core.engine.engine import Engine
from core.errors import AppError, CheckpointError, ConfigError, NotFoundError
from core.model.peft_wrappers import unwrap_peft
from core.results import Architecture, Selection
from core.settings import ROOT, settings
from tests.engine.conftest import catalogue, engine, installation

__all__ = ["catalogue", "engine"]

ONE = Selection("tiny", "one")


@pytest.fixture
def absent() -> ArchitectureService:
    """Of the app's own catalogue: what is on the Hub is not here."""
    return ArchitectureService(Engine(settings()))


def without_source(found: Architecture) -> tuple[object, ...]:
    return found.nodes, found.cells, found.parameters, found.base_parameters, found.factors, found.trained, found.sizes


@pytest.mark.parametrize("adapter", ["one", "two"])
def test_memory_and_folder_agree_and_with_what_is_loaded(engine: Engine, adapter: str) -> None:
    selection = Selection("tiny", adapter)
    architectures = ArchitectureService(engine)
    outside = architectures.architecture(selection)
    assert (outside.source, engine.loaded_model(selection)) == ("folder", None)
    info = engine.load(selection)
    inside = architectures.architecture(selection)
    assert inside.source == "memory"
    assert without_source(inside) == without_source(outside)
    assert inside.parameters == info.parameters
    assert inside.tuning == f"the adapter '{adapter}'"
    assert architectures.architecture(selection) is inside
    found = analyze_model(engine.pair(selection).predictor.model)
    assert found["total_params"] == inside.parameters
    assert found["last_module_name"].endswith(inside.last_module_name)
    trained = [c for c in inside.cells if c.status in ("adapted", "trained")]
    assert {c.module for c in trained if c.layer is None} == {"pooler", "score"}
    assert sum(c.trained for c in trained) == inside.trained


def test_the_summary_of_a_loaded_pair_holds_up_nobody(engine: Engine) -> None:
    architectures = ArchitectureService(engine)
    outside = architectures.layer_summary(ONE)
    engine.load(ONE)
    model: Any = unwrap_peft(engine.pair(ONE).predictor.model)
    hooks = [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules()]
    with ThreadPoolExecutor(1) as another, engine.pair(ONE).predictor.lock.shared():  # as a prediction holds it
        inside = another.submit(architectures.layer_summary, ONE).result(60)
    total = next(line for line in inside.splitlines() if line.startswith("Total params"))
    assert total in outside
    assert inside.count("LlamaDecoderLayer") == outside.count("LlamaDecoderLayer") == 2
    assert inside == layer_summary(model, example(model.device, model.config.vocab_size)), "the probe is the model"
    assert [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules()] == hooks
    before = engine.classify(ONE, ["My card has not arrived."])
    architectures.layer_summary(ONE)
    assert engine.classify(ONE, ["My card has not arrived."]) == before


def test_one_candidate_does_not_wait_for_another(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    architectures, begun, go, count = ArchitectureService(engine), threading.Event(), threading.Event(), []
    two = Selection("tiny", "two")
    real = ArchitectureService._outline

    def outline(self: ArchitectureService, selection: Selection, *options: Any) -> Any:
        count.append(selection)
        if selection == ONE:
            begun.set()
            go.wait(60)
        return real(self, selection, *options)

    monkeypatch.setattr(ArchitectureService, "_outline", outline)
    with ThreadPoolExecutor(2) as people:
        waiting = [people.submit(architectures.architecture, ONE)]
        assert begun.wait(60)
        waiting.append(people.submit(architectures.architecture, ONE))
        assert architectures.architecture(two).tuning == "the adapter 'two'"
        go.set()
        assert waiting[0].result(60) is waiting[1].result(60)
    assert count == [ONE, two]


def test_without_an_adapter_as_it_would_be_trained(engine: Engine) -> None:
    architectures = ArchitectureService(engine)
    plain = Selection("tiny")
    engine.load(plain)
    lora, full = (architectures.architecture(plain, tuning=tuning) for tuning in ("lora", "full"))
    assert (lora.source, full.source) == ("folder", "memory")
    assert lora.tuning == "a new LoRA adapter of rank 32 on q_proj, k_proj, v_proj, o_proj, gate_proj"
    assert full.trained == full.parameters == full.base_parameters == lora.base_parameters
    assert {c.status for c in lora.cells if c.module == "self_attn.q_proj"} == {"adapted"}
    assert {c.status for c in full.cells} == {"trained"}
    more = architectures.architecture(plain, num_labels=40)
    assert more.base_parameters - lora.base_parameters == 38 * 32


def test_an_absent_candidate_is_built_from_its_numbers(absent: ArchitectureService) -> None:
    found = absent.architecture(Selection("gemma2-9b-it"), num_labels=2)
    assert (found.source, found.dtype, found.sizes.layers) == ("numbers", "bfloat16", 42)
    assert found.base_parameters == 9_241_705_984 + 2 * 3584
    lm = absent.architecture(Selection("gemma2-9b-it"), view="causal_lm")
    assert (lm.parameters, lm.trained) == (9_241_705_984, 0)
    assert [t.names for t in lm.tied] == [("model.embed_tokens.weight", "lm_head.weight")]
    assert lm.tied[0].saved == 256_000 * 3584
    assert absent.architecture(Selection("gemma2-9b-it"), view="backbone").last_module_name == "rotary_emb"
    text = absent.layer_summary(Selection("gemma2-9b-it"), depth=2)
    assert "Gemma2ForPooledClassification" in text
    assert "Total params: 9,30" in text


@pytest.mark.parametrize("candidate", ["llama3-8b-it-bidirectional", "gemma2-9b-it-bidirectional", "vanilla"])
def test_the_summary_of_what_sees_later_tokens(absent: ArchitectureService, candidate: str) -> None:
    found = absent.architecture(Selection(candidate))
    text = absent.layer_summary(Selection(candidate), depth=1)
    assert f"Total params: {found.parameters:,}" in text
    assert "[1, 2]" in text, "logits of two classes"


@pytest.mark.parametrize("family", ["llama", "gemma2", "mistral", "bert"])
def test_the_summary_of_every_pooler_and_head(everyone: Path, tmp_path: Path, family: str) -> None:
    engine = Engine(installation(everyone, tmp_path))
    architectures = ArchitectureService(engine)
    for adapter in engine.candidate(family).adapters:
        selection = Selection(family, adapter.id)
        found = architectures.architecture(selection)
        assert f"Total params: {found.parameters:,}\n" in architectures.layer_summary(selection, depth=1)
        assert found.trained == sum(c.trained for c in found.cells)


@pytest.mark.parametrize("candidate", ["vicuna-7b-v1.5", "vanilla", "yi-1.5-34b-chat"])
def test_costs_of_absent_candidates(absent: ArchitectureService, candidate: str) -> None:
    found = absent.architecture(Selection(candidate))
    spent = costs(found, 512)
    rows = {row.dtype: row for row in spent.memory}
    assert rows["bfloat16"].weights == 2 * found.base_parameters
    assert rows["int8"].weights < rows["bfloat16"].weights
    assert rows["4 bit (NF4)"].weights < rows["int8"].weights
    assert rows["bfloat16"].lora is not None
    assert rows["bfloat16"].full is not None
    assert rows["bfloat16"].weights < rows["bfloat16"].lora < rows["bfloat16"].full
    assert (spent.kv_cache is None) == (candidate == "vanilla")
    assert spent.flops_per_token is not None
    near = spent.flops_per_token / (2 * found.sizes.token_matrix)
    assert 1 < near < 1.2, "twice the matrices, and some attention"


def test_what_changes_is_read_anew(engine: Engine, catalogue: Path, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    config = read_candidate(catalogue / "tiny.yaml")
    write_candidate(config.model_copy(update={"id": "mine"}), folder)
    architectures = ArchitectureService(Engine(installation(catalogue, tmp_path)))
    first = architectures.architecture(Selection("mine", "one"))
    assert architectures.architecture(Selection("mine", "one")) is first
    changed = config.base_model.with_changes(num_layers_to_remove=1)
    write_candidate(config.model_copy(update={"id": "mine", "base_model": changed}), folder)
    with pytest.raises(AppError):
        architectures.architecture(Selection("mine", "nobody"))
    assert architectures.architecture(Selection("mine")).sizes.layers == 1


def test_refusals(engine: Engine, absent: ArchitectureService) -> None:
    with pytest.raises(NotFoundError, match="'absent' are not on this machine, and its YAML has no architecture"):
        ArchitectureService(engine).architecture(Selection("absent"))
    with pytest.raises(NotFoundError, match="no candidate 'nobody'"):
        absent.architecture(Selection("nobody"))
    with pytest.raises(ConfigError, match="predicts no next token"):
        absent.architecture(Selection("vanilla"), view="causal_lm")


def test_a_model_that_cannot_run_without_values(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.model.classifier import PooledClassifier

    monkeypatch.setattr(PooledClassifier, "forward", lambda _self, **batch: int(batch["input_ids"].sum()))
    with pytest.raises(CheckpointError, match="LlamaForPooledClassification without weights: its code looks at values"):
        ArchitectureService(engine).layer_summary(ONE)


def test_importing_it_brings_no_torch() -> None:
    code = (
        "import sys, core.architecture.service, core.architecture.costs; "
        "print({'torch', 'transformers', 'peft', 'torchinfo', 'numba'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
