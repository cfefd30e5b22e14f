"""How large a model is: one number for one thing, and what each number counts. For every page and command.

Base: what a classifier reads of a checkpoint, without a language-model head. Adapter: all numbers in its files, which
are low-rank factors, pooler and head. In memory there may be more: PEFT keeps the parts that an adapter replaces.
"""

from __future__ import annotations

from core.results import Architecture, LoadedModel
from core.words.numbers import count


def base(parameters: int) -> tuple[str, str]:
    """A base's number of parameters, and whose they are."""
    return count(parameters), "of the base"


def adapter(parameters: int) -> tuple[str, str]:
    """An adapter's number of parameters, and whose they are."""
    return count(parameters), "more"


def counted(read: int | None, base_alone: int | None, *, has_adapter: bool) -> str:
    """What these numbers count; `read` and `base_alone` are tokens of a text, with the adapter and without."""
    own = "; those of the adapter are its low-rank factors, pooler and head" if has_adapter else ""
    message = f"Parameters of the base are counted without a language-model head{own}."
    if read is None:
        return message
    alone = f"; the base alone reads {base_alone:,}" if base_alone not in (None, read) else ""
    return f"{message} Of a text {read:,} tokens are read at most{alone}."


def held(model: LoadedModel) -> str:
    """How many numbers take the memory of a loaded pair."""
    return f"{count(model.parameters)} numbers"


def whole(result: Architecture) -> str:
    """The parameters of a model by whose they are: `1.32 million parameters (base 1.12 million, ...)`."""
    parts = ((result.backbone, "base"), (result.factors, "low-rank factors"), (result.head, "pooler and head"))
    named = [f"{words} {count(number)}" for number, words in parts if number]
    total = f"{count(result.used)} parameters"
    return total if len(named) < 2 else f"{total} ({', '.join(named)})"
