"""What is missing, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.results.completeness import Completeness, MissingTensor, Reshaped
from core.words.completeness import compared, lacks, remarks
from tests.fakes.catalogue import LAYERS
from tests.fakes.weights import statistics

REPORT = statistics("a")
CONFIG = Completeness("config", "LlamaForCausalLM", 20, remark="")


def gone(layer: int | None, module: str) -> MissingTensor:
    name = f"model.layers.{layer}.{module}.weight" if layer is not None else f"{module}.weight"
    return MissingTensor(name, layer, module, shape=(2, 2))


def test_nothing_is_lacking() -> None:
    assert lacks(REPORT) == lacks(replace(REPORT, completeness=CONFIG)) == ""


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (
            (gone(2, "mlp.up_proj"),),
            "1 tensor that config.json asks for (LlamaForCausalLM) is missing: mlp.up_proj of layer 2.",
        ),
        (
            (gone(None, "embed_tokens"), *(gone(i, "self_attn.v_proj") for i in range(LAYERS))),
            f"{LAYERS + 1} of the 20 tensors that config.json asks for (LlamaForCausalLM) are missing: "
            "embed_tokens.weight, self_attn.v_proj in every layer.",
        ),
        (
            tuple(gone(LAYERS, module) for module in ("a", "b")),
            f"2 of the 20 tensors that config.json asks for (LlamaForCausalLM) are missing: all of layer {LAYERS}.",
        ),
        (
            tuple(gone(1, module) for module in "abcdef"),
            "6 of the 20 tensors that config.json asks for (LlamaForCausalLM) are missing: a of layer 1, b of layer 1, "
            "c of layer 1, d of layer 1 and 2 more.",
        ),
    ],
)
def test_what_config_asks_for_and_is_not_there(missing: tuple[MissingTensor, ...], said: str) -> None:
    assert lacks(replace(REPORT, completeness=replace(CONFIG, missing=missing))) == said


def test_other_measures() -> None:
    one = (MissingTensor("q.lora_B.weight", 0, "q"),)
    factors = replace(REPORT, completeness=Completeness("factors", missing=one, remark=""))
    assert lacks(factors) == "Its factor's partner is missing: q.lora_B.weight."
    index = replace(REPORT, completeness=Completeness(missing=(gone(None, "norm"),)))
    assert lacks(index) == "No file holds what the index names: norm.weight."
    stated = replace(REPORT, completeness=Completeness(stated_layers=LAYERS + 1))
    assert lacks(stated) == f"config.json states {LAYERS + 1} layers, and the files hold {LAYERS} layers."
    assert [compared(replace(REPORT, completeness=Completeness(m))) != "" for m in ("config", "nothing")] == [
        True,
        False,
    ]


def test_shapes_and_layers_that_config_does_not_know() -> None:
    wrong = replace(CONFIG, reshaped=(Reshaped("w", (4, 2), (8, 2)), Reshaped("v", (), (1,))), beyond=("h.9.w",))
    assert lacks(replace(REPORT, completeness=wrong)) == (
        "w is 4 x 2, and config.json makes it 8 x 2, and 1 more differ. config.json knows no layer for h.9.w."
    )


def test_a_head_that_no_classifier_reads_is_a_remark() -> None:
    unread = replace(REPORT, completeness=replace(CONFIG, unread=("lm_head.weight",)))
    assert lacks(unread) == ""
    said = "LlamaForCausalLM also has lm_head.weight, which is not there and which a classifier does not read."
    assert remarks(unread) == said
