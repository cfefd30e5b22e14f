"""The classifier against transformers' own, and against itself under every padding."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoModelForSequenceClassification,
    Gemma2Config,
    Gemma2ForSequenceClassification,
    LlamaConfig,
    LlamaForSequenceClassification,
    MistralConfig,
    MistralForSequenceClassification,
    PreTrainedConfig,
    T5Config,
    pipeline,
)

from core.config.components import HEADS, POOLERS
from core.errors import CheckpointError
from core.model.classifier import PooledClassifier, classifier_class
from core.model.pooled_config import to_pooled

PARTS = list(itertools.product(POOLERS, HEADS))
BOUND = 1e-5
LENGTHS = (3, 17, 30)

SIZES: dict[str, Any] = {
    "vocab_size": 200,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
    "num_labels": 5,
    "initializer_range": 0.2,
}


def config_of(family: str) -> PreTrainedConfig:
    match family:
        case "llama":
            return LlamaConfig(**SIZES)
        case "gemma2":
            return Gemma2Config(**SIZES, head_dim=8, query_pre_attn_scalar=8, sliding_window=8)
        case "mistral":
            return MistralConfig(**SIZES, sliding_window=8)
        case _:
            from transformers import CONFIG_MAPPING

            sizes = {k: v for k, v in SIZES.items() if k != "num_key_value_heads" or family == "qwen2"}
            if family == "gpt2":
                sizes = {"vocab_size": 200, "num_labels": 5, "n_embd": 32, "n_layer": 3, "n_head": 4, "n_positions": 64}
            if family == "distilbert":
                sizes = {"vocab_size": 200, "dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 48, "num_labels": 5}
            return CONFIG_MAPPING[family](**sizes)


def make(family: str, causal: bool = True, **changes: Any) -> PooledClassifier:
    torch.manual_seed(1)
    config = to_pooled(config_of(family), **changes)
    if not causal:
        config.is_causal = False
    options = {"attn_implementation": "eager"} if family == "gemma2" else {}
    return classifier_class(type(config))._from_config(config, **options).eval()


def padded(ids: list[torch.Tensor], side: str, pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, ids))
    rows = torch.full((len(ids), longest), pad)
    mask = torch.zeros(len(ids), longest, dtype=torch.long)
    for row, text in enumerate(ids):
        place = slice(0, len(text)) if side == "right" else slice(longest - len(text), longest)
        rows[row, place], mask[row, place] = text, 1
    return rows, mask


def texts() -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    return [torch.randint(2, 200, (length,), generator=generator) for length in LENGTHS]


@pytest.mark.parametrize(("family", "causal"), [(f, c) for f in ("llama", "gemma2", "mistral") for c in (True, False)])
@pytest.mark.parametrize(("pooler", "head"), PARTS)
def test_padding_changes_nothing(family: str, causal: bool, pooler: str, head: str) -> None:
    """The same text alone, in a batch, padded left or right: equal within 1e-5 of the largest logit."""
    model = make(family, causal, pooler_type=pooler, pooler_config={}, head_type=head)
    with torch.inference_mode():
        alone = torch.cat([model(text[None]).logits for text in texts()])
        for side in ("left", "right"):
            ids, mask = padded(texts(), side, 0)
            found = model(ids, attention_mask=mask).logits
            assert (found - alone).abs().max() <= BOUND * alone.abs().max()


@pytest.mark.parametrize("family", ["bert", "roberta", "camembert", "distilbert", "gpt2", "qwen2"])
@pytest.mark.parametrize("pooler", POOLERS)
def test_any_automodel_is_padding_invariant(family: str, pooler: str) -> None:
    model = make(family, pooler_type=pooler, pooler_config={})
    pad = model.config.pad_token_id or 0
    with torch.inference_mode():
        alone = torch.cat([model(text[None], attention_mask=torch.ones_like(text[None])).logits for text in texts()])
        for side in ("left", "right"):
            ids, mask = padded(texts(), side, pad)
            assert (model(ids, attention_mask=mask).logits - alone).abs().max() <= BOUND * alone.abs().max()


@pytest.mark.parametrize("family", ["roberta", "camembert", "bert"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_the_mask_and_not_the_token_says_what_is_padding(family: str, side: str) -> None:
    """RoBERTa's kin count positions from 2, by the ids of tokens where nobody states them."""
    model = make(family, pooler_type="mean", pooler_config={})
    with torch.inference_mode():
        alone = torch.cat([model(text[None]).logits for text in texts()])
        ids, mask = padded(texts(), side, 7)
        assert (model(ids, attention_mask=mask).logits - alone).abs().max() <= BOUND * alone.abs().max()


@pytest.mark.parametrize(
    "stock", [LlamaForSequenceClassification, Gemma2ForSequenceClassification, MistralForSequenceClassification]
)
@pytest.mark.parametrize("side", ["left", "right"])
def test_stock_checkpoints_give_transformers_logits(stock: type, side: str, tmp_path: Path) -> None:
    family = stock.__name__.removesuffix("ForSequenceClassification").lower()
    torch.manual_seed(0)
    theirs = stock(config_of(family)).eval()
    theirs.save_pretrained(tmp_path)
    ours = classifier_class(type(theirs.config)).from_pretrained(tmp_path).eval()
    ids, mask = padded(texts(), side, 0)
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    with torch.inference_mode():
        wanted = theirs(ids, attention_mask=mask, position_ids=positions).logits
        assert (ours(ids, attention_mask=mask).logits - wanted).abs().max() <= BOUND * wanted.abs().max()


@pytest.mark.parametrize("family", ["llama", "gemma2", "mistral"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_the_mask_decides_who_sees_the_future(family: str, side: str) -> None:
    """Changing the last token moves the first position's state exactly when the causal mask is lifted."""
    text = texts()[0]
    other = text.clone()
    other[-1] = (other[-1] + 7) % 190 + 2
    for causal in (True, False):
        model = make(family, causal)
        for ids in ((text[None], other[None]), None):
            if ids is None:
                pairs = [padded([t, texts()[1]], side, 0) for t in (text, other)]
                first = 0 if side == "right" else len(texts()[1]) - len(text)
                states = [model.backbone(i, attention_mask=m)[0][0, first] for i, m in pairs]
            else:
                states = [model.backbone(i)[0][0, 0] for i in ids]
            assert torch.equal(*states) is causal or (causal and torch.allclose(*states, atol=1e-6))


@pytest.mark.parametrize("family", ["llama", "gemma2", "mistral", "bert"])
@pytest.mark.parametrize(("pooler", "head"), PARTS)
def test_saved_and_opened_again_it_is_the_same(family: str, pooler: str, head: str, tmp_path: Path) -> None:
    model = make(family, causal=family == "bert", pooler_type=pooler, pooler_config={}, head_type=head)
    model.save_pretrained(tmp_path)
    ids, mask = padded(texts(), "right", 0)
    options = {"attn_implementation": "eager"} if family == "gemma2" else {}
    for opened in (
        type(model).from_pretrained(tmp_path, **options).eval(),
        AutoModelForSequenceClassification.from_pretrained(tmp_path, **options).eval(),
    ):
        assert opened.config.pooler_type == pooler
        with torch.inference_mode():
            wanted = model(ids, attention_mask=mask).logits
            found = opened(ids, attention_mask=mask).logits
        torch.testing.assert_close(found, wanted, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("pooler", "head", "causal"),
    [("mean", "vanilla", True), ("context", "sequential", True), ("context", "vanilla", False)],
)
def test_a_stock_class_does_not_open_our_folder_as_another_classifier(
    pooler: str, head: str, causal: bool, tmp_path: Path
) -> None:
    make("llama", causal, pooler_type=pooler, pooler_config={}, head_type=head).save_pretrained(tmp_path)
    with pytest.raises(OSError, match=r"no file named model\.safetensors"):
        LlamaForSequenceClassification.from_pretrained(tmp_path)


def test_where_a_stock_class_can_open_it_the_logits_are_equal(tmp_path: Path) -> None:
    model = make("llama")
    model.save_pretrained(tmp_path)
    stock = LlamaForSequenceClassification.from_pretrained(tmp_path).eval()
    with torch.inference_mode():
        torch.testing.assert_close(stock(texts()[1][None]).logits, model(texts()[1][None]).logits)


def test_the_class_of_another_family_is_refused(tmp_path: Path) -> None:
    make("mistral", pooler_type="mean").save_pretrained(tmp_path)
    with pytest.raises(CheckpointError, match="holds a 'pooled_mistral' model, and LlamaForPooledClassification opens"):
        classifier_class(LlamaConfig).from_pretrained(tmp_path)


def test_an_encoder_decoder_is_refused() -> None:
    with pytest.raises(CheckpointError, match="encoder-decoder"):
        classifier_class(T5Config)._from_config(T5Config(vocab_size=50, d_model=16, num_layers=1, num_heads=2))


def test_works_in_a_pipeline_unchanged(tiny_tokenizer: Any) -> None:
    model = make("llama", pooler_type="mean", vocab_size=len(tiny_tokenizer))
    classify = pipeline("text-classification", model=model, tokenizer=tiny_tokenizer, device="cpu")
    found = classify(["My card has not arrived", "a"], batch_size=2, top_k=None)
    for text, scores in zip(["My card has not arrived", "a"], found, strict=True):
        with torch.inference_mode():
            wanted = model(tiny_tokenizer(text, return_tensors="pt").input_ids).logits.softmax(dim=1)[0]
        for row in scores:
            assert row["score"] == pytest.approx(float(wanted[model.config.label2id[row["label"]]]), abs=1e-5)


@pytest.mark.parametrize(
    ("problem", "labels", "size"),
    [
        ("single_label_classification", torch.tensor([0, 4, 2]), 5),
        ("multi_label_classification", torch.tensor([[1, 0, 0, 1, 1]] * 3), 5),
        ("regression", torch.tensor([[0.5], [1.0], [-2.0]]), 1),
    ],
)
def test_with_labels_there_is_a_loss_a_text_and_their_mean(problem: str, labels: torch.Tensor, size: int) -> None:
    model = make("llama", num_labels=size, problem_type=problem)
    ids, mask = padded(texts(), "right", 0)
    output = model(ids, attention_mask=mask, labels=labels)
    assert output.losses.shape == (3,)
    torch.testing.assert_close(output.loss, output.losses.mean())
    stock = LlamaForSequenceClassification(LlamaConfig(**{**SIZES, "num_labels": size}, problem_type=problem))
    stock.load_state_dict(model.state_dict())
    wanted = stock.eval()(ids, attention_mask=mask, labels=labels.float() if labels.ndim > 1 else labels).loss
    torch.testing.assert_close(output.loss, wanted)


def test_attentions_and_hidden_states_come_when_asked_for() -> None:
    model = make("gemma2", output_attentions=True, output_hidden_states=True)
    output = model(texts()[1][None])
    assert len(output.hidden_states) == 4
    assert [tuple(a.shape) for a in output.attentions] == [(1, 4, 17, 17)] * 3
