"""Taking PEFT's wrapper off."""

from __future__ import annotations

from peft import LoraConfig, get_peft_model
from peft.tuners.lora.layer import LoraLayer
from torch import nn

from core.model.peft_wrappers import unwrap_peft


def test_a_model_without_a_wrapper_is_itself() -> None:
    model = nn.Sequential(nn.Linear(2, 2))
    assert unwrap_peft(model) is model


def test_the_wrapper_goes_and_the_adapter_stays() -> None:
    model = nn.Sequential(nn.Linear(2, 2))
    wrapped = get_peft_model(model, LoraConfig(target_modules=["0"]))
    assert unwrap_peft(wrapped) is model
    assert isinstance(model[0], LoraLayer)
