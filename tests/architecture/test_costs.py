"""Costs against what torch counts, what transformers' cache holds, and what AdamW really keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from core.architecture.costs import attention_maps, flops, kv_cache, memory
from core.architecture.module_tree import module_tree
from core.architecture.sizes import sizes_of
from core.config import AdapterConfig
from core.model.adapters.new_adapter import attach_new_adapter
from core.model.peft_wrappers import unwrap_peft
from core.model.share import sibling
from core.model.trainable import wanted
from core.results import Architecture, Sizes
from tests.model.conftest import opened
from tests.tiny import TINY_WIDTH, tiny_model

TYPES = {"llama": "llama", "gemma2": "gemma2-bidirectional", "mistral": "mistral", "bert": "vanilla"}
TOKENS = 24


def counted(model: torch.nn.Module) -> int:
    """FLOPs of one pass by torch's own count, which knows only the plain kernel of sdpa."""
    mask = torch.ones(1, TOKENS, dtype=torch.long)
    with FlopCounterMode(display=False) as counter, torch.inference_mode(), sdpa_kernel(SDPBackend.MATH):
        model(input_ids=torch.arange(3, 3 + TOKENS)[None], attention_mask=mask)
    return int(counter.get_total_flops())


@pytest.mark.parametrize(
    ("family", "implementation"),
    [(family, how) for family in TYPES for how in ("eager", "sdpa") if (family, how) != ("gemma2", "sdpa")],
)
def test_flops_of_every_family(tiny_folders: dict[str, Path], family: str, implementation: str) -> None:
    base: Any = opened(tiny_folders[family], TYPES[family]).model
    base.set_attn_implementation(implementation)
    assert flops(sizes_of(base), TOKENS) == counted(base)


@pytest.mark.parametrize("pooler", ["context", "mean", "attention", "gem"])
@pytest.mark.parametrize("head", ["vanilla", "sequential"])
def test_flops_with_an_adapter_any_pooler_and_head(tiny_folders: dict[str, Path], pooler: str, head: str) -> None:
    made = sibling(opened(tiny_folders["llama"]).model, pooler_type=pooler, head_type=head)
    model = attach_new_adapter(made, AdapterConfig(r=4)).eval()
    pooling = counted(model) - (flops(sizes_of(model), TOKENS) or 0)
    assert pooling in (0, 2 * TOKENS * TINY_WIDTH), "at most the weighted sum of the states"


def test_flops_where_logits_are_pooled_and_with_a_language_model_head(tiny_folders: dict[str, Path]) -> None:
    made = sibling(
        opened(tiny_folders["llama"]).model, pooler_type="context", pooler_config={"pre_head_pooling": False}
    )
    assert flops(sizes_of(made), TOKENS) == counted(made)
    for family in ("llama", "gemma2"):
        model = tiny_model(family, 320)
        assert flops(sizes_of(model), TOKENS) == counted(model)


@pytest.mark.parametrize("family", ["llama", "gemma2", "mistral"])
@pytest.mark.parametrize("tokens", [1, 6, 7, 8, 9, 40])
def test_the_cache_is_what_transformers_keeps(family: str, tokens: int) -> None:
    model: Any = tiny_model(family, 320)
    with torch.inference_mode():
        cache = model(input_ids=torch.arange(tokens)[None], use_cache=True).past_key_values
    kept = sum(layer.keys.nbytes + layer.values.nbytes for layer in cache.layers)
    sizes = sizes_of(model)
    assert kv_cache(sizes, tokens, 4) == kept
    assert kv_cache(sizes, tokens, 2) == kept // 2


def test_no_cache_where_tokens_see_later_ones(tiny_folders: dict[str, Path]) -> None:
    for family in ("gemma2", "bert"):
        assert kv_cache(sizes_of(opened(tiny_folders[family], TYPES[family]).model), 5, 4) is None


@pytest.mark.parametrize("family", ["llama", "bert"])
def test_attention_maps_are_those_that_a_capture_gives(family: str) -> None:
    model: Any = tiny_model(family, 320)
    model.set_attn_implementation("eager")
    with torch.inference_mode():
        maps = model(input_ids=torch.arange(TOKENS)[None], output_attentions=True).attentions
    assert attention_maps(sizes_of(model), TOKENS) == sum(m.nbytes for m in maps)


def described(model: torch.nn.Module) -> Architecture:
    root = unwrap_peft(model)
    nodes = module_tree(root, wanted(model))
    factors = sum(p.numel() for n, p in root.named_parameters() if ".lora_" in n)
    unused = sum(p.numel() for n, p in root.named_parameters() if ".original_module" in n)
    return Architecture(
        name="x",
        view="classifier",
        source="memory",
        tuning="",
        dtype="float32",
        nodes=nodes,
        parameters=nodes[0].total,
        base_parameters=nodes[0].total - factors - unused,
        factors=factors,
        trained=nodes[0].trained,
        tied=(),
        last_module_name="",
        sizes=sizes_of(model),
    )


def held(model: torch.nn.Module) -> int:
    """Bytes of weights, gradients and AdamW's state after one step, without its counters of steps."""
    optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad])
    model(input_ids=torch.arange(3, 9)[None]).logits.square().sum().backward()
    optimiser.step()
    moments = [t for s in optimiser.state.values() for name, t in s.items() if name != "step"]
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    unused = {id(p) for n, p in model.named_parameters() if ".original_module" in n}
    weights = [p for p in model.parameters() if id(p) not in unused]
    return sum(t.nbytes for t in (*weights, *gradients, *moments))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_training_memory_is_what_adamw_holds(tiny_folders: dict[str, Path], dtype: str) -> None:
    whole = opened(tiny_folders["llama"], torch_dtype=dtype).model
    rows = {row.dtype: row for row in memory(described(whole))}
    assert rows[dtype].weights == sum(p.nbytes for p in whole.parameters())
    assert rows[dtype].full == held(whole)
    assert rows[dtype].lora is None
    adapted = attach_new_adapter(opened(tiny_folders["llama"], torch_dtype=dtype).model, AdapterConfig(r=4))
    found = memory(described(adapted))
    saved = sum(p.numel() for n, p in adapted.named_parameters() if "modules_to_save" in n)
    narrow = 0 if dtype == "float32" else (4 - 2) * 4 * saved  # PEFT leaves a head that is trained whole in 16 bits
    assert next(r for r in found if r.dtype == dtype).lora == held(adapted) + narrow


def test_quantised_rows_shrink_the_layers_matrices_alone(tiny_folders: dict[str, Path]) -> None:
    model: Any = opened(tiny_folders["llama"]).model
    matrices = [m.weight for m in model.model.layers.modules() if isinstance(m, torch.nn.Linear)]
    rows = {row.dtype: row for row in memory(described(model))}
    inside = sum(w.numel() for w in matrices)
    rest = 2 * (sum(p.numel() for p in model.parameters()) - inside)
    assert rows["int8"].weights == rest + inside + 4 * sum(len(w) for w in matrices)
    assert rows["4 bit (NF4)"].weights == rest + inside // 2 + 4 * inside // 64
    assert (rows["int8"].full, rows["int8"].lora) == (None, None)
    adapted = attach_new_adapter(model, AdapterConfig(r=4))
    assert sizes_of(adapted).layer_matrix == inside


@given(tokens=st.integers(1, 10_000), window=st.one_of(st.none(), st.integers(2, 5000)), layers=st.integers(1, 50))
def test_longer_never_costs_less(tokens: int, window: int | None, layers: int) -> None:
    sizes = Sizes(64, 4, 2, 16, 100, 100, (window, None) * layers, True, 1000, 10, 900, 30, True)
    more = tokens + 1
    assert attention_maps(sizes, more) > attention_maps(sizes, tokens)
    cache, longer = kv_cache(sizes, tokens, 2), kv_cache(sizes, more, 2)
    assert cache is not None
    assert longer is not None
    assert cache < longer <= cache + 2 * 2 * 16 * 2 * 2 * layers
    first, second = flops(sizes, tokens), flops(sizes, more)
    assert first is not None
    assert second is not None
    assert second > first


def test_experts_have_no_count() -> None:
    sizes = Sizes(64, 4, 2, 16, 100, 100, (None,), True, 1000, 10, 900, 30, dense=False)
    assert flops(sizes, 10) is None


def test_other_architectures_of_the_library() -> None:
    """GPT-2 has matrices of another class, Mamba no heads, Mixtral experts that not every token sees."""
    from transformers import (
        GPT2Config,
        GPT2LMHeadModel,
        MambaConfig,
        MambaModel,
        MixtralConfig,
        MixtralModel,
    )

    gpt2 = GPT2LMHeadModel(GPT2Config(n_embd=32, n_layer=2, n_head=4, vocab_size=64, n_positions=64)).eval()
    sizes = sizes_of(gpt2)
    assert flops(sizes, TOKENS) == counted(gpt2)
    assert (sizes.heads, sizes.head_dim, sizes.layers, sizes.cached) == (4, 8, 2, True)
    assert sizes.layer_rows == 2 * (3 * 32 + 32 + 4 * 32 + 32)
    mamba = MambaModel(MambaConfig(hidden_size=32, num_hidden_layers=2, vocab_size=64, state_size=4))
    found = sizes_of(mamba)
    assert (found.heads, found.cached, flops(found, 8), kv_cache(found, 8, 4)) == (0, False, None, None)
    experts = MixtralModel(
        MixtralConfig(
            hidden_size=32,
            num_hidden_layers=1,
            vocab_size=64,
            intermediate_size=16,
            num_attention_heads=4,
            num_key_value_heads=2,
            num_local_experts=2,
        )
    )
    assert flops(sizes_of(experts), 8) is None
