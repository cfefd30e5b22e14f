"""The tokens that a tokenizer knows against the rows of the model's embedding: a token without a row cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.engine.encoding import Encoded, Encoder
from core.errors import InputError
from core.results import Check, CheckStatus

#: Tokens that a message names.
NAMED = 3
FIX = (
    "put the tokenizer that belongs to these weights into the folder, or save the model again after "
    "`resize_token_embeddings(len(tokenizer))`."
)


def embedding_rows(model: Any) -> int | None:
    """Rows of the input embedding of a model, an adapter's own included; None where it has no single table."""
    weight = _table(model)
    return None if weight is None else int(weight.shape[0])


def embedded_numbers(model: Any) -> int:
    """Parameters of the input embedding; 0 where it has no single table."""
    weight = _table(model)
    return 0 if weight is None else int(weight.numel())


def _table(model: Any) -> Any:
    """(rows, D), or None."""
    try:
        table: Any = model.get_input_embeddings()
    except (AttributeError, NotImplementedError):
        return None
    weight = getattr(table, "weight", None)
    return weight if weight is not None and weight.ndim == 2 else None


def require_rows(encoder: Encoder, encoded: Sequence[Encoded], rows: int | None) -> None:
    """Refuse texts that hold a token without a row.

    Raises:
        InputError: with the token.
    """
    for text in encoded if rows is not None else ():
        beyond = next((i for i, number in enumerate(text.ids) if number >= rows), None)  # type: ignore[operator]
        if beyond is not None:
            name, number = encoder.tokens(text)[beyond].text, text.ids[beyond]
            raise InputError(
                f"The text {text.text[:40]!r} has the token '{name}' (number {number:,}), for which the model's "
                f"embedding of {rows:,} rows has none.",
                fix=f"leave it out of the text; or {FIX}",
            )


def rows_check(encoder: Encoder, rows: int | None) -> list[Check]:
    """A warning where the tokenizer knows tokens without a row, else nothing. More rows than tokens are fine."""
    beyond = list(encoder.tokens_beyond(rows)) if rows is not None else []
    if not beyond:
        return []
    message = (
        f"{said(beyond)} no row in the model's embedding, which has {rows:,}: texts with such a token are refused."
    )
    return [Check("Vocabulary", CheckStatus.WARNING, message, FIX)]


def said(beyond: Sequence[str]) -> str:
    """`2 tokens of the tokenizer ('<a>', '<b>') have`."""
    names = ", ".join(f"'{name}'" for name in beyond[:NAMED]) + (" ..." if len(beyond) > NAMED else "")
    return f"{len(beyond):,} {'token' if len(beyond) == 1 else 'tokens'} of the tokenizer ({names}) " + (
        "has" if len(beyond) == 1 else "have"
    )
