"""Poolers and heads by the names that people use for them; config files keep those of the specification."""

from __future__ import annotations

_POOLERS = {"context": "last token"}
_HEADS = {"vanilla": "linear"}


def pooler(name: str) -> str:
    """`last token` for `context`; the others are called as they are."""
    return _POOLERS.get(name, name)


def head(name: str) -> str:
    """`linear` for `vanilla`; the others are called as they are."""
    return _HEADS.get(name, name)
