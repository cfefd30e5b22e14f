"""How much of a text a pair reads, in tokens: one rule for what is in memory and for what is still in its files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.config.candidate import CandidateConfig
from core.errors import AppError
from core.files.contents import read_table
from core.files.tokenizer_files import SETTINGS, has_tokenizer
from core.model.adapters.card import read_card

#: transformers writes a number as large as this one where a tokenizer has no limit.
UNLIMITED = 10**20
#: The longest text where nothing says a smaller number.
MOST_TOKENS = 4096
#: By what names the configs of transformers call the number of positions.
_POSITIONS = ("max_position_embeddings", "n_positions", "n_ctx")
#: Architectures whose table of positions begins after a row for padding.
_AFTER_PADDING = frozenset(
    {"roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "longformer", "mpnet", "ibert", "data2vec-text", "esm"}
)


def longest_text(
    stated: int | None, trained_with: int | None, tokenizer_limit: int | None, positions: int | None
) -> int:
    """The smallest of what the candidate says, what the adapter was trained with, and what the model can take.

    Where neither of the first two is said, the tokenizer's own number counts, as in transformers.
    """
    longest = min(positions or MOST_TOKENS, MOST_TOKENS)
    limits: list[int | None] = [n for n in (stated, trained_with) if n] or [tokenizer_limit]
    return min(n for n in (*limits, longest) if n)


def stated_limit(value: Any) -> int | None:
    """The longest text by a tokenizer's own word (`model_max_length`), in tokens; None where it says none."""
    return int(value) if isinstance(value, int | float) and 1 < value <= UNLIMITED else None


def longest_by_files(
    candidate: CandidateConfig, numbers: Mapping[str, Any], base: Path | None, adapter: Path | None = None
) -> int | None:
    """What a pair will read, by its files; `numbers` are those of the base's config.json, or of the catalogue.

    None where nothing is known of the base.
    """
    positions = _positions(numbers)
    if positions is None and candidate.max_tokens is None:
        return None
    try:
        card = read_card(adapter) if adapter is not None else None
    except AppError:  # which a load says
        card = None
    folder = adapter if adapter is not None and has_tokenizer(adapter) else base
    limit = read_table(folder / SETTINGS).get("model_max_length") if folder is not None else None
    return longest_text(candidate.max_tokens, card.max_tokens if card else None, stated_limit(limit), positions)


def _positions(numbers: Mapping[str, Any]) -> int | None:
    inner = numbers.get("text_config")
    numbers = inner if isinstance(inner, Mapping) else numbers
    stated = next((numbers[name] for name in _POSITIONS if isinstance(numbers.get(name), int)), None)
    if stated is None or stated <= 0:
        return None
    padding = numbers.get("pad_token_id")
    if numbers.get("model_type") in _AFTER_PADDING and isinstance(padding, int):
        return int(stated) - padding - 1
    return int(stated)
