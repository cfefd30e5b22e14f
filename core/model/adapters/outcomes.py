"""How a check of an adapter ends: passed, with a note, with a warning, or refused; and the error of a refusal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from core.errors import AdapterError
from core.results import Check, CheckStatus


def passed(name: str, message: str) -> Check:
    """Looked at, and right."""
    return Check(name, CheckStatus.PASSED, message)


def note(name: str, message: str) -> Check:
    """Worth knowing, and no reason to doubt."""
    return Check(name, CheckStatus.NOTE, message)


def warning(name: str, message: str, fix: str, command_fix: str = "") -> Check:
    """It can be used, and a person should know what of it may be wrong."""
    return Check(name, CheckStatus.WARNING, message, fix, command_fix)


def refused(name: str, message: str, fix: str) -> Check:
    """It would classify wrongly without a word: it is not loaded."""
    return Check(name, CheckStatus.REFUSED, message, fix)


def require_none_refused(checks: Iterable[Check], adapter: Path, base: Path) -> None:
    """Look at how the checks ended.

    Raises:
        AdapterError: with the first refusal among them, and how many there are.
    """
    failed = [c for c in checks if c.status is CheckStatus.REFUSED]
    if failed:
        more = f" ({len(failed)} checks failed.)" if len(failed) > 1 else ""
        raise AdapterError(
            f"Adapter '{adapter.name}' does not fit the base '{base.name}'. "
            f"{failed[0].name}: {failed[0].message}{more}",
            fix=failed[0].fix,
            command_fix=failed[0].command_fix,
        )
