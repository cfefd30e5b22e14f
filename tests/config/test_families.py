"""Names of families, their masks and titles, without torch."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from core.config.families import (
    FAMILIES,
    MODEL_TYPES,
    FamilyEntry,
    architecture_of,
    family_named,
    lifting,
    lifts_mask,
    model_type_for,
    model_types,
    not_named,
    stated_mask,
)


def test_it_needs_no_torch() -> None:
    code = "import sys, core.config.families, core.config.components; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", MODEL_TYPES)
def test_every_name_means_a_row(name: Any) -> None:
    found = architecture_of(name)
    assert found.family in FAMILIES
    assert found.bidirectional == name.endswith("-bidirectional")
    assert (found.family == "vanilla") == (name == "vanilla")


def test_a_row_whose_name_no_literal_has_is_told_in_words() -> None:
    assert not_named(FAMILIES.values()) == []
    new = FamilyEntry("qwen3", "Qwen 3", ("qwen3",))  # type: ignore[arg-type]
    assert not_named([new]) == [
        "'qwen3' is not a Family",
        "'qwen3' is not a ModelType",
        "'qwen3-bidirectional' is not a ModelType",
    ]


def test_what_a_person_can_choose() -> None:
    assert model_types() == {
        "llama": "Llama",
        "llama-bidirectional": "Llama, bidirectional",
        "gemma2": "Gemma 2",
        "gemma2-bidirectional": "Gemma 2, bidirectional",
        "mistral": "Mistral",
        "mistral-bidirectional": "Mistral, bidirectional",
        "vanilla": "any other (AutoModel)",
    }
    assert list(model_types(bidirectional=False)) == ["llama", "gemma2", "mistral", "vanilla"]


@pytest.mark.parametrize(
    ("kind", "family"),
    [("llama", "llama"), ("pooled_llama", "llama"), ("gemma", "vanilla"), ("bert", "vanilla"), ("", "vanilla")],
)
def test_the_row_of_a_config(kind: str, family: str) -> None:
    assert family_named(kind) == family


@pytest.mark.parametrize(
    ("config", "asked", "name"),
    [
        ({"model_type": "mistral"}, False, "mistral"),
        ({"model_type": "mistral"}, True, "mistral-bidirectional"),
        ({"model_type": "pooled_gemma2", "is_causal": False}, False, "gemma2-bidirectional"),
        ({"model_type": "bert", "is_causal": False}, True, "vanilla"),
        ({}, False, "vanilla"),
    ],
)
def test_the_name_for_a_folder(config: dict[str, Any], asked: bool, name: str) -> None:
    assert model_type_for(config, asked) == name


@pytest.mark.parametrize(("value", "lifted"), [(False, True), (True, False), (None, False), (0, False)])
def test_only_false_lifts_a_mask(value: Any, lifted: bool) -> None:
    class Config:
        is_causal = value

    assert lifts_mask(Config()) == lifts_mask({"is_causal": value}) == lifted
    assert not lifts_mask({})
    assert lifts_mask(lifting(True))
    assert not lifts_mask(lifting(False))


@pytest.mark.parametrize(
    ("name", "window", "words"),
    [
        ("llama", None, "causal"),
        ("mistral", 16, "causal, sliding window 16"),
        ("mistral-bidirectional", 16, "bidirectional"),
        ("vanilla", 16, "the model's own"),
    ],
)
def test_a_mask_in_words_before_files_are_read(name: Any, window: int | None, words: str) -> None:
    assert stated_mask(architecture_of(name), window) == words
