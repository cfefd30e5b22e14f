"""A head with random start values answers nobody who does not ask for it, and then every verdict is marked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification, LlamaForTokenClassification

from core.config import BaseModelConfig
from core.engine.engine import Engine
from core.engine.untrained_head import of_adapter, of_base, require_head, weights
from core.errors import UntrainedHeadError
from core.model.open import open_classifier
from core.results import Selection
from tests.engine.conftest import installation
from tests.families import tiny_config
from tests.tiny import FAMILIES, save_tiny_classifier

TEXT = "My card has not arrived yet."


@pytest.fixture
def bare(tiny_folders: dict[str, Path], tmp_path: Path) -> Engine:
    """An engine without a catalogue, for folders."""
    return Engine(installation(tmp_path / "none", tmp_path))


def asking(selection: Selection) -> Selection:
    return Selection(selection.candidate, selection.adapter, untrained_head=True)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_base_without_a_head_is_refused_and_answers_marked(
    bare: Engine, tiny_folders: dict[str, Path], family: str
) -> None:
    selection = bare.resolve(str(tiny_folders[family]))
    with pytest.raises(UntrainedHeadError, match="has no classification head") as refused:
        bare.classify(selection, [TEXT])
    for part in ("adapter", "python -m core train", "--untrained-head"):
        assert part in refused.value.command_fix
    assert "python" not in refused.value.fix, "nobody is told to run a command in the browser"
    (answer,) = bare.classify(asking(selection), [TEXT])
    assert answer.untrained_head
    assert len(bare.loaded()) == 1, "the wish is no other pair"
    with pytest.raises(UntrainedHeadError):
        bare.classify(selection, [TEXT])


def test_a_head_of_its_own_and_an_adapters_are_trained(engine: Engine, tmp_path: Path) -> None:
    folder = save_tiny_classifier(tmp_path / "own", "mistral", ("a", "b"))
    for selection in (engine.resolve(str(folder)), Selection("tiny", "one"), Selection("tiny", "two")):
        assert engine.load(selection).untrained_head == ""
        assert not engine.classify(selection, [TEXT])[0].untrained_head
        assert not engine.classify(asking(selection), [TEXT])[0].untrained_head
    with pytest.raises(UntrainedHeadError):
        engine.classify(Selection("tiny"), [TEXT])  # their base, which has none


@pytest.mark.parametrize(("family", "lost"), [("llama", "score.weight"), ("bert", "classifier.bias")])
def test_a_head_that_lacks_a_weight_is_untrained(bare: Engine, tmp_path: Path, family: str, lost: str) -> None:
    folder = save_tiny_classifier(tmp_path / "part", family, ("a", "b", "c"))
    tensors = load_file(folder / "model.safetensors")
    del tensors[lost]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    selection = bare.resolve(str(folder))
    with pytest.raises(UntrainedHeadError, match="head"):
        bare.classify(selection, [TEXT])
    assert bare.classify(asking(selection), [TEXT])[0].untrained_head


def bare_adapter(base: Path, folder: Path) -> Path:
    """LoRA of the backbone alone, as PEFT saves it from a model without a head."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModel

    model = get_peft_model(AutoModel.from_pretrained(base), LoraConfig(r=2, target_modules=["q_proj"]))
    model.save_pretrained(str(folder))
    return folder


def test_an_adapter_without_a_head_takes_the_bases(bare: Engine, tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    """Where the base has none either, both are named."""
    adapter = bare_adapter(tiny_folders["llama"], tmp_path / "adapter")
    selection = bare.resolve(str(tiny_folders["llama"]), str(adapter))
    with pytest.raises(UntrainedHeadError, match=r"neither the adapter nor its base has the weight 'score\.weight'"):
        bare.classify(selection, [TEXT])
    assert bare.classify(asking(selection), [TEXT])[0].untrained_head
    stock = save_tiny_classifier(tmp_path / "stock", "llama", ("a", "b"))
    (answer,) = bare.classify(bare.resolve(str(stock), str(bare_adapter(stock, tmp_path / "of stock"))), [TEXT])
    assert not answer.untrained_head
    model = AutoModelForSequenceClassification.from_pretrained(stock, dtype=torch.float32)
    ids = torch.tensor([bare.pair(bare.resolve(str(stock))).predictor.encoder.encode([TEXT])[0].ids])
    with torch.inference_mode():
        expected = model(input_ids=ids).logits[0].tolist()
    assert answer.logits == pytest.approx(expected, abs=1e-5), "its factors are still zero"


def test_what_is_lacking_is_counted_and_named(engine: Engine) -> None:
    assert of_adapter(()) == ""
    assert weights({"score.weight"}) == "the weight 'score.weight'"
    assert weights({"score.b", "pooler.a"}) == "2 weights of pooler and head, 'pooler.a' among them"
    model = engine.load(Selection("tiny"))
    require_head(model, Selection("tiny", untrained_head=True))
    with pytest.raises(UntrainedHeadError, match=r"The head of 'tiny' is untrained"):
        require_head(model, Selection("tiny"))


def test_a_head_of_another_task_is_told_as_that(tmp_path: Path) -> None:
    config: Any = tiny_config("llama", num_labels=3)
    LlamaForTokenClassification(config).save_pretrained(tmp_path)
    made = open_classifier(BaseModelConfig(pretrained_model_name_or_path=str(tmp_path)))
    assert of_base(made) == (
        "the checkpoint was saved as LlamaForTokenClassification, whose head is for token classification"
    )
