"""Siblings and copies: the base's weights and nothing else, quantised weights with what is needed to read them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers import LlamaConfig, LlamaForCausalLM

from core.config import AdapterConfig
from core.model.adapters.attach import load_adapter
from core.model.adapters.new_adapter import attach_new_adapter
from core.model.classifier import PooledClassifier
from core.model.open import OpenedClassifier
from core.model.share import shared_copy, sibling
from tests.model.conftest import opened, write_adapter

IDS = torch.arange(3, 20)[None]
SIZES: dict[str, Any] = {
    "vocab_size": 32,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "initializer_range": 0.1,
    "pad_token_id": 0,
}


class Scales:
    """What says how stored numbers are read, as bitsandbytes' `QuantState`: moved in place, nested."""

    def __init__(self, rows: Tensor, nested: Scales | None = None) -> None:
        self.rows = rows
        self.nested = nested


class Stored(nn.Parameter):
    """As bitsandbytes' `Params4bit`: a class, state and a `__deepcopy__` of its own, and it names its module."""

    quant_state: Scales | None
    module: nn.Module | None

    def __new__(
        cls, data: Tensor | None = None, quant_state: Scales | None = None, module: nn.Module | None = None
    ) -> Stored:
        made = torch.Tensor._make_subclass(cls, torch.empty(0) if data is None else data, False)
        made.quant_state, made.module = quant_state, module
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> Stored:
        return Stored(self.data.clone(), copy.deepcopy(self.quant_state), self.module)

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return super().__torch_function__(func, types, args, kwargs or {})


class QuantisedLinear(nn.Linear):
    """int8 rows; the scales lie on the parameter, and the module keeps them too, in an object of its own."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__(layer.in_features, layer.out_features, bias=False, device="meta")
        scale = layer.weight.detach().abs().amax(dim=1, keepdim=True) / 127
        state = Scales(scale, nested=Scales(torch.ones(1)))
        self.weight = Stored((layer.weight.detach() / scale).round().to(torch.int8).view(-1, 1), state, self)
        self.state = state

    def forward(self, x: Tensor) -> Tensor:
        state: Any = self.weight.quant_state  # type: ignore[attr-defined]
        rows = self.weight.float().view(self.out_features, self.in_features)
        return nn.functional.linear(x, rows * state.rows * state.nested.rows)


def by_hand(folder: Path) -> OpenedClassifier:
    base = opened(folder)
    for layer in base.model.backbone.layers:
        for block in (layer.self_attn, layer.mlp):
            for name, child in list(block.named_children()):
                if isinstance(child, nn.Linear):
                    setattr(block, name, QuantisedLinear(child))
    return base


QUANTISED: dict[str, Callable[[Path], OpenedClassifier]] = {
    "by hand": by_hand,
    **{name: partial(opened, quantisation=name) for name in ("nf4", "nf4-double", "fp4", "int8")},
}


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As wide as bitsandbytes' smallest block."""
    folder = tmp_path_factory.mktemp("wide") / "llama"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        LlamaForCausalLM(LlamaConfig(**SIZES)).save_pretrained(folder)
    return folder


@pytest.fixture(params=QUANTISED)
def quantised(request: pytest.FixtureRequest, llama: Path) -> OpenedClassifier:
    return QUANTISED[request.param](llama)


@pytest.fixture(autouse=True)
def _as_when_predicting() -> Iterator[None]:
    with torch.no_grad():
        yield


def stored_kinds(model: nn.Module) -> set[type]:
    return {type(p) for p in model.parameters()} - {nn.Parameter}


def assert_same_weights(one: nn.Module, other: nn.Module) -> None:
    """Same storage, same class, same notes; other objects, so that what one does stays its own."""
    mine, theirs = dict(one.named_parameters()), dict(other.named_parameters())
    assert mine.keys() == theirs.keys()
    for name, parameter in mine.items():
        twin = theirs[name]
        assert twin is not parameter
        assert type(twin) is type(parameter)
        assert twin.data_ptr() == parameter.data_ptr()
        assert twin.requires_grad == parameter.requires_grad
        assert vars(twin).keys() == vars(parameter).keys()
        for kind, value in vars(parameter).items():
            if isinstance(value, Tensor):
                assert vars(twin)[kind].data_ptr() == value.data_ptr()
        state = getattr(parameter, "quant_state", None)
        if state is not None:
            assert vars(twin)["quant_state"] is not state
            assert_same_tensors(state, vars(twin)["quant_state"])


def assert_same_tensors(one: object, other: object) -> None:
    for name, value in vars(one).items():
        if isinstance(value, Tensor):
            assert vars(other)[name].data_ptr() == value.data_ptr(), name
        elif type(value) is type(one):
            assert_same_tensors(value, vars(other)[name])


@pytest.mark.parametrize("used_before", [False, True], ids=["fresh", "used"])
def test_a_copy_of_a_quantised_model_reads_the_same_numbers(quantised: OpenedClassifier, used_before: bool) -> None:
    model = quantised.model
    assert stored_kinds(model.backbone)
    if used_before:  # bitsandbytes' int8 moves its state from the parameter to the module in the first pass
        model(IDS)
    probe = shared_copy(model)
    assert_same_weights(model, probe)
    expected = model(IDS).logits
    assert torch.equal(probe(IDS).logits, expected)
    assert torch.equal(model(IDS).logits, expected)


def test_what_a_weight_names_is_the_copys_own_module(quantised: OpenedClassifier) -> None:
    probe = shared_copy(quantised.model)
    for module in probe.modules():
        owner = getattr(getattr(module, "weight", None), "module", None)
        assert owner is None or owner is module
    state = [(m.state, vars(m.weight)["quant_state"]) for m in probe.modules() if isinstance(m, QuantisedLinear)]
    assert all(kept is named for kept, named in state)


def test_a_copy_of_a_quantised_model_takes_no_memory_for_weights(quantised: OpenedClassifier) -> None:
    quantised.model(IDS)
    model, probe = (tensors_of(m) for m in (quantised.model, shared_copy(quantised.model)))
    assert probe <= model


def tensors_of(root: nn.Module) -> set[int]:
    """Addresses of every tensor on modules, their parameters and the objects that both keep."""
    found: set[int] = set()
    for module in root.modules():
        for value in [*vars(module).values(), *module.parameters(recurse=False), *module.buffers(recurse=False)]:
            found |= addresses(value).union(*(addresses(v) for v in getattr(value, "__dict__", {}).values()))
    return found - {0}


def addresses(value: object) -> set[int]:
    if isinstance(value, Tensor):
        return {value.data_ptr()}
    if isinstance(value, nn.Module) or not hasattr(value, "__dict__"):
        return set()
    return {v.data_ptr() for v in vars(value).values() if isinstance(v, Tensor)}


def test_a_sibling_of_a_quantised_model_classifies_and_takes_an_adapter(quantised: OpenedClassifier) -> None:
    model = quantised.model
    other = sibling(model)
    other.pooler.load_state_dict(model.pooler.state_dict())
    other.score.load_state_dict(model.score.state_dict())
    assert_same_weights(model.backbone, other.backbone)
    before = model(IDS).logits
    assert torch.equal(other(IDS).logits, before)
    adapted = attach_new_adapter(other, AdapterConfig(r=2, target_modules=("q_proj", "down_proj")))
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            parameter.data.fill_(0.1)
    adapted.eval()
    assert not torch.equal(adapted(input_ids=IDS).logits, before)
    assert torch.equal(model(IDS).logits, before)
    probe = shared_copy(adapted)
    assert_same_weights(adapted, probe)
    assert torch.equal(probe(input_ids=IDS).logits, adapted(input_ids=IDS).logits)


def test_a_saved_adapter_on_a_quantised_base(quantised: OpenedClassifier, llama: Path, tmp_path: Path) -> None:
    write_adapter(opened(llama), tmp_path / "adapter")
    before = quantised.model(IDS).logits  # first: bitsandbytes would rearrange the weights in it
    attached = load_adapter(quantised, tmp_path / "adapter").model
    whole = opened(llama)  # of the same numbers, read out: what a layer makes of the unit vectors
    for mine, theirs in zip(linears(whole.model), linears(quantised.model), strict=True):
        mine.weight.data = theirs(torch.eye(mine.in_features)).T.contiguous()
    expected = load_adapter(whole, tmp_path / "adapter").model(input_ids=IDS).logits
    inside = attached.get_base_model()
    assert isinstance(inside, PooledClassifier)
    assert stored_kinds(inside.backbone) == stored_kinds(quantised.model.backbone)
    logits = attached(input_ids=IDS).logits
    torch.testing.assert_close(logits, expected, atol=0.1 * expected.abs().max().item(), rtol=0)
    assert torch.equal(shared_copy(attached)(input_ids=IDS).logits, logits)
    assert torch.equal(quantised.model(IDS).logits, before)


def linears(model: PooledClassifier) -> list[nn.Linear]:
    return [module for module in model.backbone.layers.modules() if isinstance(module, nn.Linear)]


def test_siblings_share_the_base_and_nothing_else(tiny_folders: dict[str, Path]) -> None:
    base = opened(tiny_folders["llama"])
    other = sibling(base.model, pooler_type="gem", head_type="sequential", num_labels=7)
    mine, theirs = dict(base.model.backbone.named_parameters()), dict(other.backbone.named_parameters())
    assert all(mine[n].data_ptr() == theirs[n].data_ptr() and mine[n] is not theirs[n] for n in mine)
    before = base.model(IDS).logits
    attach_new_adapter(other, AdapterConfig(r=2, init_lora_weights="pissa"))
    assert torch.equal(base.model(IDS).logits, before)


def test_tied_weights_stay_tied_and_new_values_stay_private() -> None:
    model = nn.ModuleDict({"a": nn.Linear(3, 3, bias=False), "b": nn.Linear(3, 3, bias=False)})
    model["b"].weight = model["a"].weight
    made = shared_copy(model)
    assert made["a"].weight is made["b"].weight
    made["a"].weight.data = torch.zeros(3, 3)
    assert model["a"].weight.any()


def test_tensors_in_bound_methods_and_lists_are_shared() -> None:
    class Keeper:
        def __init__(self) -> None:
            self.table = torch.ones(4)

        def read(self) -> Tensor:
            return self.table

    module: Any = nn.Linear(2, 2)
    module.read, module.listed = Keeper().read, [torch.ones(2)]
    made = shared_copy(module)
    assert made.read().data_ptr() == module.read().data_ptr()
    assert made.read.__self__ is not module.read.__self__
    assert made.listed is not module.listed
    assert made.listed[0] is module.listed[0]


def test_a_frozen_weight_stays_frozen_and_buffers_are_shared() -> None:
    module = nn.BatchNorm1d(2)
    module.weight.requires_grad_(False)
    made = shared_copy(module)
    assert not made.weight.requires_grad
    assert made.bias.requires_grad
    assert made.running_mean is module.running_mean
