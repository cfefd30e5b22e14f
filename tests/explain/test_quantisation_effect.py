"""A text by quantised and by whole weights, both as transformers and PEFT answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.engine.engine import Engine
from core.errors import ConfigError, InputError, MemoryBudgetError
from core.explain.explainer import Explainer
from core.explain.quantisation_effect import unquantised
from core.results import Selection
from core.settings import Settings
from core.tasks.runner import TaskRunner
from tests.engine.conftest import catalogue, engine
from tests.tiny import save_tiny_classifier

__all__ = ["catalogue", "engine"]

TEXT = "My card has not arrived yet."


@pytest.fixture
def explainer(engine: Engine) -> Explainer:
    return Explainer(engine, TaskRunner(1))


@pytest.mark.parametrize("name", ["int8", "nf4", "fp4-double"])
def test_both_answers_and_nothing_stays_in_memory(engine: Engine, explainer: Explainer, name: str) -> None:
    whole = Selection("tiny", "one")
    expected = engine.classify(whole, [TEXT])[0]
    engine.unload(whole)
    quantised = engine.quantised(whole, name)
    result = explainer.quantisation_effect(quantised, TEXT).result()
    assert result.whole.logits == pytest.approx(expected.logits, abs=1e-6)
    assert result.quantised.logits == engine.classify(quantised, [TEXT])[0].logits
    assert result.largest > 1e-4
    assert (result.quantisation, result.dtype) == (name, "float32")
    assert [model.selection for model in engine.loaded()] == [quantised]


def test_what_was_loaded_before_stays(engine: Engine, explainer: Explainer) -> None:
    whole = Selection("tiny", "one")
    quantised = engine.quantised(whole, "nf4")
    engine.load(engine.quantised(quantised, "none"))
    before = len(engine.loaded())
    explainer.quantisation_effect(quantised, TEXT).result()
    assert len(engine.loaded()) == before + 1


def test_what_does_not_fit_is_refused_with_both_numbers(engine: Engine, explainer: Explainer) -> None:
    quantised = engine.quantised(Selection("tiny", "one"), "nf4")
    engine.load(quantised)
    engine.settings.__dict__["memory_budget_gb"] = 0.01
    with pytest.raises(MemoryBudgetError, match=r"needs 128 MiB on cpu .* and \d+ MiB are free"):
        explainer.quantisation_effect(quantised, TEXT).result()


def test_whole_and_stored_bases_have_nothing_to_compare(
    engine: Engine, explainer: Explainer, tmp_path: Path, tiny_folders: dict[str, Path]
) -> None:
    engine.load(Selection("tiny", "one"))
    with pytest.raises(ConfigError, match="is not quantised"):
        explainer.quantisation_effect(Selection("tiny", "one"), TEXT)
    with pytest.raises(InputError, match="empty"):
        explainer.quantisation_effect(engine.quantised(Selection("tiny", "one"), "nf4"), " ")
    made = Engine(Settings(catalogue=tmp_path / "none", user_catalogue=tmp_path / "own", device="cpu"))
    save_tiny_classifier(tmp_path / "model", "llama", ("a", "b"))
    pair = made.pair(made.quantised(made.resolve(str(tmp_path / "model")), "nf4"))
    pair.opened.model.save_pretrained(tmp_path / "stored")
    for file in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / "stored" / file).write_bytes((tmp_path / "model" / file).read_bytes())
    stored = made.resolve(str(tmp_path / "stored"))
    assert made.load(stored).quantisation == "nf4"
    with pytest.raises(ConfigError, match=r"stored quantised \(nf4\)"):
        unquantised(made, stored)
