"""Operations of every text architecture that can be made tiny, against torch's own counter on real weights."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import PreTrainedConfig

from core.architecture.flops import FlopCount, counted_flops
from core.architecture.layer_summary import example, summary_of_outline
from core.architecture.module_tree import module_tree
from core.architecture.outlines import META, without_values
from core.architecture.sizes import sizes_of
from core.errors import AppError
from core.model.backbone import forward_parameters
from core.model.classifier import classifier_class
from core.model.pooled_config import to_pooled
from tests.architecture.tiny_configs import TOKENS, model_class, text_configs, tiny_config

#: Those that the sweep may not lose: shared and repeated layers, windows, landmarks, other masks, experts, states.
NEEDED = (
    *("albert", "bert", "bloom", "canine", "convbert", "deberta", "deberta-v2", "electra", "fnet", "funnel", "gpt2"),
    *(
        "gpt_neo",
        "gpt_neox",
        "gpt_oss",
        "ibert",
        "llama",
        "llama4_text",
        "longformer",
        "mixtral",
        "modernbert",
        "mpnet",
    ),
    *("nystromformer", "olmoe", "opt", "qwen2_moe", "qwen3_moe", "roberta", "squeezebert", "xlm", "xlnet", "yoso"),
)
#: What code does with values that a model without weights has not, in words that a person is told instead of a number.
NOT_KNOWN = frozenset({"higgs_audio_v2", "jetmoe", "vits", "tapas"})


def counted_by_torch(config: PreTrainedConfig) -> int | None:
    """On real weights; None where the architecture reads more than text, or the sizes do not go together."""
    model: Any = model_class(config)(config).eval()
    options = {"use_cache": False} if "use_cache" in forward_parameters(type(model)) else {}
    batch = {"input_ids": torch.arange(3, 3 + TOKENS)[None], "attention_mask": torch.ones(1, TOKENS, dtype=torch.long)}
    try:
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            model(**batch, **options)
    except (RuntimeError, ValueError, TypeError, AttributeError, IndexError):
        return None
    return int(counter.get_total_flops())


def outline(config: PreTrainedConfig) -> Any:
    with META:
        return model_class(config)(config).to(device=META).eval()


@pytest.mark.parametrize("name", NEEDED)
def test_flops_of(name: str) -> None:
    config = tiny_config(name)
    assert config is not None
    wanted = counted_by_torch(without_values(config))
    assert wanted
    assert counted_flops(outline(config), TOKENS) == pytest.approx(wanted, rel=0.01)


@pytest.mark.parametrize("name", ["mamba", "jamba"])
def test_a_loop_over_tokens_is_counted_on(name: str) -> None:
    """What is extrapolated is what torch counts at the whole length."""
    config = tiny_config(name)
    assert config is not None
    model = outline(without_values(config))
    with META, torch.no_grad(), FlopCount() as count:
        model(**example(META, 2, 70), use_cache=False)
    assert counted_flops(model, 70) == count.total


def test_flops_and_summaries_of_all() -> None:
    """The table: `pytest -s tests/architecture/test_flops.py -k all`."""
    equal, refused, other = [], [], []
    for name, _ in text_configs():
        config = tiny_config(name) if name not in (*NEEDED, "tapas") else None
        if config is None:
            continue
        wanted = counted_by_torch(without_values(config))
        if wanted is None:
            other.append(name)
        elif name in NOT_KNOWN:
            refused.append(name)
        else:
            assert counted_flops(outline(config), TOKENS) == pytest.approx(wanted, rel=0.01), name
            equal.append(name)
    print(f"\nequal: {', '.join(equal)}\nnot known: {', '.join(refused)}\nnot tried: {', '.join(other)}")
    assert len(equal) > 100


@pytest.mark.parametrize("name", ["gpt2", "mixtral", "llama4_text", "albert", "gpt_oss", "funnel", "xlnet"])
def test_a_classifier_is_described_and_summed_up(name: str) -> None:
    config = tiny_config(name)
    assert config is not None
    try:
        with META:
            made: torch.nn.Module = classifier_class(type(config))(without_values(to_pooled(config)))
            model = made.to(META).eval()
    except AppError:
        return  # refused in words
    nodes = module_tree(model, frozenset())
    assert nodes[0].total == sum(p.numel() for p in model.parameters())
    assert sizes_of(model).token_matrix > 0
    assert f"{nodes[0].total:,}" in summary_of_outline(model, 3)
