"""A merge in words."""

from __future__ import annotations

from dataclasses import replace

from core.results import Merge, MergeCost
from core.words.merge import cost, length, opened_by, written

DONE = Merge("/m/out", "base", "intents", "bfloat16", 10**9, 64, ("score",), ("a", "b"), "", 128, "", 1, 2 * 10**9)


def test_what_was_written() -> None:
    assert written(DONE) == (
        "Merged 'intents' into 64 weights of 'base', and wrote 1 file of 1.86 GiB in bfloat16 to /m/out."
    )
    coded = written(replace(DONE, dequantised="nf4", files=3))
    assert "whose codes (nf4) were read out first, and wrote 3 files" in coded


def test_who_can_open_it_and_how_long_texts_are() -> None:
    assert opened_by(DONE).startswith("No class of transformers")
    assert "LlamaForSequenceClassification" in opened_by(replace(DONE, stock_class="LlamaForSequenceClassification"))
    assert "at 128 tokens" in length(DONE)
    assert length(replace(DONE, max_tokens=None)) == ""


def test_what_it_takes() -> None:
    needs = MergeCost(3 * 2**30, 2 * 2**30, 2**30, 2**40)
    assert cost(needs) == (
        "Merging takes 3.0 GiB of memory (2.0 GiB free), and 1.0 GiB of disk (1024.0 GiB free). It does not fit."
    )
    assert "does not fit" not in cost(replace(needs, free=2**32))
