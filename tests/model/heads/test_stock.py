"""The architecture's own head, family by family: what transformers and PEFT answer on the same files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import (
    CONFIG_MAPPING,
    MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING,
    AutoModelForSequenceClassification,
    BertConfig,
    BertForPreTraining,
    BertModel,
    PreTrainedModel,
)
from transformers.models.auto.modeling_auto import MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES

from core.config import BaseModelConfig
from core.config.components import OWN_HEAD
from core.errors import AppError
from core.model.adapters.attach import load_adapter
from core.model.adapters.save import card_for, save_adapter
from core.model.open import OpenedClassifier, open_classifier
from core.model.save import save_classifier
from core.results import CheckStatus
from tests.families import tiny_config

K = 3
TEXTS = ([1, *range(20, 29), 2], [1, 50, 60, 70, 2])
#: Families with a sequence classifier in transformers that ours does not take over, and what is said of them.
REFUSED = {
    "canine": "reads something else than the last states",
    "perceiver": "states no hidden_size",
    "reformer": "cannot be taken over",
    **dict.fromkeys(
        ("bart", "bigbird_pegasus", "mbart", "mt5", "mvp", "plbart", "t5", "t5gemma", "t5gemma2", "umt5"),
        "is an encoder-decoder",
    ),
}
#: transformers builds it only with another library.
NOT_BUILT = {"layoutlmv2"}
FAMILIES = sorted(set(MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES) - NOT_BUILT)


def randomised(model: nn.Module) -> Any:
    """Weights so large that two heads could not be taken for one another."""
    with torch.no_grad():
        for tensor in model.parameters():
            if tensor.ndim > 1 and tensor.is_floating_point():
                tensor.copy_(torch.randn_like(tensor) * 0.3)
    return model.eval()


def stock(name: str, folder: Path, **fields: Any) -> PreTrainedModel:
    """transformers' own classifier of a family, saved."""
    torch.manual_seed(0)
    config = tiny_config(name, num_labels=K, **fields)
    kind: Any = MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING[CONFIG_MAPPING[name]]
    model = randomised((kind[0] if isinstance(kind, tuple | list) else kind)(config))
    model.save_pretrained(folder)
    return model


def opened(folder: Path) -> OpenedClassifier:
    return open_classifier(BaseModelConfig(pretrained_model_name_or_path=str(folder)))


def logits(model: nn.Module) -> Tensor:
    """One text at a time."""
    with torch.inference_mode():
        return torch.cat([model(input_ids=torch.tensor([ids])).logits for ids in TEXTS])


def assert_equal(ours: Tensor, theirs: Tensor) -> None:
    assert (ours - theirs).abs().max() <= 1e-5 * theirs.abs().max()


@pytest.mark.parametrize("name", FAMILIES)
def test_a_stock_classifier_answers_as_in_transformers(name: str, tmp_path: Path) -> None:
    if name in REFUSED:
        tiny_config(name, num_labels=K).save_pretrained(tmp_path)
        if name in ("canine", "reformer"):
            stock(name, tmp_path)
        else:
            save_file({"classifier.weight": torch.zeros(K, 32)}, tmp_path / "model.safetensors")
        with pytest.raises(AppError, match=REFUSED[name]):
            opened(tmp_path)
        return
    theirs = stock(name, tmp_path / "stock")
    ours = opened(tmp_path / "stock")
    assert ours.head_is_trained
    assert_equal(logits(ours.model), logits(theirs))
    assert save_classifier(ours.model, tmp_path / "again") == type(theirs).__name__
    again = AutoModelForSequenceClassification.from_pretrained(tmp_path / "again", dtype=torch.float32).eval()
    assert type(again) is type(theirs)
    assert_equal(logits(again), logits(theirs))


OWN = (
    *("albert", "bert", "camembert", "deberta", "deberta-v2", "distilbert", "electra", "eurobert", "funnel"),
    *("mixtral", "qwen3_moe", "gpt2", "opt", "falcon", "deepseek_v2", "deepseek_v3", "qwen3_next"),
    *("longformer", "mobilebert", "modernbert", "mpnet", "roberta", "squeezebert", "xlm-roberta", "xlnet"),
)


def peft_adapter(model: PreTrainedModel, folder: Path, **fields: Any) -> PeftModel:
    """LoRA for sequence classification as PEFT makes it, every trained weight with a value."""
    made = get_peft_model(
        model, LoraConfig(**{"r": 2, "task_type": "SEQ_CLS", "target_modules": "all-linear", **fields})
    )
    for parameter in made.parameters():
        if parameter.requires_grad:
            parameter.data = torch.randn_like(parameter) * 0.2
    made.save_pretrained(str(folder))
    return made.eval()


@pytest.mark.filterwarnings("ignore")  # PEFT says what it does of transposed layers and of experts
@pytest.mark.parametrize("name", OWN)
def test_an_adapter_of_peft_answers_as_in_peft(name: str, tmp_path: Path) -> None:
    model = stock(name, tmp_path / "base")
    targets = ["q_lin", "v_lin"] if name == "distilbert" else "all-linear"  # PEFT itself fails at pre_classifier
    theirs = peft_adapter(model, tmp_path / "adapter", target_modules=targets)
    ours = load_adapter(opened(tmp_path / "base"), tmp_path / "adapter")
    assert not ours.untrained
    assert ours.health.worst is not CheckStatus.REFUSED
    assert_equal(logits(ours.model), logits(theirs))
    base = opened(tmp_path / "base")
    card = card_for(base, ours.model.get_base_model(), ours.labels)
    save_adapter(ours.model, tmp_path / "saved", card)
    assert_equal(logits(load_adapter(base, tmp_path / "saved").model), logits(theirs))
    plain = AutoModelForSequenceClassification.from_pretrained(tmp_path / "base", dtype=torch.float32)
    assert_equal(logits(PeftModel.from_pretrained(plain, str(tmp_path / "saved")).eval()), logits(theirs))


@pytest.mark.parametrize("saved", [["classifier"], ["classifier", "pooler"]], ids=repr)
def test_what_an_adapter_leaves_out_of_the_head_is_the_bases(saved: list[str], tmp_path: Path) -> None:
    torch.manual_seed(1)
    randomised(BertForPreTraining(tiny_config("bert"))).save_pretrained(tmp_path / "base")
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "base", num_labels=K, dtype=torch.float32)
    theirs = peft_adapter(model, tmp_path / "adapter", target_modules=["query", "value"], modules_to_save=saved)
    ours = load_adapter(opened(tmp_path / "base"), tmp_path / "adapter")
    assert not ours.untrained
    assert_equal(logits(ours.model), logits(theirs))


def test_a_head_that_neither_file_has_is_said_to_be_untrained(tmp_path: Path) -> None:
    model = stock("bert", tmp_path / "base")
    model.base_model.save_pretrained(tmp_path / "bare")
    base = AutoModelForSequenceClassification.from_pretrained(tmp_path / "bare", num_labels=K, dtype=torch.float32)
    peft_adapter(base, tmp_path / "adapter", target_modules=["query"])
    assert not load_adapter(opened(tmp_path / "bare"), tmp_path / "adapter").untrained  # the bare file has the pooler
    without = BertModel(BertConfig(**model.config.to_dict()), add_pooling_layer=False)
    without.load_state_dict(model.base_model.state_dict(), strict=False)
    without.save_pretrained(tmp_path / "without")
    adapter = load_adapter(opened(tmp_path / "without"), tmp_path / "adapter")
    assert adapter.untrained == {"score.bert.pooler.dense.weight", "score.bert.pooler.dense.bias"}
    assert "is random" in " ".join(check.message for check in adapter.health.checks)


def test_a_head_of_its_own_can_be_asked_for(tmp_path: Path) -> None:
    stock("bert", tmp_path)
    config = BaseModelConfig(pretrained_model_name_or_path=str(tmp_path), head_type=OWN_HEAD, pooler_type="mean")
    model = open_classifier(config).model
    assert model.config.pooler_type == "mean"
    assert logits(model).shape == (2, K)


def table() -> str:
    """What the README says of families, from what the tests above found."""
    equal = [name for name in FAMILIES if name not in REFUSED]
    reasons = {
        "two stacks (encoder-decoder)": [name for name in REFUSED if REFUSED[name] == "is an encoder-decoder"],
        "its head reads other states than the last": ["canine"],
        "no hidden_size in its config": ["perceiver"],
        "random at each pass, states of twice the width": ["reformer"],
        "needs a library that is not here (detectron2)": sorted(NOT_BUILT),
    }
    rows = [f"| equal logits ({len(equal)}) | {', '.join(equal)} |"]
    rows += [f"| refused: {reason} | {', '.join(names)} |" for reason, names in reasons.items()]
    return "\n".join(rows)


def test_the_readme_has_the_table() -> None:
    print(table())
    assert table() in (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
