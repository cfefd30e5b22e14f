"""How a model is put together, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from core.results import Architecture, Sizes, Source, TiedWeights, View
from core.words import architecture

SIZES = Sizes(8, 2, 2, 4, 100, 64, (None, None), True, 1, 1, 1, 1, True)
MADE = Architecture(
    "tiny",
    "classifier",
    "numbers",
    "the adapter 'a'",
    "float32",
    (),
    1_200_000,
    1_000_000,
    150_000,
    300_000,
    (),
    "score",
    SIZES,
)


def test_size_and_training() -> None:
    assert architecture.size(MADE) == (
        "As a classifier it has 1.15 million parameters (base 1.00 million, low-rank factors 150,000) in 2 layers; "
        "the adapter 'a' trains 300,000 of them (26.1 %)."
    )
    assert architecture.size(replace(MADE, trained=1_150_000)).endswith(", and all of them are trained.")
    assert architecture.size(replace(MADE, tuning="a new LoRA adapter of rank 8 on q_proj")) == (
        "As a classifier it would have 1.15 million parameters (base 1.00 million, low-rank factors 150,000) in 2 "
        "layers; a new LoRA adapter of rank 8 on q_proj would train 300,000 of them (26.1 %)."
    )
    assert architecture.size(replace(MADE, view="backbone", tuning="", factors=0)) == (
        "As a backbone alone it has 1.00 million parameters in 2 layers."
    )


def test_every_view_and_source_is_told() -> None:
    for view in get_args(View):
        assert architecture.size(replace(MADE, view=view))
    assert set(architecture.SOURCES) == set(get_args(Source))
    assert architecture.source(MADE, "vanilla").endswith("which has just the parameters that the YAML states.")
    assert architecture.source(MADE, "llama3.1-8b-it") == architecture.SOURCES["numbers"]


def test_ties_and_copies() -> None:
    assert architecture.ties(MADE) == "No two names stand for one tensor: no weights are tied."
    tied = replace(MADE, tied=(TiedWeights(("embed", "head"), 5000),))
    assert architecture.ties(tied) == (
        "embed and head are one tensor, tied: it counts once, which saves 5,000 parameters."
    )
    assert "unused: 50,000 numbers more" in architecture.copies(MADE)
    assert architecture.copies(replace(MADE, factors=200_000)) == ""
