"""How a check of an adapter ends: passed, with a note, with a warning, or refused."""

from __future__ import annotations

from core.results import Check, CheckStatus


def passed(name: str, message: str) -> Check:
    """Looked at, and right."""
    return Check(name, CheckStatus.PASSED, message)


def note(name: str, message: str) -> Check:
    """Worth knowing, and no reason to doubt."""
    return Check(name, CheckStatus.NOTE, message)


def warning(name: str, message: str, fix: str) -> Check:
    """It can be used, and a person should know what of it may be wrong."""
    return Check(name, CheckStatus.WARNING, message, fix)


def refused(name: str, message: str, fix: str) -> Check:
    """It would classify wrongly without a word: it is not loaded."""
    return Check(name, CheckStatus.REFUSED, message, fix)
