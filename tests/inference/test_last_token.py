"""The last layer at the one token that is read: equal answers for less work, and nobody else sees a difference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForSequenceClassification

from core.config import AdapterConfig, AdapterEntry, BaseModelConfig, CandidateConfig
from core.config.catalogue import write_candidate
from core.inference.engine import Engine
from core.inference.last_token import reading_only
from core.inference.predictor import Predictor
from core.model.surgery import transformer_layers
from core.results import Selection
from tests.inference.conftest import installation
from tests.model.conftest import opened, write_adapter
from tests.tiny import save_tiny_classifier

LABELS = ("arrival", "transfer", "weather")
TEXTS = ["Hello", "My card has not arrived yet, where is it?", "Is it warm?"] + [f"{'card ' * i}!" for i in range(20)]


def seen_by_last_mlp(predictor: Predictor, texts: list[str]) -> list[torch.Size]:
    """Shapes that the last layer's gate projection was given."""
    shapes: list[torch.Size] = []
    model: Any = predictor.model
    inner: Any = model.get_base_model() if isinstance(model, PeftModel) else model
    last: Any = transformer_layers(inner.backbone)[-1]
    gate = last.mlp.gate_proj
    handle = gate.register_forward_hook(lambda _m, args, _o: shapes.append(args[0].shape))
    try:
        predictor.predict(texts)
    finally:
        handle.remove()
    return shapes


@pytest.mark.parametrize("family", ["llama", "gemma2", "mistral"])
def test_stock_classifiers_of_transformers_say_the_same(family: str, tmp_path: Path) -> None:
    folder = save_tiny_classifier(tmp_path / family, family, LABELS)
    engine = Engine(installation(tmp_path / "none", tmp_path))
    selection = engine.resolve(str(folder))
    predictor = engine.pair(selection).predictor
    stock = AutoModelForSequenceClassification.from_pretrained(folder)
    for found in engine.classify(selection, TEXTS):
        ids = torch.tensor([predictor.encoder.encode([found.text])[0].ids])
        with torch.inference_mode():
            expected = stock(input_ids=ids).logits[0]
        assert (torch.tensor(found.logits) - expected).abs().max() <= 1e-5 * expected.abs().max()
    assert {shape[1] for shape in seen_by_last_mlp(predictor, TEXTS)} == {1}


@pytest.fixture
def adapted(tiny_folders: dict[str, Path], tmp_path: Path) -> tuple[Engine, Selection]:
    """A last-token adapter with LoRA in the last layer, loaded after its base alone, whose modules it took over."""
    config = AdapterConfig(target_modules=["o_proj", "down_proj", "q_proj"])
    write_adapter(opened(tiny_folders["llama"]), tmp_path / "a", config, pooler_type="context")
    write_adapter(opened(tiny_folders["llama"]), tmp_path / "m", pooler_type="mean")
    base = BaseModelConfig(pretrained_model_name_or_path=str(tiny_folders["llama"]), model_type="llama")
    adapters = tuple(AdapterEntry(id=name, path=str(tmp_path / name)) for name in ("a", "m"))
    write_candidate(CandidateConfig(id="c", base_model=base, adapters=adapters), tmp_path / "catalogue")
    engine = Engine(installation(tmp_path / "catalogue", tmp_path))
    engine.load(Selection("c"))
    return engine, Selection("c", "a")


def test_an_adapter_over_a_base_that_was_narrowed_before(adapted: tuple[Engine, Selection]) -> None:
    engine, selection = adapted
    found = engine.classify(selection, TEXTS)
    predictor = engine.pair(selection).predictor
    for text, prediction in zip(TEXTS, found, strict=True):
        ids = torch.tensor([predictor.encoder.encode([text])[0].ids])
        with torch.inference_mode():
            expected: torch.Tensor = predictor.model(input_ids=ids).logits[0]
        assert (torch.tensor(prediction.logits) - expected).abs().max() <= 1e-5 * expected.abs().max()
    assert {shape[1] for shape in seen_by_last_mlp(predictor, TEXTS)} == {1}


def test_any_other_pass_computes_every_position(adapted: tuple[Engine, Selection]) -> None:
    engine, selection = adapted
    predictor = engine.pair(selection).predictor
    ids = torch.tensor([predictor.encoder.encode([TEXTS[1]])[0].ids])
    with torch.inference_mode():
        before = predictor.model(input_ids=ids, output_hidden_states=True).hidden_states[-1]
        with reading_only(torch.tensor([3])):
            within = predictor.model(input_ids=ids, output_hidden_states=True).hidden_states[-1]
        after = predictor.model(input_ids=ids, output_hidden_states=True).hidden_states[-1]
    torch.testing.assert_close(before, after, rtol=0, atol=0)
    torch.testing.assert_close(within[:, 3], before[:, 3])
    assert not torch.allclose(within[:, 2], before[:, 2], atol=1e-2)


def test_other_poolers_need_every_position(adapted: tuple[Engine, Selection]) -> None:
    engine, _ = adapted
    shapes = seen_by_last_mlp(engine.pair(Selection("c", "m")).predictor, [TEXTS[1]])
    assert [shape[1] > 5 for shape in shapes] == [True]
