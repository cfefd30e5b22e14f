"""A merged checkpoint in words, and what merging takes."""

from __future__ import annotations

from core.results import Merge, MergeCost
from core.words.sizes import gibibytes, size


def written(result: Merge) -> str:
    """What was merged and where it is."""
    codes = f", whose codes ({result.dequantised}) were read out first" if result.dequantised else ""
    files = "1 file" if result.files == 1 else f"{result.files:,} files"
    return (
        f"Merged '{result.adapter}' into {result.modules:,} weights of '{result.base}'{codes}, and wrote {files} of "
        f"{size(result.bytes)} in {result.dtype} to {result.folder}."
    )


def opened_by(result: Merge) -> str:
    """Who can open it."""
    if result.stock_class:
        return f"transformers opens it as {result.stock_class}; here it is a candidate like any other folder."
    return "No class of transformers computes the same; open it here, like any other folder."


def length(result: Merge) -> str:
    """What the folder's tokenizer says of long texts; empty where the adapter says nothing."""
    return f"Its tokenizer cuts texts at {result.max_tokens:,} tokens, as in training." if result.max_tokens else ""


def cost(needs: MergeCost) -> str:
    """Memory and disk, against what is free."""
    fits = "" if needs.fits else " It does not fit."
    return (
        f"Merging takes {gibibytes(needs.memory)} of memory ({gibibytes(needs.free)} free), and "
        f"{gibibytes(needs.disk)} of disk ({gibibytes(needs.disk_free)} free).{fits}"
    )
