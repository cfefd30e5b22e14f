"""The table against transformers' classes, and the rules for families without a row against what models do."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from transformers import (
    BertConfig,
    BertModel,
    CamembertConfig,
    CamembertModel,
    DistilBertConfig,
    DistilBertModel,
    GPT2Config,
    GPT2Model,
    ModernBertConfig,
    ModernBertModel,
    PreTrainedConfig,
    PreTrainedModel,
    RobertaConfig,
    RobertaModel,
    XLNetConfig,
    XLNetModel,
)

from core.config.families import FAMILIES as STATED
from core.config.families import lifting
from core.errors import ConfigError
from core.model.families import (
    FAMILIES,
    family_of,
    first_position,
    input_embeddings,
    is_causal,
    is_decoder,
    layer_windows,
    mask_of,
    most_tokens,
    transformer_layers,
    under_mask,
)
from core.model.pooled_config import to_pooled
from tests.tiny import TINY_LAYERS, tiny_model

IDS = torch.arange(3, 20)[None]
SIZES: dict[str, Any] = {
    "vocab_size": 40,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "max_position_embeddings": 40,
}
BERT = BertConfig(**SIZES)
ROBERTA = RobertaConfig(**SIZES)
CAMEMBERT = CamembertConfig(**SIZES)
DISTILBERT = DistilBertConfig(vocab_size=40, dim=16, n_layers=2, n_heads=2, hidden_dim=24, max_position_embeddings=40)
GPT2 = GPT2Config(vocab_size=40, n_embd=16, n_layer=2, n_head=2, n_positions=40)
MODERN = ModernBertConfig(**SIZES, pad_token_id=0, bos_token_id=1, eos_token_id=2, cls_token_id=1, sep_token_id=2)
XLNET = XLNetConfig(vocab_size=40, d_model=16, n_layer=2, n_head=2, d_inner=24)
OTHERS: dict[str, tuple[type[PreTrainedModel], PreTrainedConfig, bool]] = {
    "bert": (BertModel, BERT, False),
    "bert as a decoder": (BertModel, BertConfig(**SIZES, is_decoder=True), True),
    "roberta": (RobertaModel, ROBERTA, False),
    "camembert": (CamembertModel, CAMEMBERT, False),
    "distilbert": (DistilBertModel, DISTILBERT, False),
    "gpt2": (GPT2Model, GPT2, True),
    "modernbert": (ModernBertModel, MODERN, False),
    "xlnet": (XLNetModel, XLNET, False),
}


def backbone(family: str) -> PreTrainedModel:
    model = tiny_model(family, 64)
    return model if family == "bert" else model.model


def reads_ahead(model: PreTrainedModel) -> bool:
    """Whether the first token's state depends on the second token."""
    with torch.no_grad():
        one, other = (model(torch.tensor([[5, second, 7]])).last_hidden_state[0, 0] for second in (6, 8))
    return not torch.equal(one, other)


def made(name: str) -> PreTrainedModel:
    kind, config, _ = OTHERS[name]
    torch.manual_seed(0)
    return kind(config).eval()


def test_both_halves_of_the_table_have_the_same_rows() -> None:
    assert {*STATED} == {*FAMILIES, "vanilla"}


@pytest.mark.parametrize("name", FAMILIES)
def test_a_row_says_where_things_are(name: str) -> None:
    model, row = backbone(name), FAMILIES[name]
    assert type(model) is row.part("Model")
    assert family_of(model.config) is family_of(to_pooled(model.config)) is row
    assert type(getattr(model, row.layers)[0]) is row.part("DecoderLayer")
    assert type(getattr(model, row.final_norm)) is row.part("RMSNorm")
    assert getattr(model, row.embeddings) is model.get_input_embeddings() is input_embeddings(model)
    assert len(transformer_layers(model)) == TINY_LAYERS


@pytest.mark.parametrize("name", FAMILIES)
def test_a_row_says_where_its_window_is(name: str) -> None:
    model, row = backbone(name), FAMILIES[name]
    attention: Any = transformer_layers(model)[0].self_attn
    match row.window:
        case "layer":
            assert attention.sliding_window == 8
        case "config":
            assert model.config.sliding_window == 8
            assert not hasattr(transformer_layers(model)[1].self_attn, "attn_window")
        case None:
            assert not hasattr(attention, "sliding_window")


@pytest.mark.parametrize("name", FAMILIES)
def test_loras_default_modules_are_there(name: Any) -> None:
    linear = {path.rsplit(".", 1)[-1] for path, m in backbone(name).named_modules() if isinstance(m, nn.Linear)}
    assert {*STATED[name].targets} <= linear


@pytest.mark.parametrize("name", FAMILIES)
def test_a_row_counts_the_norms_of_a_layer(name: Any) -> None:
    norms = [m for path, m in transformer_layers(backbone(name))[0].named_children() if path.endswith("norm")]
    assert len(norms) == STATED[name].norms


@pytest.mark.parametrize("name", FAMILIES)
def test_the_mask_of_a_row_is_what_its_model_does(name: str) -> None:
    model = backbone(name)
    assert is_causal(model.config)
    assert not reads_ahead(model)
    before = dict(vars(model.config))
    with under_mask(model.config, causal=False):
        assert not is_causal(model.config)
        assert reads_ahead(model)
        assert mask_of(model.config) == "bidirectional" + (", sliding window 8" if FAMILIES[name].window else "")
    assert vars(model.config) == before
    assert mask_of(model.config).startswith("causal")
    lifted = to_pooled(model.config, **lifting(True))
    with under_mask(lifted, causal=True):
        assert is_causal(lifted)
    assert not is_causal(lifted)


@pytest.mark.parametrize("name", OTHERS)
def test_the_mask_without_a_row_is_what_the_model_does(name: str) -> None:
    model, (_, config, decoder) = made(name), OTHERS[name]
    assert family_of(config) is None
    assert is_decoder(config) == is_decoder(to_pooled(config)) == decoder
    assert reads_ahead(model) == (not decoder)
    assert mask_of(config).startswith("causal" if decoder else "bidirectional")


@pytest.mark.parametrize("name", OTHERS)
def test_the_stack_is_found_by_its_length(name: str) -> None:
    layers = transformer_layers(made(name))
    assert len(layers) == 2
    assert len({type(layer) for layer in layers}) == 1


def test_a_model_without_one_stack_is_refused() -> None:
    model = made("bert")
    model.config.num_hidden_layers = 5
    try:
        with pytest.raises(ConfigError, match="BertModel has no single stack of 5 layers"):
            transformer_layers(model)
    finally:
        model.config.num_hidden_layers = 2


def test_an_encoders_embeddings_are_all_three() -> None:
    parts = {name for name, _ in input_embeddings(made("bert")).named_parameters()}
    assert {"word_embeddings.weight", "position_embeddings.weight", "token_type_embeddings.weight"} <= parts


@pytest.mark.parametrize("name", ["roberta", "camembert", "bert", "gpt2"])
def test_positions_begin_where_the_model_begins_them(name: str) -> None:
    """Positions stated from the first one on change nothing; others do."""
    model = made(name)
    first = first_position(model)
    assert first == (2 if name in ("roberta", "camembert") else 0)
    with torch.no_grad():
        usual = model(IDS).last_hidden_state
        stated = model(IDS, position_ids=torch.arange(IDS.shape[1])[None] + first).last_hidden_state
        shifted = model(IDS, position_ids=torch.arange(IDS.shape[1])[None] + first + 1).last_hidden_state
    assert torch.equal(usual, stated)
    assert not torch.allclose(usual, shifted)


@pytest.mark.parametrize("name", ["roberta", "camembert", "bert", "distilbert", "gpt2"])
def test_the_longest_text_runs_and_one_token_more_does_not(name: str) -> None:
    model = made(name)
    longest = most_tokens(model)
    assert longest == (38 if name in ("roberta", "camembert") else 40)
    with torch.no_grad():
        model(torch.full((1, longest), 5))
        with pytest.raises((IndexError, RuntimeError)):
            model(torch.full((1, longest + 1), 5))


def test_a_model_without_a_table_of_positions_has_no_longest_text() -> None:
    assert most_tokens(made("xlnet")) is None


def test_the_windows_of_layers() -> None:
    assert layer_windows(tiny_model("gemma2", 64).config) == (8, None)
    assert layer_windows(tiny_model("mistral", 64).config) == (8, 8)
    assert layer_windows(tiny_model("llama", 64).config) == (None, None)
