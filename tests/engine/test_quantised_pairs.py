"""The engine on quantised bases: adapters share one, estimates hold, unloading gives memory back."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import pytest
import torch

from core.checkpoints.adapter_update.lora_update import adapter_update
from core.config import AdapterConfig, AdapterEntry, BaseModelConfig, CandidateConfig
from core.config.catalogue import write_candidate
from core.config.quantisation import NAMED
from core.engine.engine import Engine
from core.explain.explainer import Explainer
from core.results import AttributionOptions, CheckStatus, Selection
from core.settings import ROOT, Settings
from core.tasks.runner import TaskRunner
from tests import heap
from tests.engine.conftest import let_go
from tests.model.conftest import LABELS, opened, write_adapter
from tests.tiny import make_tiny_tokenizer

NAMES = [name for name in NAMED if name != "none"]
TEXTS = ["My card has not arrived yet.", "Play some jazz!", "Wake me up at six and play some jazz, will you?"]


def wide_classifier(folder: Path, width: int = 64, layers: int = 2) -> Path:
    """A random Llama whose layers are whole blocks of 64 wide, as bitsandbytes needs it on a CPU."""
    from transformers import LlamaConfig, LlamaForSequenceClassification

    tokenizer = make_tiny_tokenizer()
    sizes: dict[str, Any] = {"hidden_size": width, "intermediate_size": 2 * width, "num_attention_heads": width // 32}
    config = LlamaConfig(
        **sizes, num_hidden_layers=layers, vocab_size=len(tokenizer), pad_token_id=0, initializer_range=4 / width
    )
    config.num_labels = len(LABELS)
    LlamaForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A candidate a quantisation on one base, each with three adapters."""
    root = tmp_path_factory.mktemp("quantised")
    base = opened(wide_classifier(root / "base"))
    write_adapter(base, root / "adapters" / "mean", pooler_type="mean")
    write_adapter(base, root / "adapters" / "sequential", pooler_type="attention", head_type="sequential")
    dora = AdapterConfig(r=2, use_dora=True, target_modules=("q_proj", "down_proj"))
    write_adapter(base, root / "adapters" / "dora", dora)
    entries = tuple(AdapterEntry(id=name, path=f"./adapters/{name}") for name in ("mean", "sequential", "dora"))
    for name in NAMED:
        config = BaseModelConfig(pretrained_model_name_or_path="./base", quantisation=name)
        write_candidate(CandidateConfig(id=name, base_model=config, adapters=entries), root)
    return root


@pytest.fixture
def engine(catalogue: Path, tmp_path: Path) -> Any:
    made = Engine(Settings(catalogue=catalogue, user_catalogue=tmp_path / "own", device="cpu", max_loaded=8))
    yield made
    let_go(made)


@pytest.mark.parametrize("name", NAMES)
def test_adapters_share_a_base_that_has_run(engine: Engine, name: str) -> None:
    needs = engine.requirements(Selection(name, "mean"))
    first = engine.load(Selection(name, "mean"))
    engine.classify(first.selection, TEXTS)
    assert needs.weights == pytest.approx(first.bytes, rel=0.1)
    assert first.bytes < engine.load(Selection("none", "mean")).bytes * 0.75
    for adapter in ("sequential", "dora"):
        more = engine.requirements(Selection(name, adapter))
        assert more.weights < needs.weights, "the base is not counted again"
        loaded = engine.load(Selection(name, adapter))
        assert more.weights <= loaded.own_bytes < 2 * more.weights  # a head beside that which it replaces
    pairs = [engine.pair(Selection(name, adapter)) for adapter in ("mean", "sequential", "dora")]
    bases = {frozenset(p.data_ptr() for p in pair.opened.model.backbone.parameters()) for pair in pairs}
    assert len(bases) == 1
    assert (
        engine._pairs.residency.used
        == sum(p.info.own_bytes for p in pairs)
        + (first.bytes - first.own_bytes)
        + engine.load(Selection("none", "mean")).bytes
    )
    after = {s: engine.classify(s, TEXTS) for s in (pair.info.selection for pair in pairs)}
    for selection, predictions in after.items():
        engine.unload(selection)
        again = engine.classify(selection, TEXTS)
        assert [p.logits for p in again] == [p.logits for p in predictions]


@pytest.mark.parametrize("name", NAMES)
def test_the_health_report_says_how_it_is_held_and_that_the_head_is_whole(engine: Engine, name: str) -> None:
    model = engine.load(Selection(name, "sequential"))
    assert model.quantisation == name
    (check,) = [c for c in model.health.checks if c.name == "Quantisation"]
    assert check.status is CheckStatus.NOTE
    assert "pooler and head are whole" in check.message
    pair = engine.pair(Selection(name, "sequential"))
    classifier: Any = pair.predictor.model.get_base_model()  # type: ignore[operator]
    for part in (classifier.pooler, classifier.score):
        assert all(p.dtype == torch.float32 for p in part.parameters())


@pytest.mark.parametrize("name", NAMES)
def test_a_text_gets_the_same_alone_and_among_others(engine: Engine, name: str) -> None:
    selection = Selection(name, "mean")
    together = engine.classify(selection, TEXTS * 8)
    for i, text in enumerate(TEXTS):
        alone = engine.classify(selection, [text])[0]
        assert together[i].logits == pytest.approx(alone.logits, abs=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_explanations_of_a_quantised_pair(engine: Engine, name: str) -> None:
    explainer, selection, text = Explainer(engine, TaskRunner(1)), Selection(name, "mean"), TEXTS[0]
    logits = engine.classify(selection, [text])[0].logits
    position_parts = explainer.position_parts(selection, text)
    rounding = 0.05 if name == "int8" else 1e-4
    assert position_parts.logits == pytest.approx(logits, abs=rounding)
    assert explainer.depth(selection, text).logits[-1] == pytest.approx(logits, abs=rounding)
    assert explainer.at_scale(selection, text, 1.0).logits == pytest.approx(logits, abs=rounding)
    curve = explainer.scale_curve(selection, text).result()
    assert curve.logits[20] == pytest.approx(logits, abs=rounding)
    assert len(explainer.attributions(selection, text, AttributionOptions(LABELS[0])).result().methods) > 2
    assert explainer.head_geometry(selection).labels == LABELS
    assert engine.classify(selection, [text])[0].logits == pytest.approx(logits, abs=1e-6), "a probe left traces"


@pytest.mark.parametrize("adapter", ["mean", "dora"])
@pytest.mark.parametrize("name", NAMES)
def test_without_its_update_the_base_answers(engine: Engine, name: str, adapter: str) -> None:
    """Scale 0 is the quantised base with the adapter's head: also where DoRA does more than add."""
    explainer, selection = Explainer(engine, TaskRunner(1)), Selection(name, adapter)
    off = explainer.at_scale(selection, TEXTS[0], 0.0).logits
    pair = engine.pair(selection)
    model: Any = pair.predictor.model
    hidden = pair.opened.model.backbone(torch.tensor([pair.predictor.encoder.encode(TEXTS[:1])[0].ids]))
    with torch.inference_mode():
        states = hidden.last_hidden_state
        expected = model.get_base_model().classify(states, torch.ones(states.shape[:2], dtype=torch.bool))[0][0]
    assert off == pytest.approx(expected.tolist(), abs=0.05 if name == "int8" else 1e-4)


@pytest.mark.parametrize("adapter", ["mean", "dora"])
@pytest.mark.parametrize("name", NAMES)
def test_updates_are_measured_against_what_the_codes_stand_for(engine: Engine, name: str, adapter: str) -> None:
    quantised = adapter_update(engine.pair(Selection(name, adapter)))
    whole = adapter_update(engine.pair(Selection("none", adapter)))
    for mine, theirs in zip(quantised.modules, whole.modules, strict=True):
        assert mine.name == theirs.name
        assert mine.base_norm == pytest.approx(theirs.base_norm, rel=0.1)
        assert mine.singular_values == pytest.approx(theirs.singular_values, rel=1e-5)


@pytest.mark.parametrize("name", ["int8", "nf4"])
def test_unloading_lets_every_weight_go(engine: Engine, name: str) -> None:
    selection = Selection(name, "sequential")
    engine.classify(selection, TEXTS)
    pair = engine.pair(selection)
    held = [weakref.ref(p) for m in (pair.opened.model, pair.predictor.model) for p in m.parameters()]
    del pair
    engine.unload(selection)
    gc.collect()
    assert [reference for reference in held if reference() is not None] == []
    assert engine._pairs.residency.used == 0


def test_another_quantisation_is_another_candidate_and_another_base(engine: Engine) -> None:
    whole = Selection("none", "mean")
    typed = engine.quantised(whole, "nf4-double")
    assert typed == Selection("none-nf4-double", "mean")
    assert engine.quantised(typed, "nf4-double") == typed
    assert engine.candidate(typed.candidate).base_model.quantisation.name == "nf4-double"
    engine.load(whole)
    assert engine.load(typed).quantisation == "nf4-double"
    assert len({r.footprint.base for r in engine._pairs.residency.residents()}) == 2


#: Loads a folder in a process of its own, and says what was estimated, what is held, and what was taken.
MEASURE = """
import json, sys, threading
from pathlib import Path
import torch
torch.set_num_threads(1)
from core.engine import loader
from core.engine.engine import Engine
from core.settings import Settings
from tests.heap import Peak, taken

def settled():
    for thread in threading.enumerate():
        if thread.name.startswith("batch "):  # it lets go of its pair when it ends
            thread.join(60)
    loader.release()
    return taken()

root, name = Path(sys.argv[1]), sys.argv[2]
engine = Engine(Settings(catalogue=root / "none", user_catalogue=root / "own", device="cpu"))
small = engine.quantised(engine.resolve(str(root / "small")), name)
engine.classify(small, ["warm"])
engine.unload(small)
selection = engine.quantised(engine.resolve(str(root / "model")), name)
needs = engine.requirements(selection)
before = settled()
with Peak() as peak:
    model = engine.load(selection)
loader.release()
after = taken()
engine.unload(selection)
print(json.dumps({"estimate": needs.weights, "peak_estimate": needs.peak, "held": model.bytes,
    "taken": after - before, "peak": peak.bytes, "left": settled() - before}))
"""


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of 190 MB, and a small one that warms a process up."""
    root = tmp_path_factory.mktemp("larger")
    wide_classifier(root / "small")
    wide_classifier(root / "model", 768, 8)
    return root


@pytest.mark.parametrize("name", ["int8", "nf4", "nf4-double"])
def test_what_is_estimated_is_what_is_taken(larger: Path, name: str) -> None:
    options: dict[str, Any] = {"cwd": ROOT, "capture_output": True, "text": True, "check": True, "timeout": 600}
    result = subprocess.run([sys.executable, "-c", MEASURE, str(larger), name], env=heap.ENVIRONMENT, **options)
    seen = json.loads(result.stdout.splitlines()[-1])
    assert seen["estimate"] == pytest.approx(seen["held"], rel=0.01), seen
    assert seen["taken"] == pytest.approx(seen["estimate"], rel=0.1), seen
    assert seen["taken"] < seen["peak"] <= seen["peak_estimate"], seen
    assert seen["left"] < 0.1 * seen["taken"], seen
