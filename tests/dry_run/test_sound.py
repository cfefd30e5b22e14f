"""Sound candidates pass every stage, whatever their family, pooler, head, task and dtype, and stay as they were."""

from __future__ import annotations

import copy
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from core.config.components import ProblemType
from core.dry_run.run import check
from core.engine.engine import Engine
from core.results import CheckStatus, Selection, StageStatus
from core.settings import Settings
from core.words.dry_run import verdict
from tests.dry_run.trying import failed, loaded, stage, tried
from tests.engine.conftest import let_go
from tests.explain.adapted import traces
from tests.explain.conftest import POOLERS, TYPES
from tests.tiny import TINY_LAYERS, TINY_WIDTH, save_tiny_classifier

NAMES = [
    "Memory",
    "Tokenizer",
    "Embeddings",
    "Layers",
    "Pooler",
    "Pooling weights",
    "Logits",
    "Finite",
    "Repeatability",
    "Padding",
    "Batch",
    "Loss",
    "Gradient",
    "Save and load",
    "Health",
]
TASKS: dict[ProblemType, tuple[str, ...]] = {
    "single_label_classification": ("a", "b", "c"),
    "multi_label_classification": ("a", "b"),
    "regression": ("stars",),
}


@pytest.fixture(scope="module")
def many(everyone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    own = tmp_path_factory.mktemp("own")
    made = Engine(Settings(catalogue=everyone, user_catalogue=own, device="cpu", max_loaded=50))
    yield made
    let_go(made)


@pytest.mark.parametrize("head", ["", "-sequential"])
@pytest.mark.parametrize("pooler", POOLERS)
@pytest.mark.parametrize("family", TYPES)
def test_every_family_pooler_and_head(many: Engine, family: str, pooler: str, head: str) -> None:
    found, health = check(many, Selection(family, pooler + head))
    assert [s.name for s in found.stages] == NAMES
    assert found.passed, failed(found)
    assert health.worst is not CheckStatus.REFUSED
    weights = stage(found, "Pooling weights").status
    assert weights is (StageStatus.NOT_APPLICABLE if pooler == "gem" else StageStatus.PASSED)
    assert verdict(found) == f"All {14 if pooler == 'gem' else 15} stages passed."
    assert stage(found, "Save and load").number == 0.0
    reached = stage(found, "Gradient").detail
    assert f"adapter {4 * TINY_LAYERS} of {4 * TINY_LAYERS}" in reached
    assert f"head {3 if head else 1} of" in reached
    assert ("pooler" in reached) == (pooler in ("attention", "gem"))


@pytest.mark.parametrize("family", TYPES)
def test_a_base_alone_and_its_traced_tensors(many: Engine, family: str) -> None:
    found, _ = check(many, Selection(family))
    assert found.passed, failed(found)
    longest = max(text.read for text in found.texts)
    by_name = {t.name: t for t in found.traced}
    states = ["Embeddings", "Layer 0", "Layer 1", "Hidden states"]
    assert list(by_name) == [*states, "Pooler", "Pooling weights", "Logits"]
    for name in states:
        assert by_name[name].shape == (2, longest, TINY_WIDTH)
        assert by_name[name].axes == "(B, T, D)"
    assert by_name["Logits"].shape == (2, 2)
    assert all(t.fits and t.is_finite and t.dtype == "float32" for t in found.traced)
    assert "warning: Head" in stage(found, "Health").detail


def test_a_head_before_the_pooler(tmp_path: Path) -> None:
    folder = save_tiny_classifier(tmp_path / "model", "llama", ("a", "b", "c"))
    pair, base = loaded(folder, tmp_path, pooler_type="context", pooler_config={"pre_head_pooling": False})
    found = tried(pair, base)
    assert found.passed, failed(found)
    shapes = {t.name: (t.axes, t.shape) for t in found.traced[-4:]}
    longest = max(text.read for text in found.texts)
    assert shapes["Head at every token"] == ("(B, T, K)", (2, longest, 3))
    assert shapes["Pooler"] == ("(B, K)", (2, 3))


def test_what_is_traced_is_what_transformers_gives(many: Engine) -> None:
    """The largest value of every layer against transformers' own record of hidden states."""
    pair = many.pair(Selection("bert", "mean"))
    found, _ = check(many, Selection("bert", "mean"), ["the same text"])
    ids = torch.tensor([pair.predictor.encoder.encode(["the same text"])[0].ids])
    with torch.inference_mode():
        states = pair.predictor.model(input_ids=ids, output_hidden_states=True).hidden_states
    layers = [t for t in found.traced if t.name.startswith(("Embeddings", "Layer"))]
    assert [t.largest for t in layers] == pytest.approx([float(s.abs().max()) for s in states], rel=1e-6)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("family", ["llama", "gemma2", "mistral"])
def test_every_task(tmp_path: Path, family: str, task: ProblemType) -> None:
    folder = save_tiny_classifier(tmp_path / "model", family, TASKS[task], problem_type=task)
    found = tried(*loaded(folder, tmp_path))
    assert found.passed, failed(found)
    kind = {
        "single_label_classification": "cross entropy",
        "multi_label_classification": "binary",
        "regression": "mean",
    }
    assert stage(found, "Loss").detail.startswith(kind[task])
    assert f"{len(TASKS[task])} of {len(TASKS[task])} labels kept" in stage(found, "Save and load").detail


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_every_dtype(tmp_path: Path, dtype: str) -> None:
    folder = save_tiny_classifier(tmp_path / "model", "llama", ("a", "b", "c"))
    found = tried(*loaded(folder, tmp_path, torch_dtype=dtype))
    assert found.passed, failed(found)
    assert {t.dtype for t in found.traced if t.name != "Pooling weights"} == {dtype}


@pytest.mark.parametrize("frozen", [{"freeze_these_layers_indices": (0,)}, {"freeze_embeddings": True}])
def test_what_the_config_freezes_is_not_reached(tmp_path: Path, frozen: dict[str, Any]) -> None:
    folder = save_tiny_classifier(tmp_path / "model", "llama", ("a", "b"))
    pair, base = loaded(folder, tmp_path, **frozen)
    found = stage(tried(pair, base), "Gradient")
    parts = dict(pair.predictor.model.named_parameters())
    held = len([n for n in parts if "layers.0." in n]) if "freeze_embeddings" not in frozen else 1
    assert found.passed
    assert f"0 of {held} frozen ones" in found.detail


def snapshot(model: nn.Module) -> dict[str, Any]:
    """Everything of a model that a dry run must leave alone."""
    return {
        "weights": {n: t.detach().clone() for n, t in model.state_dict().items()},
        "flags": {n: (p.requires_grad, p.grad is None) for n, p in model.named_parameters()},
        "modes": {n: m.training for n, m in model.named_modules()},
        "hooks": traces(model),
        "backward": sum(len(m._backward_hooks) for m in model.modules()),
        "config": copy.deepcopy(model.config.to_dict()),  # type: ignore[operator,union-attr]
        "random": torch.get_rng_state(),
    }


@pytest.mark.parametrize("selection", [Selection("llama", "attention-sequential"), Selection("gemma2")], ids=str)
@pytest.mark.parametrize("training", [False, True])
def test_the_model_stays_as_it_was(many: Engine, selection: Selection, training: bool) -> None:
    model = many.pair(selection).predictor.model
    model.train(training)
    before = snapshot(model)
    shared = snapshot(many.pair(selection).opened.model)
    check(many, selection)
    for was, now in ((before, snapshot(model)), (shared, snapshot(many.pair(selection).opened.model))):
        weights, kept = was.pop("weights"), now.pop("weights")
        assert weights.keys() == kept.keys()
        assert all(torch.equal(weights[name], kept[name]) for name in weights)
        assert torch.equal(was.pop("random"), now.pop("random"))
        assert was == now
    model.train(False)


def test_nothing_of_the_run_stays_in_memory(many: Engine) -> None:
    selection = Selection("mistral", "mean")
    many.load(selection)

    def held() -> int:
        gc.collect()
        return sum(isinstance(o, nn.Linear) for o in gc.get_objects())

    before = held()
    found, _ = check(many, selection)
    assert held() == before, verdict(found)
