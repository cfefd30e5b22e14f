"""One model, one size: what each number counts."""

from __future__ import annotations

from dataclasses import replace

from core.results import Selection
from core.words import model_size
from tests.fakes.catalogue import in_memory
from tests.words.test_architecture import MADE


def test_each_number_says_what_it_counts() -> None:
    assert model_size.base(1_123_456) == ("1.12 million", "of the base")
    assert model_size.adapter(192_384) == ("192,384", "more")
    assert model_size.held(in_memory(Selection("demo"))) == "1.13 million numbers"


def test_what_is_counted_and_read_is_said() -> None:
    plain = "Parameters of the base are counted without a language-model head"
    assert model_size.counted(None, None, has_adapter=False) == f"{plain}."
    assert model_size.counted(256, 256, has_adapter=False) == f"{plain}. Of a text 256 tokens are read at most."
    assert model_size.counted(128, 256, has_adapter=True) == (
        f"{plain}; those of the adapter are its low-rank factors, pooler and head. Of a text 128 tokens are read at "
        "most; the base alone reads 256."
    )


def test_a_whole_is_told_by_its_parts() -> None:
    made = replace(MADE, parameters=1_300_000, base_parameters=1_100_000, factors=150_000, head=100_000)
    assert model_size.whole(made) == (
        "1.25 million parameters (base 1.00 million, low-rank factors 150,000, pooler and head 100,000)"
    )
    alone = replace(MADE, parameters=1_000_000, base_parameters=1_000_000, factors=0, head=0)
    assert model_size.whole(alone) == "1.00 million parameters"
