"""Linear layers with LoRA around them; the oracle is PEFT's own module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import nn

from core.engine.backends.torch.linear import Linear, _is_plain_lora


def adapted(**options: Any) -> tuple[Any, Any]:
    """A PEFT model around one layer with two adapters that matter, and that layer's module."""
    torch.manual_seed(0)
    config = LoraConfig(r=3, target_modules=["0"], **options)
    model: Any = get_peft_model(nn.Sequential(nn.Linear(16, 24)), config)
    model.add_adapter("other", LoraConfig(r=5, lora_alpha=2, target_modules=["0"]))
    layer = model.base_model.model[0]
    for part in layer.lora_B.values():
        nn.init.normal_(part.weight)
    return model.eval(), layer


def check(layer: Any, direct: bool) -> None:
    """As the module says; directly, or through it."""
    x = torch.randn(7, 16)
    with torch.inference_mode():
        torch.testing.assert_close(Linear(layer)(x), layer(x), rtol=0, atol=4e-6)
    assert _is_plain_lora(layer) is direct


CHANGES: dict[str, tuple[Callable[[Any, Any], Any], bool]] = {
    "one adapter": (lambda _model, _layer: None, True),
    "the other": (lambda model, _layer: model.set_adapter("other"), True),
    "both": (lambda _model, layer: layer.set_adapter(["default", "other"]), True),
    "another scale": (lambda _model, layer: layer.set_scale("default", 0.25), True),
    "none": (lambda _model, layer: layer.enable_adapters(False), False),
    "merged": (lambda _model, layer: layer.merge(), False),
    "heard": (lambda _model, layer: layer.register_forward_hook(lambda *_: None), False),
    "a part heard": (lambda _model, layer: layer.lora_A["default"].register_forward_hook(lambda *_: None), False),
}


@pytest.mark.parametrize("change", CHANGES)
def test_lora_is_that_of_peft(change: str) -> None:
    model, layer = adapted(lora_dropout=0.5)
    act, direct = CHANGES[change]
    act(model, layer)
    check(layer, direct)


def test_dropout_at_work_is_left_to_the_module() -> None:
    model, layer = adapted(lora_dropout=0.5)
    model.train()
    assert not _is_plain_lora(layer)


@pytest.mark.parametrize(
    ("options", "direct"),
    [({"use_rslora": True}, True), ({"lora_bias": True}, True), ({"use_dora": True}, False)],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_kinds_of_lora(options: dict[str, Any], direct: bool) -> None:
    check(adapted(**options)[1], direct)


def test_a_plain_layer_and_one_that_is_heard() -> None:
    layer, heard, x = nn.Linear(16, 24), list[int](), torch.randn(7, 16)
    with torch.inference_mode():
        expected = layer(x)
        torch.testing.assert_close(Linear(layer)(x), expected, rtol=0, atol=2e-6)
        layer.register_forward_hook(lambda _module, _args, output: heard.append(len(output)))
        torch.testing.assert_close(Linear(layer)(x), expected, rtol=0, atol=2e-6)
    assert heard == [7]


def test_a_layer_of_another_class_goes_its_own_way() -> None:
    class Doubled(nn.Linear):
        def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002
            return 2 * super().forward(input)

    layer, x = Doubled(16, 24), torch.randn(7, 16)
    with torch.inference_mode():
        torch.testing.assert_close(Linear(layer)(x), layer(x), rtol=0, atol=4e-6)
