"""What is said of a typed source that is nothing here: a word without a slash is a path before it is anything else."""

from __future__ import annotations

from collections.abc import Iterable

from core.config.strict_model import nearest
from core.errors import NotFoundError

#: What is taken as a source.
TAKEN = "give a folder, a .safetensors file, a Hub id (organisation/model), a candidate's id or its YAML file"


def no_source(source: str, candidates: Iterable[str]) -> NotFoundError:
    """The error for a word that is neither a path nor one of these ids of candidates, with the nearest of them."""
    close = nearest(source, candidates)
    meant = f"; did you mean the candidate '{close}'?" if close else ""
    return NotFoundError(
        f"There is no such folder or file: '{source}'. There is no candidate '{source}' either.",
        fix=f"{TAKEN}{meant or '.'}",
        command_fix=f"{TAKEN} (`python -m core candidates` lists them){meant or '.'}",
    )
